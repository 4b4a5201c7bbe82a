"""`/api/v1`: queries, commands, the shapes of their JSON."""
