"""Room 2: asks devices. One file per kind of check, a literal registry, the scheduler; it decides nothing."""
