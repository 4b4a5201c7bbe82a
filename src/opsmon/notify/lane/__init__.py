"""The way of what waits to one channel: order, retries, windows."""
