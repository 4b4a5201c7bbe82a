"""What time and a new inventory do to incidents: hold-downs end, devices leave."""

from dataclasses import replace
from datetime import timedelta

from opsmon.incident.draft import Draft
from opsmon.incident.incident import OUTAGE_STATES, Incident
from opsmon.incident.incidents import Incidents, degraded_of, without
from opsmon.model.device import Inventory
from opsmon.model.event import (
    DeviceState,
    DeviceStateChanged,
    FactAdded,
    IncidentClosed,
    IncidentReopened,
    RecoverySeen,
)
from opsmon.model.incident import MONITORING, Ending, Fact, FactType
from opsmon.text.journal_reason import (
    CLOSER_WITHDRAWN,
    DEVICE_LEFT,
    DEVICE_TAKEN_OUT,
    HELD,
    LEFT_TO_PEOPLE,
    NOTHING_BEGAN,
    SAYS_RESOLVED,
    STAYED_SO,
    UNCHECKED,
    written,
)


def end_hold_down(draft: Draft, incident: Incident) -> None:
    """Resolves and closes the incident if its recovery has held until now; or leaves it to the people who reported
    more than monitoring saw."""
    if incident.hold_until is not None and incident.hold_until <= draft.now:
        _resolve(draft, incident)


def _resolve(draft: Draft, incident: Incident) -> None:
    recovered_at = incident.recovered_at or draft.now
    if incident.is_left_to_people:
        draft.write(IncidentReopened(draft.now, incident.id, written(LEFT_TO_PEOPLE)))
        _see_what_is_left(draft, incident)
        return
    if all(fact.type is not FactType.RESOLVED or fact.by != MONITORING for fact in incident.standing):
        fact = Fact(FactType.RESOLVED, recovered_at, MONITORING, written(HELD))
        draft.write(FactAdded(draft.now, incident.id, fact))  # beside a person's word, which may have been rash
    draft.write(IncidentClosed(draft.now, incident.id, written(STAYED_SO), ended=Ending.RECOVERED))
    _see_what_is_left(draft, incident)


def _see_what_is_left(draft: Draft, incident: Incident) -> None:
    last = draft.incidents.states.get(incident.device)
    if incident.state in OUTAGE_STATES and last is not None and last.after is DeviceState.DEGRADED:
        _open_degraded(draft, last)


def _open_degraded(draft: Draft, last: DeviceStateChanged) -> None:
    """The device is back, and a part of it is not: while it was down that was no news."""
    device = draft.setting.inventory.devices.get(last.device)
    if device is not None and draft.incidents.find_open(degraded_of(last.device)) is None:
        draft.open_state(device, last)


def follow_words(draft: Draft, incident: Incident) -> None:
    """Closes, reopens or withdraws the incident where the facts that stand now say so.

    What monitoring watches is over when monitoring says so, so that a person's word alone closes only what a person
    reported, and what monitoring can no longer see. A closed incident whose last `resolved` was withdrawn goes on, and
    so does one whose every start was withdrawn when one of them stands again.
    """
    incident = draft.incidents.by_id[incident.id]
    begun = any(fact.begins for fact in incident.standing)
    resolved = next((fact for fact in incident.standing if fact.type is FactType.RESOLVED), None)
    if incident.is_open and not begun:
        draft.withdraw(incident, written(NOTHING_BEGAN))
    elif incident.is_open and resolved is not None and (not incident.is_watched or incident.unseen_since is not None):
        reason = written(SAYS_RESOLVED, resolved.by)
        draft.write(IncidentClosed(draft.now, incident.id, reason, ended=Ending.RECOVERED))
    elif not incident.is_open and begun and resolved is None:
        _go_on(draft, incident)


def _go_on(draft: Draft, incident: Incident) -> None:
    """Unless monitoring saw the end, of which older journals hold no fact."""
    told = any(fact.type is FactType.RESOLVED and fact.by == MONITORING for fact in incident.facts)
    if incident.is_watched and incident.recovered_at is not None and not told:
        fact = Fact(FactType.RESOLVED, incident.recovered_at, MONITORING, written(HELD))
        draft.write(FactAdded(draft.now, incident.id, fact))
    else:
        draft.write(IncidentReopened(draft.now, incident.id, written(CLOSER_WITHDRAWN)))


def shift_hold_downs(draft: Draft, by: timedelta) -> None:
    """After the clock jumped by so much: what is left of each hold-down stays what it was."""
    for incident in draft.incidents.open_incidents():
        if incident.hold_until is not None:
            hold_until = min(max(incident.hold_until + by, draft.now), draft.now + draft.setting.hold_down)
            since = max(incident.starts_at, min(incident.recovered_at or draft.now, draft.now))
            draft.write(RecoverySeen(draft.now, incident.id, since, hold_until))


def drop_removed_devices(draft: Draft) -> None:
    """Closes the incidents of devices that are no longer in the inventory, and forgets them as children. A fault that
    people have reported stays: a line that is taken out of a file has mended nothing."""
    devices = draft.setting.inventory.devices
    for incident in draft.incidents.open_incidents():
        for child in sorted(incident.children - devices.keys()):
            draft.detach(child)
        if not incident.is_watched or incident.device in devices:
            continue
        if any(fact.type is FactType.REPORTED for fact in incident.standing):
            draft.write(IncidentReopened(draft.now, incident.id, written(DEVICE_LEFT)))
        else:
            draft.withdraw(incident, written(DEVICE_TAKEN_OUT), Ending.LEFT_INVENTORY)


def drop_unchecked(draft: Draft) -> None:
    """Withdraws what nothing can see the end of: the checks that failed are no longer asked."""
    devices = draft.setting.inventory.devices
    for incident in draft.incidents.open_incidents():
        device, last = devices.get(incident.device), draft.incidents.states.get(incident.device)
        if incident.state is not DeviceState.DEGRADED or device is None or last is None or not last.failed:
            continue
        if not {check.name for check in device.checks} & set(last.failed):
            draft.withdraw(incident, written(UNCHECKED, ", ".join(last.failed)))


def prune(incidents: Incidents, inventory: Inventory) -> Incidents:
    """Forgets what is known of devices that are no longer in the inventory; their incidents stay."""
    states, suppressed = incidents.states, incidents.suppressed
    hidden, behind = incidents.hidden, incidents.hidden_behind
    for name in [name for name in states if name not in inventory.devices]:
        states = without(states, name)
    for cause in [cause for cause in suppressed if cause[0] not in inventory.devices]:
        suppressed = without(suppressed, cause)
    for name in [name for name in hidden if name not in inventory.devices]:
        above, hidden = hidden[name], without(hidden, name)
        rest = behind.get(above, frozenset()) - {name}
        behind = behind.set(above, rest) if rest else without(behind, above)
    folded = incidents.folded
    for name in [name for name in folded if name not in inventory.devices]:
        folded = without(folded, name)
    return replace(incidents, states=states, suppressed=suppressed, hidden=hidden, hidden_behind=behind, folded=folded)
