"""A simulated fleet on loopback, and a story that happens to it. The daemon that watches it knows nothing of this room."""
