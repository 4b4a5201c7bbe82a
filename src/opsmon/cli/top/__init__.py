"""`opsmon top`: a screen of where the daemon's time goes, drawn anew every few seconds."""
