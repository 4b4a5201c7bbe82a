"""One incident per root cause: what each transition of the state room means for the incidents.

A device that goes down opens an incident; a device that is hidden by it is attached to it. Where the state room finds
that a device which it had declared down was hidden all the time, the device's own incident is withdrawn and the device
attached. A fault that is older than that has a cause of its own and keeps its incident.
"""

from datetime import datetime, timedelta

from opsmon.incident.draft import Draft
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, degraded_of
from opsmon.model.device import Device
from opsmon.model.event import ConditionCleared, ConditionRaised, DeviceState, DeviceStateChanged, Transition
from opsmon.model.name import ContractId, DeviceName

# How much earlier a consequence may have been seen than its cause: checks of different devices are not simultaneous.
CONSEQUENCE_WINDOW = timedelta(minutes=5)
# States in which a condition of a device opens nothing: the device's own state is the news, or it is worked on.
QUIET_STATES = frozenset({DeviceState.DOWN, DeviceState.UNREACHABLE, DeviceState.MAINTENANCE})


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
            incident = draft.incidents.find_open((device.name, transition.condition, transition.subject))
            if incident is not None:  # `since` is when it began to hold: it is over now
                draft.see_recovery(incident, transition.at)


def _observe_state(draft: Draft, device: Device, event: DeviceStateChanged) -> None:
    match event.after:
        case DeviceState.DOWN | DeviceState.FLAPPING:
            _observe_gone(draft, device, event)
        case DeviceState.UNREACHABLE:
            _observe_hidden(draft, device.name)
        case DeviceState.UP | DeviceState.DEGRADED:
            _observe_back(draft, device, event)
        case DeviceState.MAINTENANCE:
            draft.detach(device.name)
        case DeviceState.UNKNOWN:
            _doubt_recovery(draft, device.name, "it can no longer be measured")


def _observe_gone(draft: Draft, device: Device, event: DeviceStateChanged) -> None:
    draft.detach(device.name)
    outage = draft.incidents.outage_of(device.name)
    if outage is not None:
        draft.withdraw_recovery(outage, event.reason)
    else:
        outage = draft.open_state(device, event)
    if outage is not None and event.after is DeviceState.DOWN:
        _absorb_degraded(draft, outage)
        _adopt_hidden(draft, device.name)


def _absorb_degraded(draft: Draft, outage: Incident) -> None:
    """What began as a part of the device failing was the whole device going."""
    degraded = draft.incidents.find_open(degraded_of(outage.device))
    if degraded is not None and _is_consequence(degraded, outage):
        draft.merge(degraded, f"the first sign of {outage.id}", outage.id)


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
    _doubt_recovery(draft, device, "it can no longer be reached")
    outage, own = outage_hiding(draft.incidents, device), draft.incidents.outage_of(device)
    if outage is not None:
        _absorb_reports(draft, device, outage)
    if outage is None:
        draft.detach(device)
    elif own is None:
        draft.attach(outage.id, device)
    elif _is_consequence(own, outage):
        draft.merge(own, f"its cause is {outage.id}", outage.id)
        draft.attach(outage.id, device)


def _absorb_reports(draft: Draft, device: DeviceName, outage: Incident) -> None:
    """What people reported of a hidden device when its parent was gone is the parent's fault, under one contract."""
    for reported in draft.incidents.reports_of(device):
        if is_part_of(outage, reported.starts_at, reported.contract):
            draft.merge(reported, f"its cause is {outage.id}", outage.id)


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
    outage = draft.incidents.outage_of(device)
    if outage is not None:
        draft.withdraw_recovery(outage, reason)


def _observe_back(draft: Draft, device: Device, event: DeviceStateChanged) -> None:
    draft.detach(device.name)
    outage = draft.incidents.outage_of(device.name)
    if outage is not None:
        draft.see_recovery(outage, event.since)
    degraded = draft.incidents.find_open(degraded_of(device.name))
    if degraded is not None and event.after is DeviceState.UP:
        draft.see_recovery(degraded, event.since)
    elif degraded is not None:
        draft.withdraw_recovery(degraded, event.reason)
    elif event.after is DeviceState.DEGRADED and outage is None:
        draft.open_state(device, event)
    _open_suppressed(draft, device)


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
