"""`opsmon discover`."""
