"""The frozen words that every room shares. No behaviour beyond what a word means; no I/O; no asking the time."""
