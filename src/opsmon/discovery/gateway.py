"""The gateways of this machine: who stands nearest to the poller on the way to everything else."""

import ipaddress
import socket
import struct
from pathlib import Path

IPV4_ROUTES = Path("/proc/net/route")
IPV6_ROUTES = Path("/proc/net/ipv6_route")
RTF_GATEWAY = 0x2  # linux/route.h


def own_gateways(ipv4: Path = IPV4_ROUTES, ipv6: Path = IPV6_ROUTES) -> frozenset[str]:
    """The addresses of the default routes, as proc(5) lists them; none where the kernel does not."""
    return frozenset((*_ipv4(_lines(ipv4)), *_ipv6(_lines(ipv6))))


def _lines(file: Path) -> list[list[str]]:
    try:
        return [line.split() for line in file.read_text("ascii").splitlines()]
    except (OSError, ValueError):
        return []


def _ipv4(lines: list[list[str]]) -> list[str]:
    """Interface, destination, gateway, flags …; addresses as hexadecimal numbers of the machine's own byte order."""
    found = []
    for words in lines[1:]:
        if len(words) > 3 and int(words[1], 16) == 0 and int(words[3], 16) & RTF_GATEWAY:
            found.append(socket.inet_ntoa(struct.pack("=I", int(words[2], 16))))
    return found


def _ipv6(lines: list[list[str]]) -> list[str]:
    """Destination, its prefix, source, its prefix, next hop, …; addresses as 32 digits."""
    hops = [words[4] for words in lines if len(words) > 4 and words[:2] == ["0" * 32, "00"]]
    addresses = [ipaddress.IPv6Address(bytes.fromhex(hop)) for hop in hops]
    return [str(one) for one in addresses if not one.is_unspecified]
