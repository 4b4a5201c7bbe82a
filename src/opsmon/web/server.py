"""The daemon's one port: builds the application from the list of routes, and serves it to everybody fairly."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_server import Server

from opsmon.errors import StoreError
from opsmon.text.bilingual import Sentence
from opsmon.throttled_log import ThrottledLog
from opsmon.web.auth import VISITOR, Access, admit, refuse_encoded, refuse_misdirected
from opsmon.web.context import PARTS, WebContext
from opsmon.web.errors import RequestError, failures_as_json, store_failed
from opsmon.web.frame.live import STREAMS, LiveStreams, follow
from opsmon.web.frame.refused import SENT, shown_again
from opsmon.web.frame.render import PAGES, RenderedPages, error_page
from opsmon.web.frame.templates import load_templates
from opsmon.web.identity import INSTANCE_HEADER, ROOT_HEADER, as_header
from opsmon.web.listening.connection import OWN_HEADERS, PortConnection, Reception, tell_visitor
from opsmon.web.listening.connection_limits import ConnectionDoor, Limits, limits_of_process
from opsmon.web.listening.listener import Listener, open_sockets
from opsmon.web.page_headers import PAGE_HEADERS
from opsmon.web.route import MAX_BODY_BYTES, Route
from opsmon.web.routes import ALL_ROUTES
from opsmon.web.scrape.shared_answer import ANSWERS, RecentAnswers
from opsmon.web.settings import PortSettings
from opsmon.web.sign_in.csrf import FORM, OtherSignInError, is_of_our_page, refuse_forged, refuse_other_sites
from opsmon.web.sign_in.lost_form import sign_in_over_form, take_typed
from opsmon.web.sign_in.place import addresses_of
from opsmon.web.sign_in.stranger import may_sign_in, to_sign_in

_SHUTDOWN_S = 2.0
_LET_IN = web.RequestKey("let_in", bool)
log = logging.getLogger(__name__)
_SWEEP_EVERY_S = 1.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@web.middleware
async def lost_as_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A person with a browser who asks for what is not there is told so on a page."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
            raise
        return error_page(request, RequestError(404, Sentence("there is no such page", "没有这个页面")))


def make_application(parts: WebContext) -> web.Application:
    """The application, to be served by `WebServer` or by a test."""
    application = web.Application(
        middlewares=[tell_visitor, failures_as_json, lost_as_page], client_max_size=MAX_BODY_BYTES
    )
    application[PARTS] = parts
    application[PAGES], application[STREAMS] = RenderedPages(), LiveStreams()
    application[ANSWERS] = RecentAnswers(parts.clock.monotonic)
    application.cleanup_ctx.append(_follow_changes)
    application.on_shutdown.append(_end_streams)
    application.on_response_prepare.append(_name_ourselves)
    for route in ALL_ROUTES:
        expect = _expecting(route)
        application.router.add_route(route.method, route.path, _guarded(route), expect_handler=expect)
        if route.method == "GET":
            application.router.add_route("HEAD", route.path, _guarded(route), expect_handler=expect)
    return application


async def _follow_changes(application: web.Application) -> AsyncIterator[None]:
    """Open pages hear of changes for as long as there is a server."""
    stop = follow(application)
    yield
    stop()


async def _end_streams(application: web.Application) -> None:
    application[STREAMS].close()


async def _name_ourselves(request: web.Request, response: web.StreamResponse) -> None:
    """Nobody needs to know which libraries answer; what we send is what we say it is; and who was let in, and nobody
    else, is told which daemon this is."""
    response.headers.update(OWN_HEADERS)
    if response.content_type == "text/html":
        for name, value in PAGE_HEADERS.items():
            response.headers.setdefault(name, value)
    if request.get(_LET_IN):
        parts = request.app[PARTS]
        response.headers[INSTANCE_HEADER] = parts.instance
        if parts.settings.root is not None:
            response.headers[ROOT_HEADER] = as_header(parts.settings.root)


async def _let_in(request: web.Request, route: Route) -> None:
    """Raises RequestError for who may not come in, and for what is meant for another daemon."""
    settings = request.app[PARTS].settings
    await admit(request, route.access)
    request[_LET_IN] = route.access is not Access.OPEN
    if request[_LET_IN]:
        refuse_misdirected(request, settings)
    refuse_encoded(request)


async def _refuse_forged(request: web.Request, route: Route) -> None:
    """Raises RequestError 403 for a command that a page of another site may have made a browser send."""
    settings = request.app[PARTS].settings
    if route.access is not Access.OPEN:
        await refuse_forged(request, request.get(VISITOR), settings)
    elif route.method != "GET":
        refuse_other_sites(request, settings)


def _guarded(route: Route) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            await _let_in(request, route)
        except RequestError as error:
            if not route.page or error.status != 401 or not await may_sign_in(request):
                raise
            if request.method != "POST":
                return to_sign_in(request)
            is_form = request.content_type == FORM
            if route.again is None or not is_form or not is_of_our_page(request, request.app[PARTS].settings):
                raise
            return await sign_in_over_form(request, route.again, route.access)
        try:
            await _refuse_forged(request, route)
        except OtherSignInError:
            if route.again is not None and request.content_type == FORM:
                await take_typed(request)
            raise
        request[SENT] = {}
        return await route.handler(request)

    async def handle_page(request: web.Request) -> web.StreamResponse:
        try:
            return await handle(request)
        except (RequestError, StoreError) as failure:
            error = failure if isinstance(failure, RequestError) else store_failed(failure)
            return await shown_again(request, route.again, error) or error_page(request, error)

    return handle_page if route.page else handle


def _expecting(route: Route) -> Handler:
    """Asks for a body (RFC 9110, 10.1.1) only of one who may send it."""

    async def expect(request: web.Request) -> web.StreamResponse:
        try:
            await _let_in(request, route)
        except RequestError as error:
            return error.as_response()
        if request.headers.get("Expect", "").lower() != "100-continue":
            return RequestError(
                417,
                Sentence("the expectation cannot be met", "无法满足 Expect 要求"),
                Sentence("leave the Expect header out", "请去掉 Expect 头"),
            ).as_response()
        await request.writer.write(_CONTINUE)
        request.writer.output_size = 0
        return None  # type: ignore[return-value] # aiohttp's word for: go on with the handler

    return expect


class PortServer:
    """Serves an application from `start` to `stop`."""

    def __init__(
        self,
        application: web.Application,
        settings: PortSettings,
        monotonic: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self._settings = settings
        self._limits = limits or limits_of_process()
        throttled = ThrottledLog(log, monotonic, level=logging.ERROR)
        door = ConnectionDoor(monotonic, self._limits, settings.trusts)
        self._reception = Reception(door, throttled, lambda request: addresses_of(request, settings)[0])
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_S)
        self._listener: Listener | None = None
        self._sweeping: asyncio.Task[None] | None = None
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # its tracebacks quote requests

    async def start(self) -> str:
        """Begins to listen; returns the address, with the port that was found where 0 was asked for. Raises OSError."""
        sockets = await open_sockets(self._settings.host, self._settings.port)
        port = sockets[0].getsockname()[1]
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # noqa: S101 - the runner is set up
        self._listener = Listener(sockets, lambda: self._visitor(server), self._reception.throttled)
        self._sweeping = asyncio.create_task(self._sweep())
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{port}"

    def _visitor(self, server: Server) -> PortConnection:
        return PortConnection(
            self._reception,
            server,
            access_log=None,
            keepalive_timeout=self._limits.keep_alive_s,
            lingering_time=0.0,
            auto_decompress=False,
        )

    async def _sweep(self) -> None:
        await asyncio.to_thread(load_templates)
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            self._reception.door.sweep()

    @property
    def connections(self) -> int:
        """How many there are now."""
        return len(self._reception.door)

    @property
    def closed(self) -> Counter[str]:
        """Connections that were ended by us, by reason."""
        return self._reception.door.closed

    @property
    def failures(self) -> Counter[str]:
        """Requests that could not be answered as requests are, by kind."""
        return self._reception.failures

    async def stop(self) -> None:
        """Answers what is under way, for a moment, and closes."""
        if self._listener is not None:
            self._listener.close()
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
        await self._runner.cleanup()


class WebServer(PortServer):
    """Of a daemon that acts: the console, the API, the metrics."""

    def __init__(self, parts: WebContext, limits: Limits | None = None) -> None:
        application = make_application(parts)
        self._streams = application[STREAMS]
        super().__init__(application, parts.settings, parts.clock.monotonic, limits)

    @property
    def streams(self) -> int:
        """How many open pages are told of changes."""
        return len(self._streams)
