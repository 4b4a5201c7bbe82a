"""Recurring obligations: what the journal tells of them, and the watch over them."""
