"""Web servers on loopback, plain or with a certificate of the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.support.probe.certificate import Pair

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def web_server(handler: Handler, certificate: Pair | None = None, folder: Path = Path()) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = certificate.server_context(folder) if certificate else None
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        assert site._server
        yield site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    finally:
        await runner.cleanup()


async def greet(request: web.Request) -> web.Response:
    return web.Response(text=f"door control ready on {request.host}{request.path_qs}", headers={"Server": "Door/2"})
