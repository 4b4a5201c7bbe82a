"""Tells people: one file per channel, a literal registry."""
