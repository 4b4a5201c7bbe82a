"""ICMP echo for a whole fleet over one socket per address family."""
