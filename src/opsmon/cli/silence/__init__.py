"""`opsmon silence`: a folder of its own, as every group of commands."""
