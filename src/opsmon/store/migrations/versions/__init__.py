"""One module a revision, read by Alembic: what it changes, and how that is taken back."""
