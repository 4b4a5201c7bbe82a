"""Whose fault an error of a socket is: the one place where every check has it decided.

What a system call refuses at once never left this machine, so it is ours: no route, a prohibited one, no permission
(EPERM is what a local filter gives to `sendto`), no buffers, no files, no address of our own. What comes back later is
somebody's word about the device, and theirs: a reset, a closed port, a router's "network unreachable".

EHOSTUNREACH has three senders. At once it is a route of our own that says `unreachable`. Later it is a router's word,
or our own kernel's after nobody answered for the device's address on its link (ARP, RFC 826; neighbour discovery,
RFC 4861): then the device, or the last router before it, is off. Both are what a dead device looks like, so it is
theirs.
"""

import errno
import os
import socket

from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.address import SocketAddress, socket_address
from opsmon.protocol.own_link import dead_link

_THEIRS = frozenset(
    {
        errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ENETRESET, errno.EHOSTDOWN,
        errno.ENONET, errno.ENOPROTOOPT, errno.EPROTO, errno.EOPNOTSUPP,
    }
)  # fmt: skip
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH})
_CAUSES = {
    errno.EMFILE: LocalCause.RESOURCES,
    errno.ENFILE: LocalCause.RESOURCES,
    errno.ENOBUFS: LocalCause.RESOURCES,
    errno.ENOMEM: LocalCause.RESOURCES,
    errno.EAGAIN: LocalCause.RESOURCES,
    errno.EPERM: LocalCause.PERMISSION,
    errno.EACCES: LocalCause.PERMISSION,
}
_WORDS = {
    errno.ENETUNREACH: "this machine has no route there",
    errno.EHOSTUNREACH: "this machine has no route there",
    errno.ENETDOWN: "the network of this machine is down",
    errno.ENODEV: "the network interface is gone",
    errno.EADDRNOTAVAIL: "this machine has no address or no port left to ask from",
    errno.EAFNOSUPPORT: "this machine does not speak this version of IP",
    errno.EMFILE: "this process has no more files to open",
    errno.ENFILE: "this machine has no more files to open",
    errno.ENOBUFS: "this machine has no more buffers",
    errno.ENOMEM: "this machine has no more memory",
    errno.EPERM: "a filter or a right of this machine forbids it",
    errno.EACCES: "a route or a right of this machine forbids it",
}


def local_fault(cause: LocalCause, detail: str) -> ProbeError:
    """A fault of ours that says nothing of the device."""
    return ProbeError(Outcome.LOCAL_FAULT, detail, cause)


def fault_of(error: OSError, what: str, *, at_once: bool = False) -> ProbeError:
    """The failed check that a socket's error is; `what` begins its text, such as `port 22`.

    `at_once` says that the system call itself refused, so that nothing left this machine.
    """
    number = error.errno or 0
    name = errno.errorcode.get(number, type(error).__name__)
    if number == errno.ETIMEDOUT:
        return ProbeError(Outcome.TIMEOUT, f"{what}: {name}")
    heard = number in _UNREACHABLE and not at_once
    if number in _THEIRS or heard or (not number and isinstance(error, ConnectionError)):
        return ProbeError(Outcome.REFUSED, f"{what}: {name}")
    words = _WORDS.get(number) or (os.strerror(number) if number else str(error)[:200])
    return local_fault(_CAUSES.get(number, LocalCause.NETWORK), f"{what}: {words} ({name})")


def fault_of_peer(error: OSError, numeric: str, what: str) -> ProbeError:
    """The same for a connection to a numeric address, whose errors may be a router's word or our own table's.

    `connect` alone cannot tell: on a quick network a router's word is there before the call returns. The table can.
    """
    return (route_fault(numeric) if error.errno in _UNREACHABLE else None) or fault_of(error, what)


def is_own_address(numeric: str) -> bool:
    """Whether this machine has the address."""
    try:
        place = socket_address(numeric, 0)
        with socket.socket(family_of(place), socket.SOCK_DGRAM) as asked:
            asked.bind(place)
    except (ProbeError, OSError):
        return False
    return True


def is_loopback(numeric: str) -> bool:
    """Whether an address belongs to every machine, so that it says nothing of this one."""
    return numeric.startswith("127.") or numeric == "::1"


def route_fault(numeric: str, port: int = 9) -> ProbeError | None:
    """What keeps this machine from sending to an address at all; None when it could. Nothing is sent.

    Asked after a check failed: the silence of a device to which we have no route any more is our own, and so is that
    behind a link without a carrier.
    """
    try:
        place = socket_address(numeric, port)
        with socket.socket(family_of(place), socket.SOCK_DGRAM) as asked:
            asked.connect(place)
    except ProbeError as fault:
        return fault
    except OSError as error:
        return fault_of(error, numeric, at_once=True)
    if link := dead_link(numeric):
        return local_fault(LocalCause.NETWORK, f"{numeric}: the link {link} of this machine has no carrier")
    return None


def family_of(place: SocketAddress) -> socket.AddressFamily:
    """The address family of a socket address."""
    return socket.AF_INET if len(place) == 2 else socket.AF_INET6
