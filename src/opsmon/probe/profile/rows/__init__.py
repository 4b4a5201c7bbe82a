"""Tables of a device row by row: interfaces, labels, neighbours."""
