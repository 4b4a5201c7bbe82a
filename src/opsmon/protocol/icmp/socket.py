"""One non-blocking ICMP socket for a whole address family, with the kernel's own receive times.

A raw socket where the process may open one (root, CAP_NET_RAW), else a datagram ICMP socket where the kernel lets this
group ping (`net.ipv4.ping_group_range`), else PingNotPermittedError, whose text says how to permit it.

Differences that this module hides (ip(7), icmp(7), raw(7), `net/ipv4/ping.c`): a raw IPv4 socket hands over the IP
header and unchecked checksums, sees everybody's replies and gets ICMP errors as messages; a datagram socket has its
identifier from the kernel and gets ICMP errors through its error queue, and a pending one fails the next call.
"""

import ipaddress
import os
import secrets
import socket
import struct
import time
from collections.abc import Callable
from typing import NamedTuple

from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.icmp.packet import (
    EchoFailure,
    EchoReply,
    IpVersion,
    MalformedPacketError,
    checksum_of,
    parse_answer,
    parse_quoted_request,
    reason_of,
    strip_ipv4_header,
)
from opsmon.protocol.socket_fault import fault_of

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
# Linux numbers that Python's socket module does not name (include/uapi/linux: socket.h, in.h, in6.h, icmp.h).
_SO_RCVBUFFORCE, _SO_TIMESTAMPNS, _SO_MEMINFO = 33, 35, 55
_IP_RECVTTL, _IP_RECVERR, _IPV6_RECVERR, _IPV6_RECVHOPLIMIT, _IPV6_HOPLIMIT = 12, 11, 25, 51, 52
_SOL_RAW, _ICMP_FILTER, _ICMP6_FILTER = 255, 1, 1
_MEMINFO_BYTES, _MEMINFO_DROPS_OFFSET = 36, 32  # nine u32, the last is SK_MEMINFO_DROPS (linux/sock_diag.h)
_TIMESPEC, _INT, _COUNT = struct.Struct("@ll"), struct.Struct("@i"), struct.Struct("@I")
_EXTENDED_ERROR = struct.Struct("@IBBBBII")
_ORIGIN_ICMP = (2, 3)
_MAX_DATAGRAM_BYTES, _ANCILLARY_BYTES = 4096, 512
_WANTED = {IpVersion.V4: (0, 3, 11, 12), IpVersion.V6: (1, 2, 3, 4, 129)}

HOW_TO_PERMIT = (
    "pinging is not permitted for this user: permit it for every group with "
    "`sysctl -w net.ipv4.ping_group_range='0 2147483647'`, or for the interpreter alone with "
    "`setcap cap_net_raw+ep $(readlink -f $(command -v python3))`; the other checks go on without pings"
)


class PingNotPermittedError(ProbeError):
    """The kernel lets this process open no ICMP socket of this family."""

    def __init__(self) -> None:
        super().__init__(Outcome.LOCAL_FAULT, HOW_TO_PERMIT, LocalCause.PERMISSION)


class Received(NamedTuple):
    """An answer and where, when and over how many remaining hops it came. `at_ns` is the kernel's wall clock."""

    answer: EchoReply | EchoFailure
    source: str
    at_ns: int
    hop_limit: int | None


