"""The shapes that a store had and has, and the ways between them."""
