"""A simulated fleet on loopback, and a story that happens to it. The daemon that watches it does not know this room."""
