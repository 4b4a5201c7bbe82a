"""Change orders: announced, done, compared."""
