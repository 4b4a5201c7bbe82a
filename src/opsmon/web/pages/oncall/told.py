"""Who was told of an incident, by which way and whether it arrived, who has it, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from opsmon.engine.world import World
from opsmon.model.name import IncidentId, PersonId, SilenceId
from opsmon.oncall.page import PageState
from opsmon.text.bilingual import Text
from opsmon.text.page_words import CALL_REASONS, PAGE_STATES, PAUSE_REASONS
from opsmon.text.safe import visible
from opsmon.text.vocabulary import named
from opsmon.web.api.paging.schemas import CallDocument, PageDocument
from opsmon.web.api.paging.views import page_document
from opsmon.web.frame.mark import MARKS, Mark
from opsmon.web.frame.visit import Visit
from opsmon.web.pages.oncall.duty import person_titles

TAKEN = Mark("✔", "met", Text("taken", "已送达"), 5)
REFUSED = Mark("✖", "breached", Text("not taken", "未送达"), 0)
ON_ITS_WAY = Mark("◌", "quiet", Text("on its way", "发送中"), 2)
CALLED_BACK = Mark("–", "quiet", Text("called back", "已撤销"), 6)
STATE_MARKS: Mapping[PageState, Mark] = {
    PageState.CALLING: MARKS["running"],
    PageState.HELD: MARKS["acknowledged"],
    PageState.PAUSED: MARKS["silenced"],
    PageState.EXHAUSTED: MARKS["breached"],
    PageState.ENDED: MARKS["met"],
}


@dataclass(frozen=True, slots=True)
class WayRow:
    """One channel of a message, and what came of it."""

    mark: Mark
    channel: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One message. `step` 0 is one beside the steps."""

    at: datetime
    reason: str
    people: str
    step: int
    ways: list[WayRow]


@dataclass(frozen=True, slots=True)
class NextCall:
    """What comes next if nobody does anything."""

    at: datetime
    left_s: float
    people: str
    channels: str


@dataclass(frozen=True, slots=True)
class ToldBlock:
    """The page of one incident in words; the last message first."""

    tone: str
    sign: str
    state: str
    pause: str
    is_untold: bool
    plan: str
    step: int
    steps: int
    round: int
    rounds: int
    until: datetime | None
    silence: SilenceId | None
    calls: list[CallRow]
    follows: NextCall | None


def told_block(visit: Visit, world: World, incident: IncidentId) -> ToldBlock | None:
    """None where nobody is paged for it."""
    page = page_document(world, incident)
    if page is None:
        return None
    mark, language = STATE_MARKS[page.state], visit.language
    return ToldBlock(
        tone=mark.tone,
        sign=mark.sign,
        state=named(PAGE_STATES, page.state, language),
        pause="" if page.pause is None else named(PAUSE_REASONS, page.pause, language),
        is_untold=page.untold,
        plan=page.plan,
        step=page.step,
        steps=page.steps,
        round=page.round,
        rounds=page.rounds,
        until=page.until,
        silence=None if page.silence is None else SilenceId(page.silence),
        calls=[_call_row(visit, world, one) for one in reversed(page.calls)],
        follows=_next_call(visit, world, page),
    )


def _call_row(visit: Visit, world: World, call: CallDocument) -> CallRow:
    people = person_titles(world.rules.oncall, map(PersonId, call.people), visit.language)
    return CallRow(call.at, named(CALL_REASONS, call.reason, visit.language), people, call.step, _ways(call))


def _ways(call: CallDocument) -> list[WayRow]:
    found = [WayRow(TAKEN, visible(one.channel), one.at) for one in call.accepted]
    found += [WayRow(REFUSED, visible(channel)) for channel in call.failed]
    if not call.accepted:
        rest = [visible(one) for one in call.channels if one not in call.failed]
        mark = CALLED_BACK if call.withdrawn else ON_ITS_WAY
        found += [WayRow(mark, channel) for channel in rest[:1]]
    return found


def _next_call(visit: Visit, world: World, page: PageDocument) -> NextCall | None:
    if page.next is None:
        return None
    people = person_titles(world.rules.oncall, map(PersonId, page.next.people), visit.language)
    left_s = (page.next.at - visit.now).total_seconds()
    return NextCall(page.next.at, left_s, people, " → ".join(map(visible, page.next.channels)))
