"""Codecs and sockets of the protocols that devices speak: no checks, no configuration."""
