"""SNMPv3: the user-based security model (RFC 3414) on the shared socket."""
