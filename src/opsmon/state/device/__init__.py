"""From the results of checks to the state of a device and its place in the topology."""
