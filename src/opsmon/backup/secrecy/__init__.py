"""Secrets out of configurations, and the sealed original."""
