"""What the daemon gives the console beside the world."""
