"""Budgets, penalties, and the statement of a month."""
