"""Pages of on call: who is on duty, what is silenced, and who was told of an incident."""
