"""Where the daemon's time goes, as the API tells it."""
