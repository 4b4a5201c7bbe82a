"""`opsmon store`."""
