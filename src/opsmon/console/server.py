"""The daemon's one port: builds the application from the list of routes, and serves it."""

from aiohttp import web
from aiohttp.typedefs import Handler

from opsmon.console.failure import failures_as_json
from opsmon.console.guard import admit
from opsmon.console.parts import PARTS, ConsoleParts
from opsmon.console.route import LONGEST_BODY_BYTES, Route
from opsmon.console.routes import ROUTES

_SHUTDOWN_S = 2.0


def make_console(parts: ConsoleParts) -> web.Application:
    """The application, to be served by `ConsoleServer` or by a test."""
    application = web.Application(middlewares=[failures_as_json], client_max_size=LONGEST_BODY_BYTES)
    application[PARTS] = parts
    application.on_response_prepare.append(_name_ourselves)
    for route in ROUTES:
        application.router.add_route(route.method, route.path, _guarded(route))
        if route.method == "GET":
            application.router.add_route("HEAD", route.path, _guarded(route))
    return application


async def _name_ourselves(_: web.Request, response: web.StreamResponse) -> None:
    """Nobody needs to know which libraries answer; and what we send is what we say it is."""
    response.headers["Server"] = "opsmon"
    response.headers["X-Content-Type-Options"] = "nosniff"


def _guarded(route: Route) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        admit(request, route.access, request.app[PARTS].settings)
        return await route.handler(request)

    return handle


class ConsoleServer:
    """Listens from `start` to `stop`."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._settings = parts.settings
        self._runner = web.AppRunner(
            make_console(parts), access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_S
        )

    async def start(self) -> str:
        """Begins to listen; returns the address, with the port that was found where 0 was asked for. Raises OSError."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.host, self._settings.port, reuse_address=True)
        await site.start()
        port = self._runner.addresses[0][1]
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{port}"

    async def stop(self) -> None:
        """Answers what is under way, for a moment, and closes."""
        await self._runner.cleanup()
