"""`opsmon oncall`: who is on duty, what is wrong with the rotas, swaps."""
