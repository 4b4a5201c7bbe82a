"""A port that is served beside the test, by a loop in a thread of its own: for callers that wait in plain calls."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from opsmon.web.context import WebContext
from opsmon.web.server import WebServer

_PATIENCE_S = 60.0


@contextmanager
def served_beside(parts: WebContext) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="port")
    thread.start()
    server = WebServer(parts)
    try:
        yield asyncio.run_coroutine_threadsafe(server.start(), loop).result(_PATIENCE_S)
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(_PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_S)
        loop.close()
