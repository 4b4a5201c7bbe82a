"""How a browser signs in and out, and what its requests have to prove."""
