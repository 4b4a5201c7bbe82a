"""Accepts connections. When there are no files left it rests for a second, and says so once a minute.

asyncio's own way of listening tells of each failed accept with a traceback, a hundred times a second.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from opsmon.throttled_log import ThrottledLog

_BACKLOG = 128
_AT_A_TIME = 32
_REST_S = 1.0
_SCARCE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
log = logging.getLogger(__name__)


async def open_sockets(host: str, port: int) -> list[socket.socket]:
    """A listening socket for every address of the host. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            sockets.append(_open_socket(socket.AddressFamily(family), address))
            if port == 0:  # the next family could not have the same free port
                break
    except OSError:
        for one in sockets:
            one.close()
        raise
    return sockets


def _open_socket(family: socket.AddressFamily, address: tuple[object, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setblocking(False)
        made.bind(address)
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise OSError(error.errno, f"cannot listen on {address[:2]}: {(error.strerror or '').lower()}") from None
    return made


class Listener:
    """Hands every accepted connection to a protocol from `make`, from its making to `close`."""

    def __init__(
        self, sockets: list[socket.socket], make: Callable[[], asyncio.BaseProtocol], throttled: ThrottledLog
    ) -> None:
        self._sockets, self._make, self._throttled = sockets, make, throttled
        self._loop = asyncio.get_running_loop()
        self._entering: set[asyncio.Task[None]] = set()
        self._resting: dict[int, asyncio.TimerHandle] = {}
        for one in sockets:
            self._listen(one)

    def _listen(self, listening: socket.socket) -> None:
        self._resting.pop(listening.fileno(), None)
        self._loop.add_reader(listening.fileno(), self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_AT_A_TIME):
            try:
                connected, _ = listening.accept()
            except OSError as error:
                if error.errno in _SCARCE:
                    self._rest(listening, error)
                return
            connected.setblocking(False)
            task = self._loop.create_task(self._enter(connected))
            self._entering.add(task)
            task.add_done_callback(self._entering.discard)

    async def _enter(self, connected: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._make, connected)
        except OSError:
            connected.close()

    def _rest(self, listening: socket.socket, error: OSError) -> None:
        number = listening.fileno()
        self._loop.remove_reader(number)
        self._resting[number] = self._loop.call_later(_REST_S, self._listen, listening)
        self._throttled.tell(f"no connection can be accepted for now: {error.strerror}")

    def close(self) -> None:
        """Accepts no more."""
        for timer in self._resting.values():
            timer.cancel()
        for one in self._sockets:
            self._loop.remove_reader(one.fileno())
            one.close()
        for task in self._entering:
            task.cancel()
