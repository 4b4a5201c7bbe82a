"""How a body goes out and what may be said of the answer."""
