"""`opsmon inventory`."""
