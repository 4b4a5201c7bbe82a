"""Whether a capture is the whole configuration, and whether it is the one that was kept."""
