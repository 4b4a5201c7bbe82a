"""`opsmon backup`."""
