"""The composition root: builds the rooms of a root, starts them together, and takes them down in order."""
