"""Orders the pure rooms: state, then incident, then contract. `decide(world, input, now) -> Step`, and nothing else."""
