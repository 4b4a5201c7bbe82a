"""A proxy of ours with TLS that serves a console under a sub-path, as people put nginx before it."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.support.probe.certificate import new_pair

_OF_ONE_WAY = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})  # RFC 9110, 7.6.1


class TlsProxy:
    """Listens as `host` under `prefix`, which it takes away, and says for whom it asks. `target` is the console's own
    address, and may be known later than that of the proxy."""

    def __init__(self, folder: Path, host: str, prefix: str) -> None:
        self.host, self.prefix, self.target = host, prefix, ""
        self._folder, self._pair = folder, new_pair(host)
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where browsers find the console."""
        return f"https://{self.host}:{self.port}{self.prefix}"

    def trusting(self) -> ssl.SSLContext:
        """Of a browser that knows its certificate."""
        return ssl.create_default_context(cafile=str(self._pair.write_certificate(self._folder / "proxy.crt")))

    async def start(self) -> None:
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        application = web.Application()
        application.router.add_route("*", self.prefix + "{path:/.*}", self._pass_on)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        context = self._pair.server_context(self._folder)
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._http is not None:
            await self._http.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        assert self._http is not None
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _OF_ONE_WAY]
        before = request.headers.get("X-Forwarded-For")
        headers = [pair for pair in headers if not pair[0].lower().startswith("x-forwarded-")]
        headers += [
            ("X-Forwarded-For", f"{before}, {request.remote}" if before else str(request.remote)),
            ("X-Forwarded-Proto", "https"), ("Host", request.host),
        ]  # fmt: skip
        path = request.raw_path.removeprefix(self.prefix)
        async with self._http.request(
            request.method, f"{self.target}{path}", data=await request.read(), headers=headers, allow_redirects=False
        ) as answer:
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in _OF_ONE_WAY]
            back = web.StreamResponse(status=answer.status)
            for name, value in kept:
                back.headers.add(name, value)
            await back.prepare(request)
            async for piece in answer.content.iter_any():
                await back.write(piece)
            await back.write_eof()
            return back


class LoopbackNames(AbstractResolver):
    """Every name is this machine's, as in a browser's test network."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        found: ResolveResult = {
            "hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0,
        }  # fmt: skip
        return [found]

    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def browser_at(proxy: TlsProxy, address: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser with cookies at this address of the loopback network, which trusts the proxy's certificate."""
    connector = aiohttp.TCPConnector(resolver=LoopbackNames(), ssl=proxy.trusting(), local_addr=(address, 0))
    async with aiohttp.ClientSession(connector=connector) as made:
        yield made
