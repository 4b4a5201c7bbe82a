"""Which events people are told about, and as which alert: one for an incident, one for a clock at risk or breached."""

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.world import ClockKey, Word, World
from opsmon.model.event import ClockChanged, ClockState, Event, IncidentClosed, IncidentOpened

CLOCK_ALERTS = {ClockState.AT_RISK: AlertKind.AT_RISK, ClockState.BREACHED: AlertKind.BREACHED}


def alert_of(state: ClockState | None) -> AlertKind | None:
    """The alert that a clock in this state is; None for no news."""
    return None if state is None else CLOCK_ALERTS.get(state)


def notices_in(event: Event) -> int:
    """How many alerts an event gives. A function of the event alone, so that a replay numbers them alike."""
    match event:
        case IncidentOpened() | IncidentClosed():
            return 1
        case ClockChanged() if alert_of(event.before) is not alert_of(event.after):
            return (alert_of(event.before) is not None) + (alert_of(event.after) is not None)
    return 0


def alerts_for(before: World, after: World, event: Event) -> tuple[Notify, ...]:
    """The alerts of one event; `before` and `after` are the worlds around it."""
    match event:
        case IncidentOpened() | IncidentClosed():
            return (_incident_alert(before, after, event),)
        case ClockChanged() if notices_in(event):
            return _clock_alerts(before, after, event)
    return ()


def _incident_alert(before: World, after: World, event: IncidentOpened | IncidentClosed) -> Notify:
    incident = after.incidents.by_id[event.incident]
    over = isinstance(event, IncidentClosed)
    return Notify(
        at=event.at,
        alert=AlertKind.INCIDENT,
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        incident=incident,
        clock=None,
        sequence=before.notices.get(event.incident, 0) + 1,
        starts_at=incident.starts_at,
        ends_at=(incident.resolved_at or event.at) if over else None,
    )


def _clock_alerts(before: World, after: World, event: ClockChanged) -> tuple[Notify, ...]:
    """The end of what the clock was, then the beginning of what it is."""
    key = (event.clause, event.target)
    old, new = _word(before, event, key), _word(after, event, key)
    sequence, found = before.notices.get(event.incident, 0), []
    for kind, status, word in (
        (alert_of(event.before), AlertStatus.RESOLVED, old),
        (alert_of(event.after), AlertStatus.FIRING, new),
    ):
        if kind is not None:
            sequence += 1
            since = (word.alert_since if word is not None else None) or event.at
            ends_at = event.at if status is AlertStatus.RESOLVED else None
            incident = after.incidents.by_id[event.incident]
            found.append(Notify(event.at, kind, status, incident, event, sequence, since, ends_at))
    return tuple(found)


def _word(world: World, event: ClockChanged, key: ClockKey) -> Word | None:
    words = world.words.get(event.incident)
    return None if words is None else words.get(key)


def without_passing(alerts: list[Notify]) -> tuple[Notify, ...]:
    """Leaves out what began and ended within one decision: a late look at a clock tells where it stands now."""
    kept: list[Notify] = []
    for alert in alerts:
        twin = next((one for one in kept if _name(one) == _name(alert) and one.status is AlertStatus.FIRING), None)
        if alert.status is AlertStatus.RESOLVED and twin is not None:
            kept.remove(twin)
        else:
            kept.append(alert)
    return tuple(kept)


def _name(alert: Notify) -> tuple[object, ...]:
    clock = alert.clock
    return alert.incident.id, alert.alert, None if clock is None else (clock.clause, clock.target)
