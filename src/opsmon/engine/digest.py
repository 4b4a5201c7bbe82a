"""The part of a journal that still matters: what a snapshot holds, so that a start need not read years.

Folding the digest of a journal tells the same as folding the journal, of everything that the world still holds, but
for the number of alerts that each incident has sent: that is kept beside.
"""

from collections.abc import Container, Iterable

from opsmon.model.duty import ContractWatched, ObligationDone, ObligationUndone, TaskChanged
from opsmon.model.event import (
    BackupRecorded,
    ConditionCleared,
    ConditionRaised,
    ConditionUnseen,
    DeviceState,
    DeviceStateChanged,
    Event,
    MaintenanceSet,
)
from opsmon.model.name import DeviceName, IncidentId

# These cover what was measured before. In an older journal they do not tell it: the event before them matters still.
COVERS = frozenset({DeviceState.MAINTENANCE, DeviceState.FLAPPING})


def digest(events: Iterable[Event], keep: Container[IncidentId]) -> tuple[Event, ...]:
    """The events that matter, in their order. `keep` are the incidents that the world still holds."""
    kept: dict[int, Event] = {}
    states: dict[DeviceName, list[int]] = {}
    last: dict[tuple[object, ...], int] = {}
    for number, event in enumerate(events):
        match event:
            case DeviceStateChanged():
                kept[number] = event
                _uncover(kept, states.setdefault(event.device, []), event, number)
            case ConditionUnseen():
                kept[number] = event
                last["unseen", event.device, event.condition, event.subject] = number
            case ConditionRaised() | ConditionCleared():
                kept.pop(last.pop((event.device, event.condition, event.subject), -1), None)
                kept.pop(last.pop(("unseen", event.device, event.condition, event.subject), -1), None)
                if isinstance(event, ConditionRaised):
                    kept[number] = event
                    last[event.device, event.condition, event.subject] = number
            case MaintenanceSet():
                kept.pop(last.get((event.device,), -1), None)
                kept[number] = event
                last[event.device,] = number
            case ContractWatched():
                kept[number] = event
            case ObligationDone() | ObligationUndone() if event.due_at is None:
                kept[number] = event  # an occasion may come several times a day, each for itself
            case TaskChanged() | ObligationDone() | ObligationUndone():
                kept.pop(last.get(_task_of(event), -1), None)
                kept[number] = event
                last[_task_of(event)] = number
            case BackupRecorded():
                pass  # the world holds nothing of it
            case _:
                if event.incident is not None and event.incident in keep:
                    kept[number] = event
    return tuple(kept.values())


def _task_of(event: TaskChanged | ObligationDone | ObligationUndone) -> tuple[object, ...]:
    """What a later event of the same type makes unneeded."""
    place = "" if isinstance(event, TaskChanged) else event.place
    return type(event), event.contract, event.obligation, event.service, event.due_at, event.part, place


def _uncover(kept: dict[int, Event], of_device: list[int], event: DeviceStateChanged, number: int) -> None:
    """Drops the states of the device that the event puts an end to."""
    if event.after not in COVERS or event.measured is not None:
        for old in of_device:
            del kept[old]
        of_device.clear()
    of_device.append(number)
