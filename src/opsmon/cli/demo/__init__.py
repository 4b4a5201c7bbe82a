"""`opsmon demo`, and what its audience sees."""
