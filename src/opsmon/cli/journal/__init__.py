"""`opsmon journal`: read and prove what was written down."""
