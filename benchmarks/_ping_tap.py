"""What pings really leave the machine: a raw socket that hears every echo request on loopback, with the kernel's time.

It sees each request once, when the kernel delivers it to 127.0.0.0/8. A socket that listens costs whoever sends about a
microsecond a ping. Needs root.
"""

import select
import socket
import struct
import threading
import time
from collections import defaultdict

_ICMP_FILTER, _SOL_RAW = 1, 255
_ECHO_REQUEST = 8
_ONLY_REQUESTS = struct.pack("=I", ~(1 << _ECHO_REQUEST) & 0xFFFFFFFF)
_TIMESTAMPNS, _RCVBUFFORCE = 35, 33  # asm-generic/socket.h; the ancillary datum is a timespec
_DESTINATION = slice(16, 20)  # of an IPv4 header
_BUFFER_BYTES = 8 * 1024 * 1024


class PingTap:
    """When each address was pinged, in seconds since the epoch."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self._socket.setsockopt(_SOL_RAW, _ICMP_FILTER, _ONLY_REQUESTS)
        self._socket.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, _BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        self._times_s: dict[bytes, list[float]] = defaultdict(list)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "PingTap":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._ending.is_set():
            ready, _, _ = select.select([self._socket], [], [], 0.2)
            if ready:
                packet, ancillary, _, _ = self._socket.recvmsg(128, 64)
                seconds, nanoseconds = struct.unpack("=qq", ancillary[0][2][:16])
                self._times_s[packet[_DESTINATION]].append(seconds + nanoseconds / 1e9)

    def forget(self) -> None:
        """Begin anew."""
        self._times_s = defaultdict(list)

    def times_s(self) -> dict[str, list[float]]:
        """By address, in order."""
        return {socket.inet_ntoa(address): list(times) for address, times in list(self._times_s.items())}

    def first_s(self, within_s: float) -> float:
        """When the first ping left. Raises TimeoutError."""
        ends_s = time.monotonic() + within_s
        while not self._times_s:
            if time.monotonic() > ends_s:
                raise TimeoutError(f"no ping within {within_s:g} s")
            time.sleep(0.01)
        return min(times[0] for times in list(self._times_s.values()))
