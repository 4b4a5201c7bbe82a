"""`opsmon probe`."""
