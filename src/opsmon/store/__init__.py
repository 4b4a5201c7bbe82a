"""The journal (append-only, hash-chained), the snapshot and the outbox, over SQLAlchemy Core."""
