"""The beginning of an answer of another's HTTP library, which gives a body in the pieces that arrive."""

from typing import Protocol


class PiecewiseBody(Protocol):
    """What gives at most so many octets at a time, and none at its end."""

    async def read(self, n: int = -1) -> bytes: ...


async def read_beginning(body: PiecewiseBody, limit: int) -> bytes:
    """The body to its end, or to the limit. One `read` gives what came with the first packet alone."""
    return bytes(await add_beginning(body, bytearray(), limit))


async def add_beginning(body: PiecewiseBody, heard: bytearray, limit: int) -> bytearray:
    """The same into an array, which has what came when the caller's patience ends before the body."""
    while len(heard) < limit and (piece := await body.read(limit - len(heard))):
        heard += piece
    return heard
