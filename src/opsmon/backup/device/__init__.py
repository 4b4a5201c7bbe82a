"""One device read: the way in, the command line, and what goes wrong on the way."""
