"""Side room: inventory in, proved and scrubbed configurations in a git repository out. The only door of netmiko."""
