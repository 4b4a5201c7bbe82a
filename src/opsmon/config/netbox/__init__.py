"""The settings by which NetBox is read, and written to."""
