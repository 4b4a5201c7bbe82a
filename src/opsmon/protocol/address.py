"""Numeric addresses as sockets name them."""

import ipaddress
import socket

from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome

SocketAddress = tuple[str, int] | tuple[str, int, int, int]


def numeric_form(address: str) -> str | None:
    """An IPv4 or IPv6 address as the system writes it; None for a host name, which needs the name service."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def socket_address(numeric: str, port: int) -> SocketAddress:
    """How a socket names a numeric address; an IPv6 zone becomes the scope number. Raises ProbeError."""
    try:
        address = ipaddress.ip_address(numeric)
        if address.version == 4:
            return (str(address), port)
        scope = _scope_of(address.scope_id) if address.scope_id else 0
    except (ValueError, OSError) as error:
        reason = f"cannot use the address {numeric}: {error}"
        raise ProbeError(Outcome.LOCAL_FAULT, reason, LocalCause.NETWORK) from error
    return (str(address).partition("%")[0], port, 0, scope)


def _scope_of(zone: str) -> int:
    return int(zone) if zone.isascii() and zone.isdigit() else socket.if_nametoindex(zone)


def version_of(numeric: str) -> int:
    """4 or 6."""
    return 6 if ":" in numeric else 4
