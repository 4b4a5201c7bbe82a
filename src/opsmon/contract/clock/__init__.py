"""The clocks that the facts of an incident start, and their states."""
