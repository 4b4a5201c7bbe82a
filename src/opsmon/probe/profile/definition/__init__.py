"""What a profile says: read from YAML, names resolved to OIDs, values to metrics."""
