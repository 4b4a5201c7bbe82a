"""The port of a daemon that waits for another one's place: it is alive, it is not ready, and it knows nothing."""

from collections.abc import Callable

from aiohttp import web

from opsmon.text.bilingual import Sentence
from opsmon.web.errors import RequestError
from opsmon.web.listening.connection import OWN_HEADERS
from opsmon.web.server import PortServer
from opsmon.web.settings import PortSettings

_METRICS = "# HELP opsmon_standby {0}\n# TYPE opsmon_standby gauge\nopsmon_standby 1\n"
STANDBY_HELP = "Whether this daemon waits for the place of another, which writes to the store: 1 or 0."


class StandbyServer(PortServer):
    """Listens from `start` to `stop`, where the daemon itself will."""

    def __init__(self, settings: PortSettings, monotonic: Callable[[], float]) -> None:
        application = web.Application()
        application.on_response_prepare.append(_name_nobody)
        application.router.add_get("/healthz", _alive)
        application.router.add_get("/metrics", _metrics)
        application.router.add_route("*", "/{path:.*}", _refuse)
        super().__init__(application, settings, monotonic)


async def _name_nobody(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(OWN_HEADERS)


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="standby\n")


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(text=_METRICS.format(STANDBY_HELP))


async def _refuse(_request: web.Request) -> web.Response:
    words = Sentence(
        "not ready: standby, another daemon writes to the store", "未就绪：备用中，由另一守护进程写入数据库"
    )
    return RequestError(503, words, Sentence("ask that one", "请向那一个提出"), {"Retry-After": "5"}).as_response()
