"""The routes by which an admin tries a channel: a test message, and a dead letter once more."""

from aiohttp import web

from opsmon.text.bilingual import Sentence
from opsmon.web.api.admin.channel_trials import have_sent_again, have_tested
from opsmon.web.api.channel_schemas import ChannelTestBody, ChannelTestDocument, NoBody
from opsmon.web.api.deliveries import delivery_document
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError, short
from opsmon.web.route import answer_json, parse_body


async def send_test(request: web.Request) -> web.Response:
    """Sends a test message, which counts in the channel's windows, and waits at most ten seconds for its outcome."""
    parts, body, channel = request.app[PARTS], await parse_body(ChannelTestBody, request), request.match_info["channel"]
    sent = await have_tested(request, channel, body.person)
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
    await have_sent_again(request, name)
    found = await parts.channel_port.outcome(name)
    if found is None:
        words = Sentence(f"{short(name)!r} was forgotten meanwhile", f"“{short(name)}”已被清除")
        raise RequestError(404, words, Sentence("it was finished long ago", "它早已结束"))
    return answer_json(delivery_document(found), 201)
