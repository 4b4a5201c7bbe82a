"""Asks devices: a file a kind of check in `kind/`, a literal registry, the scheduler; it decides nothing."""
