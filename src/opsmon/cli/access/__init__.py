"""`opsmon user` and `opsmon token`: who may come in, in the store, whether the daemon runs or not."""
