"""Inventory files that a sweep of the network proposes."""
