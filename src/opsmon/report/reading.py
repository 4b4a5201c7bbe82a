"""What the journal tells of contracts, folded once: incidents with their clocks by today's rules, and duties.

Reads the store itself, so that no daemon need run; where one does, what it has committed is what is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from opsmon.engine.duty.obligations import Duties, fold_duty
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, apply
from opsmon.incident.rename import rename_device
from opsmon.model.duty import DutyEvent
from opsmon.model.event import BackupRecorded, ClockChanged, DeviceRenamed, HostKeyRecorded, MaintenanceSet
from opsmon.model.name import ContractId
from opsmon.store.store import Store


@dataclass(frozen=True, slots=True)
class ContractHistory:
    """Every incident that the journal tells of, and all duties."""

    incidents: Incidents
    duties: Duties

    def of_contract(self, contract: ContractId) -> tuple[Incident, ...]:
        """The incidents of one contract that were not withdrawn or merged, in the order of their beginning."""
        own = (one for one in self.incidents.by_id.values() if one.contract == contract and not one.withdrawn)
        return tuple(sorted(own, key=lambda one: (one.starts_at, one.id)))


def read_journal(store: Store) -> ContractHistory:
    """The whole journal, folded."""
    incidents, duties = Incidents(), Duties()
    for entry in store.read():
        event = entry.event
        if isinstance(event, DutyEvent):
            duties = fold_duty(duties, event)
        elif isinstance(event, DeviceRenamed):
            incidents = rename_device(incidents, event.formerly, event.device)
        elif not isinstance(event, ClockChanged | MaintenanceSet | BackupRecorded | HostKeyRecorded):
            incidents = apply(incidents, event)
    return ContractHistory(incidents, duties)


def read_duties(store: Store) -> Duties:
    """The duties alone."""
    duties = Duties()
    for event in _duty_events(store):
        duties = fold_duty(duties, event)
    return duties


def _duty_events(store: Store) -> Iterator[DutyEvent]:
    for entry in store.read():
        if isinstance(entry.event, DutyEvent):
            yield entry.event
