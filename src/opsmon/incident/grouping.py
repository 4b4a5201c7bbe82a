"""One incident per root cause: what each transition of the state room means for the incidents.

A device that goes down opens an incident; a device that is hidden by it is attached to it. Where the state room finds
that a device which it had declared down was hidden all the time, the device's own incident is withdrawn and the device
attached. A fault that is older than that has a cause of its own and keeps its incident. Where the way is open again and
the device is as dead as before, a new incident takes over what was withdrawn: its start, its facts, what was promised.

A fault that turns into a worse one (degraded or flapping, then dead) goes on in the incident of the worse one, with its
start and its facts. Only a good answer ends an outage; a device that answers badly is not back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from opsmon.incident.draft import Draft
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, degraded_of, outage_of
from opsmon.model.device import Device
from opsmon.model.event import (
    ConditionCleared,
    ConditionRaised,
    ConditionUnseen,
    DeviceState,
    DeviceStateChanged,
    DiagnosisAttached,
    IncidentRenewed,
    Transition,
)
from opsmon.model.name import ContractId, DeviceName
from opsmon.text.journal_reason import BECAME, CAUSE_IS, FIRST_SIGN, UNMEASURABLE, UNREACHED, written

# How much earlier a consequence may have been seen than its cause: checks of different devices are not simultaneous.
CONSEQUENCE_WINDOW = timedelta(minutes=5)
# States in which a condition of a device opens nothing: the device's own state is the news, or it is worked on.
UNSEEN = (
    "since {since} the device no longer reports what this was measured from: it is not known to be over. The incident "
    "stays open until it is seen to be well; if the part was removed, say that it is resolved.\n"
    "{since} 起设备不再上报该测点，不能视为已恢复；看到正常值后事件才会关闭。部件如已拆除，请登记“故障排除”。"
)
QUIET_STATES = frozenset({DeviceState.DOWN, DeviceState.UNREACHABLE, DeviceState.MAINTENANCE})


def observe_all(draft: Draft, transitions: Iterable[Transition]) -> None:
    """Writes what the state room saw in one step, and the changes that follow from it."""
    for transition in transitions:
        observe(draft, transition)


def observe(draft: Draft, transition: Transition) -> None:
    """Writes the transition, and the changes that follow from it."""
    draft.write(transition)
    device = draft.setting.inventory.devices.get(transition.device)
    if device is None:
        return
    match transition:
        case DeviceStateChanged():
            _observe_state(draft, device, transition)
        case ConditionRaised():
            _observe_raised(draft, device, transition)
        case ConditionCleared():
            _observe_cleared(draft, transition)
        case ConditionUnseen():
            _observe_unseen(draft, transition)


def _observe_cleared(draft: Draft, event: ConditionCleared) -> None:
    """`since` is when it began to hold: it is over now. What nobody watches any more has not recovered."""
    incident = draft.incidents.find_open((event.device, event.condition, event.subject))
    if incident is not None and event.recovered:
        draft.see_recovery(incident, event.at)
    elif incident is not None:
        draft.withdraw(incident, event.detail)


def _observe_unseen(draft: Draft, event: ConditionUnseen) -> None:
    incident = draft.incidents.find_open((event.device, event.condition, event.subject))
    if incident is not None:
        draft.write(DiagnosisAttached(draft.now, incident.id, UNSEEN.format(since=f"{event.unseen_since:%H:%M:%S}Z")))


def _observe_state(draft: Draft, device: Device, event: DeviceStateChanged) -> None:
    match event.after:
        case DeviceState.DOWN | DeviceState.FLAPPING:
            _observe_gone(draft, device, event)
        case DeviceState.UNREACHABLE:
            _observe_hidden(draft, device.name)
        case DeviceState.UP | DeviceState.DEGRADED:
            _observe_back(draft, device, event)
        case DeviceState.MAINTENANCE:
            _observe_covered(draft, device, event)
        case DeviceState.UNKNOWN:
            _doubt_recovery(draft, device.name, written(UNMEASURABLE))


def _observe_gone(draft: Draft, device: Device, event: DeviceStateChanged) -> None:
    draft.detach(device.name)
    _doubt_recovery(draft, device.name, event.reason)
    outage, is_down = draft.incidents.outage_of(device.name), event.after is DeviceState.DOWN
    if outage is None:
        outage = _open_outage(draft, device, event)
    elif is_down and outage.state is DeviceState.FLAPPING:
        outage = _pass_on(draft, device, event, outage)
    elif is_down and event.before is DeviceState.FLAPPING:
        draft.write(IncidentRenewed(draft.now, outage.id, event.reason))
    if outage is not None and is_down:
        _absorb_degraded(draft, outage)
        _adopt_hidden(draft, device.name)


def _open_outage(draft: Draft, device: Device, event: DeviceStateChanged) -> Incident | None:
    begun = _begun_as(draft, device.name, event)
    if begun is not None and begun.is_open and begun.reported_by:
        return draft.see_worse(begun, device, event)
    return draft.open_state(device, event, begun)


def _begun_as(draft: Draft, device: DeviceName, event: DeviceStateChanged) -> Incident | None:
    """The incident as which this fault began: one that was taken for a part of another's, or the first sign of it."""
    folded = draft.incidents.folded.get(device)
    if folded is not None:
        return draft.incidents.by_id.get(folded)
    degraded = draft.incidents.find_open(degraded_of(device)) if event.after is DeviceState.DOWN else None
    return degraded if degraded is not None and degraded.starts_at >= event.since - CONSEQUENCE_WINDOW else None


def _pass_on(draft: Draft, device: Device, event: DeviceStateChanged, old: Incident) -> Incident:
    """What came and went is gone: another incident with all that was told of it, and another alert."""
    if old.reported_by:
        return draft.see_worse(old, device, event)
    new = draft.open_state(device, event, old)
    if new is None:
        return old
    draft.pass_on(old, written(BECAME, event.after, new.id), new.id)
    return new


