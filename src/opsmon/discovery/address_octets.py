"""Addresses as MIBs write them: octets in an index or in a value."""

import ipaddress


def address_in(octets: bytes) -> str:
    """The address of four or sixteen octets; empty for any other number, and for one that no machine has."""
    if len(octets) not in (4, 16):
        return ""
    address = ipaddress.ip_address(octets)
    return "" if address.is_unspecified or address.is_multicast else str(address)
