"""Which alerts an event ends and begins, and what people are told of them."""
