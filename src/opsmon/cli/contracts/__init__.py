"""`opsmon contracts`: one file a command, `render…` beside them."""
