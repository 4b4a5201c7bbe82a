"""The channels of `/admin`: a test message, a dead letter once more; and how they stand, also on the board."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from aiohttp import web

from opsmon.text.bilingual import Text
from opsmon.text.page_words import CHANNEL_KINDS
from opsmon.text.vocabulary import named
from opsmon.web.api.admin.channel_trials import have_sent_again, have_tested
from opsmon.web.context import ChannelUse
from opsmon.web.frame.form import read_form
from opsmon.web.frame.mark import Mark
from opsmon.web.frame.visit import Visit
from opsmon.web.visit import path_to

PLACE = "/admin#channels-title"
TAKES = Mark("✔", "met", Text("takes messages", "正常"), 5)
LIMITED = Mark("▲", "at-risk", Text("limited", "受限"), 1)
DOWN = Mark("✖", "breached", Text("does not answer", "不通"), 0)


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """How a channel for people stands. `limit` 0 is no bound; `until` is the end of a ban or of a full month, None
    where none is known."""

    name: str
    kind: str
    mark: Mark
    used: int
    limit: int
    until: datetime | None
    taken_at: datetime | None


def channel_lines(visit: Visit) -> list[ChannelLine]:
    """Every channel for people, for whoever sees everything: channels belong to no contract."""
    return list(_lines(visit)) if visit.visitor.scope.is_everything else []


def _lines(visit: Visit) -> Iterable[ChannelLine]:
    for one in visit.parts.channel_uses():
        ends = isfinite(one.blocked_s) and one.blocked_s > 0
        yield ChannelLine(
            one.name,
            named(CHANNEL_KINDS, one.kind, visit.language),
            mark_of(one),
            one.used,
            one.limit,
            visit.now + timedelta(seconds=one.blocked_s) if ends else None,
            one.taken_at,
        )


def mark_of(use: ChannelUse) -> Mark:
    """A channel that asks us to wait is limited, also while its window is full; one with no good word is down."""
    if not use.is_up:
        return DOWN
    return LIMITED if use.blocked_s > 0 or (use.limit and use.used >= use.limit) else TAKES


async def test_channel(request: web.Request) -> web.Response:
    """A test message is written for the channel; the page shows whether it waits, and what came of it."""
    form = await read_form(request)
    await have_tested(request, request.match_info["channel"], form.get("person", ""))
    return web.Response(status=303, headers={"Location": path_to(request, PLACE)})


async def send_dead_again(request: web.Request) -> web.Response:
    """A message that was given up waits again."""
    await read_form(request)
    await have_sent_again(request, request.match_info["delivery"])
    return web.Response(status=303, headers={"Location": path_to(request, PLACE)})
