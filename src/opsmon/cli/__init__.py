"""One file per command group; no logic."""
