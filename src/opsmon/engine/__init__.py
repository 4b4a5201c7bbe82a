"""Orders the pure rooms: state, incident, contract. `decide(world, input, now) -> EngineStep`, and nothing else."""
