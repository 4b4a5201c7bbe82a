"""Several addresses of one device tried side by side: happy eyeballs (RFC 8305), for connections and for anything else.

The first address gets a quarter of a second (section 5: 250 ms); then the next is tried beside it, at once when one
failed. The first that succeeds is taken and the others are left. When all fail, what says most of the device is told.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from opsmon.errors import ProbeError
from opsmon.protocol.address import socket_address
from opsmon.protocol.liveness import note_peer
from opsmon.protocol.socket_fault import family_of, fault_of, fault_of_peer

ATTEMPT_DELAY_S = 0.25
T = TypeVar("T")


async def dial(addresses: Sequence[str], port: int) -> socket.socket:
    """A connected TCP socket to whichever address takes the connection first. Raises ProbeError."""
    made = await first_answer(addresses, lambda address: _connect(address, port), lambda taken: taken.close())
    if len(addresses) > 1:
        note_peer(str(made.getpeername()[0]))
    return made


async def first_answer(
    addresses: Sequence[str],
    attempt: Callable[[str], Awaitable[T]],
    leave: Callable[[T], None] = lambda _: None,
    delay_s: float = ATTEMPT_DELAY_S,
) -> T:
    """What `attempt` brings from the first address that answers; `leave` is given what nobody wants any more.

    Raises ProbeError, whatever else an attempt raises, and cancels what is under way when it is cancelled itself.
    """
    if len(addresses) == 1:
        return await attempt(addresses[0])
    attempts: list[asyncio.Task[T]] = []
    try:
        for address in addresses:
            attempts.append(asyncio.ensure_future(attempt(address)))
            await _wait(attempts, delay_s)
            if (won := _winner(attempts)) is not None:
                return won.result()
        while (won := _winner(attempts)) is None and not all(one.done() for one in attempts):
            await _wait(attempts, None)
        if won is None:
            raise _most_telling(attempts)
        return won.result()
    finally:
        _leave_others(attempts, leave)


async def _wait(attempts: Sequence["asyncio.Task[T]"], seconds: float | None) -> None:
    """Until one of those under way ends, or for `seconds`."""
    under_way = [one for one in attempts if not one.done()]
    if under_way:
        await asyncio.wait(under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


def _winner(attempts: Sequence["asyncio.Task[T]"]) -> "asyncio.Task[T] | None":
    for one in attempts:
        if one.done() and not one.cancelled() and one.exception() is None:
            return one
    return None


def _most_telling(attempts: Sequence["asyncio.Task[T]"]) -> BaseException:
    """A mistake of ours before all, then what was measured of the device, then our own faults."""
    errors = [error for one in attempts if (error := one.exception()) is not None]
    unexpected = [error for error in errors if not isinstance(error, ProbeError)]
    measured = [error for error in errors if isinstance(error, ProbeError) and error.outcome.measured]
    return (unexpected or measured or errors)[0]


def _leave_others(attempts: Sequence["asyncio.Task[T]"], leave: Callable[[T], None]) -> None:
    winner = _winner(attempts)

    def let_go(task: "asyncio.Task[T]") -> None:
        if not task.cancelled() and task.exception() is None:
            leave(task.result())

    for one in attempts:
        if one is not winner:
            one.cancel()
            one.add_done_callback(let_go)


async def _connect(address: str, port: int) -> socket.socket:
    what = f"port {port}"
    place = socket_address(address, port)
    try:
        made = socket.socket(family_of(place), socket.SOCK_STREAM)
    except OSError as error:
        raise fault_of(error, what, at_once=True) from None
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, place)
    except OSError as error:
        made.close()
        raise fault_of_peer(error, address, what) from None
    except BaseException:
        made.close()
        raise
    return made