def _absorb_degraded(draft: Draft, outage: Incident) -> None:
    """What began as a part of the device failing was the whole device going."""
    degraded = draft.incidents.find_open(degraded_of(outage.device))
    if degraded is not None and _is_consequence(degraded, outage):
        draft.merge(degraded, written(FIRST_SIGN, outage.id), outage.id)


def _adopt_hidden(draft: Draft, device: DeviceName) -> None:
    """Takes in every device that waits behind the one that went down."""
    for hidden in sorted(_all_behind(draft, device)):
        _observe_hidden(draft, hidden)


def _all_behind(draft: Draft, device: DeviceName) -> set[DeviceName]:
    found: set[DeviceName] = set()
    todo = [device]
    while todo:
        fresh = draft.incidents.hidden_behind.get(todo.pop(), frozenset()) - found - {device}
        found |= fresh
        todo.extend(fresh)
    return found


def _is_consequence(other: Incident, outage: Incident) -> bool:
    """Whether the other incident began late enough to be a consequence of the outage."""
    return other.starts_at >= outage.starts_at - CONSEQUENCE_WINDOW


def _observe_hidden(draft: Draft, device: DeviceName) -> None:
    own = draft.incidents.outage_of(device)
    was_well = own is not None and own.hold_until is not None  # it answered well after its fault: this is another one
    _doubt_recovery(draft, device, written(UNREACHED))
    outage = outage_hiding(draft.incidents, device)
    if outage is not None:
        _absorb_reports(draft, device, outage)
    if outage is None:
        draft.detach(device)
    elif own is None:
        draft.attach(outage.id, device)
    elif _is_consequence(own, outage) and not was_well:
        draft.merge(own, written(CAUSE_IS, outage.id), outage.id)
        draft.attach(outage.id, device)


def _absorb_reports(draft: Draft, device: DeviceName, outage: Incident) -> None:
    """What people reported of a hidden device when its parent was gone is the parent's fault, under one contract."""
    for reported in draft.incidents.reports_of(device):
        if is_part_of(outage, reported.starts_at, reported.contract):
            draft.merge(reported, written(CAUSE_IS, outage.id), outage.id)


def is_part_of(outage: Incident, reported_at: datetime, contract: ContractId | None) -> bool:
    """Whether a report of a hidden device is a report of the outage: not older than it, and under the same contract."""
    return contract == outage.contract and reported_at >= outage.starts_at - CONSEQUENCE_WINDOW


def outage_hiding(incidents: Incidents, device: DeviceName) -> Incident | None:
    """The open outage of the first device on the way up that has one; hidden devices may hide each other."""
    seen = {device}
    above = incidents.hidden.get(device)
    while above is not None and above not in seen:
        outage = incidents.outage_of(above)
        if outage is not None:
            return outage
        seen.add(above)
        above = incidents.hidden.get(above)
    return None


def _doubt_recovery(draft: Draft, device: DeviceName, reason: str) -> None:
    for cause in (outage_of(device), degraded_of(device)):
        incident = draft.incidents.find_open(cause)
        if incident is not None:
            draft.withdraw_recovery(incident, reason)


def _observe_covered(draft: Draft, device: Device, event: DeviceStateChanged) -> None:
    """A maintenance window opens nothing. What was broken before it is repaired when it answers, window or not."""
    draft.detach(device.name)
    beneath = event.measured
    if beneath is None:
        return
    if beneath.state not in (DeviceState.UP, DeviceState.DEGRADED):
        _doubt_recovery(draft, device.name, beneath.reason)
        return
    is_up = beneath.state is DeviceState.UP
    since = beneath.since if is_up and beneath.since is not None else event.at
    _see_back(draft, device.name, since, is_up=is_up, good=event.good, reason=beneath.reason)


def _observe_back(draft: Draft, device: Device, event: DeviceStateChanged) -> None:
    draft.detach(device.name)
    is_up = event.after is DeviceState.UP
    # What is degraded has been so since its first failure; it was back when it was found to be.
    since = event.since if is_up else event.at
    _see_back(draft, device.name, since, is_up=is_up, good=event.good, reason=event.reason)
    is_known = any(draft.incidents.find_open(cause) for cause in (outage_of(device.name), degraded_of(device.name)))
    if not is_up and not is_known:
        draft.open_state(device, event)
    _open_suppressed(draft, device)


def _see_back(draft: Draft, device: DeviceName, since: datetime, *, is_up: bool, good: bool, reason: str) -> None:
    """It answers: an outage is over with the first good answer, a part that failed when the device is up."""
    outage, degraded = draft.incidents.outage_of(device), draft.incidents.find_open(degraded_of(device))
    for incident, is_over in ((outage, is_up or good), (degraded, is_up)):
        if incident is not None and is_over:
            draft.see_recovery(incident, since)
        elif incident is not None:
            draft.withdraw_recovery(incident, reason)


def _open_suppressed(draft: Draft, device: Device) -> None:
    """Opens what held while the device was down, unreachable or worked on, and still holds."""
    waiting = [raised for cause, raised in draft.incidents.suppressed.items() if cause[0] == device.name]
    for raised in sorted(waiting, key=lambda raised: (raised.since, raised.condition, raised.subject)):
        _observe_raised(draft, device, raised)


def _observe_raised(draft: Draft, device: Device, event: ConditionRaised) -> None:
    incident = draft.incidents.find_open((device.name, event.condition, event.subject))
    if incident is not None:
        draft.withdraw_recovery(incident, event.detail)
    elif draft.incidents.state_of(device.name) not in QUIET_STATES:
        draft.open_condition(device, event)
