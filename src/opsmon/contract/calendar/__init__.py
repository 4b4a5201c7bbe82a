"""Days, windows and limits: when time counts, and when it ends."""
