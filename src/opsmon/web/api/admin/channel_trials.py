"""An admin tries a channel, over the API or by a form: what he does is in the journal before anything is sent."""

import asyncio

from aiohttp import web

from opsmon.model.access_event import RequestedOperation
from opsmon.text.bilingual import Sentence
from opsmon.web.api.issue import note_operation
from opsmon.web.context import PARTS, TestRefusal
from opsmon.web.errors import RequestError, short, unknown

MAX_DEAD = 10_000
_NONE_DEAD = Sentence("none was given up", "没有已放弃的通知")


async def have_tested(request: web.Request, channel: str, person: str) -> str:
    """The id of the test message's delivery. Raises RequestError: 404 for a channel that there is not, 422 for one that
    takes none. Raises StoreError."""
    parts = request.app[PARTS]
    if channel not in parts.channels():
        raise unknown("channel", channel, parts.channels(), "`opsmon check`")
    await note_operation(request, RequestedOperation.CHANNEL_TEST, channel)
    sent = await parts.channel_port.send_test(channel, person)
    if isinstance(sent, TestRefusal):
        raise RequestError(422, sent.reason, sent.hint)
    return sent


async def have_sent_again(request: web.Request, name: str) -> None:
    """A message that was given up waits again. Raises RequestError 404 for any other. Raises StoreError."""
    parts = request.app[PARTS]
    await note_operation(request, RequestedOperation.DELIVERY_RETRY, name)
    if await parts.channel_port.try_again(name):
        return
    number = len(await asyncio.to_thread(parts.deliveries, ("dead",), MAX_DEAD))
    listed = Sentence(
        f"GET /api/v1/deliveries?state=dead lists {number}",
        f"可在 GET /api/v1/deliveries?state=dead 中查看（{number} 条）",
    )
    words = Sentence(f"no dead notification {short(name)!r}", f"没有未送达的通知“{short(name)}”")
    raise RequestError(404, words, listed if number else _NONE_DEAD)
