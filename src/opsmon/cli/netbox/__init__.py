"""`opsmon netbox`."""
