"""HTTP as devices speak it: one exchange, its messages, its challenges, TLS."""
