"""Swaps that people ask for, and the hand-overs of every rota."""
