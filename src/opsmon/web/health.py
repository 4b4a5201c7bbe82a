"""For whoever watches the daemon: is it alive, and is it of use."""

from aiohttp import web

from opsmon.text.bilingual import filled
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError


async def alive(request: web.Request) -> web.Response:
    """The loop answers; nothing more is said."""
    return web.Response(text="ok\n")


async def ready(request: web.Request) -> web.Response:
    """The first checks are being sent and the store can be written."""
    reason = request.app[PARTS].daemon.not_ready
    if reason:
        raise RequestError(503, filled("not ready: {}", "未就绪：{}", reason), headers={"Retry-After": "5"})
    return web.Response(text="ready\n")
