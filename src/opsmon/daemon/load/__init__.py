"""How the daemon watches its own load: counters of the last minute, queues, what processor time is spent on."""
