"""The part of a journal that still matters: what a snapshot holds, so that a start need not read years.

Folding the compacted journal tells the same as folding the whole, of everything that the world still holds, but
for the number of alerts that each incident has sent: that is kept beside.
"""

from collections.abc import Container, Iterable

from opsmon.engine.duty.obligations import task_id_of
from opsmon.incident.incidents import answers
from opsmon.model.access_event import AccountChanged, OperationRequested, SignedIn, SignedOut, SignInFailed
from opsmon.model.duty import (
    ContractWatched,
    DutyEvent,
    ObligationDone,
    ObligationExcused,
    ObligationUndone,
    TaskChanged,
)
from opsmon.model.event import (
    BackupRecorded,
    ConditionCleared,
    ConditionRaised,
    ConditionUnseen,
    DeviceRenamed,
    DeviceState,
    DeviceStateChanged,
    Event,
    HostKeyRecorded,
    MaintenanceSet,
)
from opsmon.model.name import DeviceName, IncidentId, SilenceId
from opsmon.model.page import ChannelNearlyUsed, ObligationTold, SilenceEnded, SilenceEvent, SilenceSet, SilenceWarned
from opsmon.model.roster import DutyChanged, OverrideEnded, OverrideSet, RosterEvent

# These cover what was measured before. In an older journal they do not tell it: the event before them matters still.
COVERS = frozenset({DeviceState.MAINTENANCE, DeviceState.FLAPPING})


def compact(events: Iterable[Event], keep: Container[IncidentId]) -> tuple[Event, ...]:
    """The events that matter, in their order. `keep` are the incidents that the world still holds."""
    kept: dict[int, Event] = {}
    states: dict[DeviceName, list[int]] = {}
    last: dict[tuple[object, ...], int] = {}
    silences: dict[SilenceId, list[int]] = {}
    for number, event in enumerate(events):
        match event:
            case DeviceStateChanged():
                kept[number] = event
                _uncover(kept, states.setdefault(event.device, []), event, number)
            case ConditionRaised() | ConditionUnseen() | ConditionCleared():
                _keep_condition(kept, last, event, number)
            case MaintenanceSet():
                kept.pop(last.get((event.device,), -1), None)
                kept[number] = event
                last[event.device,] = number
            case DeviceRenamed():
                kept[number] = event
                _rename(states, last, event)
            case ContractWatched() | TaskChanged() | ObligationDone() | ObligationUndone() | ObligationExcused():
                _keep_duty(kept, last, event, number)
            case SilenceSet() | SilenceWarned() | SilenceEnded():
                _keep_silence(kept, silences, event, number)
            case OverrideSet() | OverrideEnded() | DutyChanged() | ChannelNearlyUsed():
                _keep_roster(kept, last, event, number)
            case ObligationTold() | BackupRecorded() | HostKeyRecorded():
                pass  # the world holds nothing of it
            case SignedIn() | SignedOut() | SignInFailed() | AccountChanged() | OperationRequested():
                pass  # the world holds nothing of it
            case _:
                if event.incident is not None and event.incident in keep:
                    kept[number] = event
    return tuple(kept.values())


def _keep_roster(
    kept: dict[int, Event], last: dict[tuple[object, ...], int], event: RosterEvent | ChannelNearlyUsed, number: int
) -> None:
    """Of a swap that ended nothing is left; of the hand-overs of a rota, and the months of a channel, the last."""
    match event:
        case DutyChanged():
            key: tuple[object, ...] = (DutyChanged, event.rota)
        case ChannelNearlyUsed():
            key = ChannelNearlyUsed, event.channel
        case _:
            key = OverrideSet, event.override
    kept.pop(last.pop(key, -1), None)
    if not isinstance(event, OverrideEnded):
        kept[number] = event
        last[key] = number


def _keep_duty(kept: dict[int, Event], last: dict[tuple[object, ...], int], event: DutyEvent, number: int) -> None:
    kept[number] = event
    if isinstance(event, ContractWatched):
        return
    if isinstance(event, ObligationDone | ObligationUndone) and event.due_at is None:
        return  # an occasion may come several times a day, each for itself
    kept.pop(last.get(_task_of(event), -1), None)
    last[_task_of(event)] = number


def _keep_silence(
    kept: dict[int, Event], silences: dict[SilenceId, list[int]], event: SilenceEvent, number: int
) -> None:
    """Of those that hold everything, of those that are over nothing."""
    if isinstance(event, SilenceEnded):
        for old in silences.pop(event.silence, ()):
            del kept[old]
    else:
        kept[number] = event
        silences.setdefault(event.silence, []).append(number)


def _task_of(event: TaskChanged | ObligationDone | ObligationUndone | ObligationExcused) -> tuple[object, ...]:
    """What a later event of the same type makes unneeded."""
    place = "" if isinstance(event, TaskChanged | ObligationExcused) else event.place
    return type(event), task_id_of(event), place


def _keep_condition(
    kept: dict[int, Event],
    last: dict[tuple[object, ...], int],
    event: ConditionRaised | ConditionUnseen | ConditionCleared,
    number: int,
) -> None:
    key = event.device, event.condition, event.subject
    unseen = (*key, "unseen")
    if not isinstance(event, ConditionUnseen):
        kept.pop(last.pop(key, -1), None)
        kept.pop(last.pop(unseen, -1), None)
    if not isinstance(event, ConditionCleared):
        kept[number] = event
        last[unseen if isinstance(event, ConditionUnseen) else key] = number


def _rename(states: dict[DeviceName, list[int]], last: dict[tuple[object, ...], int], event: DeviceRenamed) -> None:
    """What comes under the new name makes unneeded what came under the old one."""
    old, new = event.formerly, event.device
    if old in states:
        states[new] = states.pop(old)
    for key in [key for key in last if key[0] == old]:
        last[new, *key[1:]] = last.pop(key)


def _uncover(kept: dict[int, Event], of_device: list[int], event: DeviceStateChanged, number: int) -> None:
    """Drops the states of the device that the event puts an end to. The last one in which it answered stays: what was
    a part of another fault before it was over then."""
    if event.after not in COVERS or event.measured is not None:
        answered = [old for old in of_device if answers(kept[old])] if not answers(event) else []
        for old in of_device:
            if old not in answered[-1:]:
                del kept[old]
        of_device[:] = answered[-1:]
    of_device.append(number)
