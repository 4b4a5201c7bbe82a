"""The list of devices as people keep it in tables: taken in, written out, compared."""
