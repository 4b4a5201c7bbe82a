"""Pure: who is on duty, and who is told of what by which way."""
