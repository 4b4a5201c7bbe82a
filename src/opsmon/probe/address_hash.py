"""The hash of an address that blackbox_exporter shows, so that a name that moves to another address can be seen.

FNV-1a of 32 bits (draft-eastlake-fnv, section 2) over the 4 octets of an IPv4 address or the 16 of an IPv6 one; an IPv4
address that is mapped into IPv6 counts as IPv4.
"""

import ipaddress
from functools import lru_cache
from math import nan

_OFFSET_BASIS, _PRIME = 0x811C9DC5, 0x01000193


@lru_cache(maxsize=32_768)
def address_hash(address: str) -> float:
    """The hash of a numeric address; a zone (`%eth0`) is no part of it. NaN for what is no address."""
    try:
        numeric = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return nan
    mapped = numeric.ipv4_mapped if isinstance(numeric, ipaddress.IPv6Address) else None
    value = _OFFSET_BASIS
    for octet in (mapped or numeric).packed:
        value = ((value ^ octet) * _PRIME) % 2**32
    return float(value)
