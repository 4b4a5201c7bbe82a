"""A store as a file, and what looks after one."""
