"""The routes by which an admin tries a channel: a test message, and a dead letter once more."""

import asyncio

from aiohttp import web

from opsmon.model.access_event import RequestedOperation
from opsmon.web.api.channel_schemas import ChannelTestBody, ChannelTestDocument, NoBody
from opsmon.web.api.deliveries import delivery_document
from opsmon.web.api.issue import note_operation
from opsmon.web.context import PARTS, TestRefusal
from opsmon.web.errors import RequestError, short, unknown
from opsmon.web.route import answer_json, parse_body


async def send_test(request: web.Request) -> web.Response:
    """Sends a test message, which counts in the channel's windows, and waits at most ten seconds for its outcome."""
    parts, body, channel = request.app[PARTS], await parse_body(ChannelTestBody, request), request.match_info["channel"]
    if channel not in parts.channels():
        raise unknown("channel", channel, parts.channels(), "`opsmon check`")
    await note_operation(request, RequestedOperation.CHANNEL_TEST, channel)
    sent = await parts.channel_port.send_test(channel, body.person)
    if isinstance(sent, TestRefusal):
        raise RequestError(422, sent.reason, sent.hint)
    found = await parts.channel_port.outcome(sent)
    state, error = ("waiting", "") if found is None else (found.state, found.error)
    document = ChannelTestDocument.model_validate(
        {"delivery": sent, "channel": channel, "person": body.person, "state": state, "error": error}
    )
    return answer_json(document, 201)


async def try_again(request: web.Request) -> web.Response:
    """A notification that was given up is tried again, as it is."""
    parts, name = request.app[PARTS], request.match_info["delivery"]
    await parse_body(NoBody, request)
    await note_operation(request, RequestedOperation.DELIVERY_RETRY, name)
    if not await parts.channel_port.try_again(name):
        dead = await asyncio.to_thread(parts.deliveries, ("dead",), 10_000)
        raise RequestError(
            404,
            f"no dead notification {short(name)!r}",
            f"GET /api/v1/deliveries?state=dead lists {len(dead)}" if dead else "none was given up",
        )
    found = await parts.channel_port.outcome(name)
    if found is None:
        raise RequestError(404, f"{short(name)!r} was forgotten meanwhile", "it was finished long ago")
    return answer_json(delivery_document(found), 201)
