"""`opsmon incidents`, through the daemon."""
