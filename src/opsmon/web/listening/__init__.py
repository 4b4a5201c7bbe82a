"""The sockets of the port: accepting, how many may be connected and for how long, one connection as aiohttp has it."""
