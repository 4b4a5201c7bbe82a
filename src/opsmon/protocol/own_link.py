"""The link by which this machine would send to an address: whether anything is at its other end.

A cable that is pulled, or a switch that is off beside us, leaves routes and addresses as they are: the kernel goes on
sending into a link without a carrier. Asked of the kernel by rtnetlink (RTM_GETROUTE, rtnetlink(7)) and SIOCGIFFLAGS
(netdevice(7)); nothing is sent. Where the kernel cannot be asked so, nothing is known and nothing is excused.
"""

import fcntl
import socket
import struct
import sys
from collections.abc import Iterator

from opsmon.errors import ProbeError
from opsmon.protocol.address import socket_address

_GET_ROUTE, _REQUEST, _ERROR = 26, 1, 2
_DESTINATION, _OUT_INTERFACE = 1, 4  # RTA_DST, RTA_OIF
_HEADER, _ROUTE, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=8BI"), struct.Struct("=HH")
_GET_FLAGS, _RUNNING = 0x8913, 0x40  # SIOCGIFFLAGS, IFF_RUNNING
_ANSWER_BYTES = 8_192


def dead_link(numeric: str) -> str:
    """The name of the interface that leads to an address, if it has no carrier; empty else."""
    try:
        index = _interface_to(numeric)
        return "" if index is None or _is_running(name := socket.if_indextoname(index)) else name
    except (OSError, AttributeError, ProbeError):  # no such kernel
        return ""


def _interface_to(numeric: str) -> int | None:
    """The index of the interface that the routing table gives for an address. Raises OSError, ProbeError."""
    place = socket_address(numeric, 0)
    if len(place) == 4 and place[3]:
        return place[3]
    family = socket.AF_INET if len(place) == 2 else socket.AF_INET6
    octets = socket.inet_pton(family, place[0])
    route = _ROUTE.pack(family, len(octets) * 8, 0, 0, 0, 0, 0, 0, 0)
    attribute = _ATTRIBUTE.pack(_ATTRIBUTE.size + len(octets), _DESTINATION) + octets
    size = _HEADER.size + len(route) + len(attribute)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.setblocking(False)  # the kernel answers before `send` returns
        kernel.send(_HEADER.pack(size, _GET_ROUTE, _REQUEST, 1, 0) + route + attribute)
        answer = kernel.recv(_ANSWER_BYTES)
    _, kind, *_ = _HEADER.unpack_from(answer)
    if kind == _ERROR:
        return None
    return next(
        (int.from_bytes(value, sys.byteorder) for key, value in _attributes(answer) if key == _OUT_INTERFACE), None
    )


def _attributes(answer: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of the first message of an answer, each padded to four octets."""
    at = _HEADER.size + _ROUTE.size
    while at + _ATTRIBUTE.size <= len(answer):
        size, key = _ATTRIBUTE.unpack_from(answer, at)
        if size < _ATTRIBUTE.size:
            return
        yield key, answer[at + _ATTRIBUTE.size : at + size]
        at += size + -size % 4


def _is_running(interface: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        answer = fcntl.ioctl(asked, _GET_FLAGS, struct.pack("16sH14x", interface.encode(), 0))
    flags: int = struct.unpack_from("16xH", answer)[0]
    return bool(flags & _RUNNING)