class IcmpSocket:
    """Sends echo requests and receives what concerns them. `ident` is the identifier that answers must carry.

    `wall_ns` is the clock that the kernel stamps arrivals with: CLOCK_REALTIME in nanoseconds.
    """

    def __init__(self, version: IpVersion, wall_ns: Callable[[], int] = time.time_ns) -> None:
        self.version, self._wall_ns = version, wall_ns
        self._family = socket.AF_INET if version is IpVersion.V4 else socket.AF_INET6
        self.raw, self._socket = _open(self._family)
        self.ident = secrets.randbelow(65_535) + 1 if self.raw else _kernel_ident(self._socket)
        self.malformed = 0
        self.reads_left = 0  # how many more datagrams may be read before others have their turn
        self.receive_faults = 0
        self._configure()

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def dropped_by_kernel(self) -> int:
        """Datagrams that did not fit into our receive buffer, since the socket is open."""
        info = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO_BYTES)
        drops: int = _COUNT.unpack_from(info, _MEMINFO_DROPS_OFFSET)[0] if len(info) >= _MEMINFO_BYTES else 0
        return drops

    def send(self, packet: bytes, address: str) -> int:
        """Sends at once and returns the wall clock (ns) taken just before. Raises OSError, EAGAIN included."""
        target = (address, 0) if "%" not in address else _scoped(address)
        sent_at_ns = self._wall_ns()
        self._socket.sendto(packet, socket.MSG_DONTWAIT, target)
        return sent_at_ns

    def receive(self) -> Received | None:
        """The next answer; None when there is nothing more to read, or when `reads_left` is used up. What concerns no
        echo request is passed over."""
        while self.reads_left > 0:
            self.reads_left -= 1
            try:
                data, ancillary, _, source = self._socket.recvmsg(_MAX_DATAGRAM_BYTES, _ANCILLARY_BYTES)
            except (BlockingIOError, InterruptedError):
                return None
            except OSError:  # what an ICMP error left on a datagram socket; its error queue tells more
                self.receive_faults += 1
                return None
            received = self._read(data, ancillary, source[0])
            if received:
                return received
        return None

    def receive_failure(self) -> Received | None:
        """The next entry of a datagram socket's error queue; None when it is empty."""
        while not self.raw and self.reads_left > 0:
            self.reads_left -= 1
            try:
                data, ancillary, _, source = self._socket.recvmsg(
                    _MAX_DATAGRAM_BYTES, _ANCILLARY_BYTES, socket.MSG_ERRQUEUE
                )
            except (BlockingIOError, InterruptedError):
                return None
            received = self._read_failure(data, ancillary, source[0])
            if received:
                return received
        return None

    def _configure(self) -> None:
        sock, version = self._socket, self.version
        sock.setblocking(False)
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        if version is IpVersion.V6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVHOPLIMIT, 1)
        elif not self.raw:
            sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
        if self.raw:
            _pass_only(sock, version)
        elif version is IpVersion.V6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)

    def _read(self, data: bytes, ancillary: list[tuple[int, int, bytes]], source: str) -> Received | None:
        at_ns, hop_limit = self._read_ancillary(ancillary)
        try:
            if self.raw and self.version is IpVersion.V4:
                message = strip_ipv4_header(data)
                hop_limit = data[8]
                if checksum_of(message):
                    raise MalformedPacketError("wrong ICMP checksum")
            else:
                message = data
            answer = parse_answer(self.version, message)
        except MalformedPacketError:
            self.malformed += 1
            return None
        return Received(answer, source, at_ns or time.time_ns(), hop_limit) if answer else None

    def _read_ancillary(self, ancillary: list[tuple[int, int, bytes]]) -> tuple[int, int | None]:
        at_ns, hop_limit = 0, None
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) >= _TIMESPEC.size:
                seconds, rest_ns = _TIMESPEC.unpack_from(data)
                at_ns = seconds * 1_000_000_000 + rest_ns
            elif (level, kind) in _HOP_LIMITS and len(data) >= _INT.size:
                hop_limit = _INT.unpack_from(data)[0]
        return at_ns, hop_limit

    def _read_failure(self, data: bytes, ancillary: list[tuple[int, int, bytes]], destination: str) -> Received | None:
        for level, kind, entry in ancillary:
            if (level, kind) not in _ERROR_ENTRIES or len(entry) < _EXTENDED_ERROR.size:
                continue
            number, origin, icmp_type, icmp_code, *_ = _EXTENDED_ERROR.unpack_from(entry)
            reason = reason_of(self.version, icmp_type, icmp_code) if origin in _ORIGIN_ICMP else os.strerror(number)
            source = _offender(self._family, entry[_EXTENDED_ERROR.size :])
            try:
                answer = parse_quoted_request(self.version, data, destination, reason or os.strerror(number))
            except MalformedPacketError:
                self.malformed += 1
                return None
            return Received(answer, source, time.time_ns(), None) if answer else None
        return None


_HOP_LIMITS = {(socket.IPPROTO_IP, socket.IP_TTL), (socket.IPPROTO_IPV6, _IPV6_HOPLIMIT)}
_ERROR_ENTRIES = {(socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)}


def _open(family: socket.AddressFamily) -> tuple[bool, socket.socket]:
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            return kind == socket.SOCK_RAW, socket.socket(family, kind, protocol)
        except PermissionError:
            continue
        except OSError as error:
            raise fault_of(error, f"no ICMP socket ({family.name})", at_once=True) from None
    raise PingNotPermittedError


def _kernel_ident(sock: socket.socket) -> int:
    sock.bind(("", 0))
    return int(sock.getsockname()[1])


def _pass_only(sock: socket.socket, version: IpVersion) -> None:
    """Has the kernel drop the message types that a pinger has no use for: in both filters a set bit blocks."""
    wanted = _WANTED[version]
    if version is IpVersion.V4:
        mask = 0xFFFFFFFF
        for kind in wanted:
            mask &= ~(1 << kind)
        sock.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("@I", mask))
        return
    words = [0xFFFFFFFF] * 8
    for kind in wanted:
        words[kind >> 5] &= ~(1 << (kind & 31))
    sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("@8I", *words))


def _scoped(address: str) -> tuple[str, int, int, int]:
    host, _, zone = address.partition("%")
    return host, 0, 0, int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)


def _offender(family: socket.AddressFamily, sockaddr: bytes) -> str:
    """The address of the router that sent an ICMP error, out of the sockaddr behind a sock_extended_err."""
    if family == socket.AF_INET and len(sockaddr) >= 8:
        return str(ipaddress.IPv4Address(sockaddr[4:8]))
    if family == socket.AF_INET6 and len(sockaddr) >= 24:
        return str(ipaddress.IPv6Address(sockaddr[8:24]))
    return "this machine"
