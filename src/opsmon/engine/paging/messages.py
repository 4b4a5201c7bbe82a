"""From the events of on call to the messages that people are to be sent. Pure."""

from collections.abc import Iterator, Sequence

from opsmon.engine.alerts.changes import clock_statuses_of
from opsmon.engine.alerts.notify import nearest_clock
from opsmon.engine.effect import AlertStatus, Tell, TellOther
from opsmon.engine.holder import holder_now
from opsmon.engine.paging.obligations import key_of_task
from opsmon.engine.world import World
from opsmon.model.event import ClockChanged, Event
from opsmon.model.incident import Ending
from opsmon.model.name import IncidentId
from opsmon.model.page import CallReason, ChannelNearlyUsed, ObligationTold, PageStepTaken, PageTold, SilenceWarned
from opsmon.model.roster import DutyChanged
from opsmon.oncall.page import Page
from opsmon.oncall.plan import RotaTarget


def messages_of(world: World, events: Sequence[Event]) -> Iterator[Tell | TellOther]:
    """The messages of these events, with their incidents as the decision leaves them in `world`."""
    for event in events:
        match event:
            case PageStepTaken():
                yield _tell_step(world, event)
            case PageTold():
                yield _tell_beside(world, event)
            case SilenceWarned():
                yield TellOther(event.at, f"{event.silence}-{event.news}", event, event.people, event.channels)
            case ObligationTold():
                yield TellOther(event.at, key_of_task(event), event, event.people, event.channels)
            case ChannelNearlyUsed():
                yield TellOther(event.at, f"month-{event.channel}-{event.month}", event, event.people, event.channels)
            case DutyChanged() if event.people:
                yield _handover(world, event)


def _handover(world: World, event: DutyChanged) -> TellOther:
    """With the faults whose plan tells the rota."""
    ways = world.rules.oncall.channels.items()
    channels = tuple(name for name, way in ways if not way.people.isdisjoint(event.people))
    target = RotaTarget(event.rota)
    plans = {name for name, plan in world.rules.oncall.plans.items() if any(target in step.tell for step in plan.steps)}
    pages = (page.incident for page in world.paging.pages.values() if page.plan in plans and page.is_open)
    name = f"duty-{event.rota}-{event.at:%Y%m%dT%H%M%SZ}"
    return TellOther(event.at, name, event, event.people, channels, tuple(sorted(pages)))


def _tell_step(world: World, event: PageStepTaken) -> Tell:
    name = event.incident
    incident = world.incidents.by_id[name]
    return Tell(
        event.at, incident, event.sequence, event.reason, event.people, event.channels, event.step, event.round,
        _number_of(world.paging.pages[name], event.sequence), event.next_at, None,
        nearest_clock(clock_statuses_of(world, name)), AlertStatus.FIRING, holder_now(world, incident),
    )  # fmt: skip


def _tell_beside(world: World, event: PageTold) -> Tell:
    incident, page = world.incidents.by_id[event.incident], world.paging.pages[event.incident]
    is_over = event.reason is CallReason.RESOLVED
    return Tell(
        at=event.at,
        incident=incident,
        sequence=event.sequence,
        reason=event.reason,
        people=event.people,
        by=event.channels,
        step=0,
        round=0,
        call=_number_of(page, event.sequence),
        next_at=page.next_at,
        clock=_clock(world, event),
        nearest=nearest_clock(clock_statuses_of(world, incident.id)),
        status=AlertStatus.RESOLVED if is_over else AlertStatus.FIRING,
        held=holder_now(world, incident),
        ended=_ending(world, incident.id) if is_over else None,
    )


def _number_of(page: Page, sequence: int) -> int:
    """The how manieth message of the page it is."""
    if page.calls and page.calls[-1].sequence == sequence:
        return len(page.calls)
    return next((number for number, call in enumerate(page.calls, 1) if call.sequence == sequence), 0)


def _clock(world: World, event: PageTold) -> ClockChanged | None:
    if event.clause is None:
        return None
    status = clock_statuses_of(world, event.incident).get((event.clause, event.target))
    return None if status is None else status.last


def _ending(world: World, name: IncidentId) -> Ending:
    incident = world.incidents.by_id[name]
    return Ending.EXCLUDED if incident.is_open else incident.ended or Ending.RECOVERED
