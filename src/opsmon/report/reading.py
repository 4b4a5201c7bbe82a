"""What the journal tells of contracts, folded once: incidents with their clocks by today's rules, and duties.

Reads the store itself, so that no daemon need run; where one does, what it has committed is what is read.
"""

from dataclasses import dataclass
from pathlib import Path

from opsmon.engine.duty.obligations import Duties, duties_of, fold_duty
from opsmon.engine.fold import BesideIncidents
from opsmon.engine.roster.roster_state import RosterState, fold_roster
from opsmon.errors import NoStoreError
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, apply
from opsmon.incident.rename import rename_device
from opsmon.model.duty import DutyEvent
from opsmon.model.event import ClockChanged, DeviceRenamed
from opsmon.model.name import ContractId
from opsmon.model.roster import OverrideEnded, OverrideSet
from opsmon.model.store_address import StoreAddress
from opsmon.oncall.override import Overrides
from opsmon.report.journal import existing_store
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


def read_history(store_address: StoreAddress, root: Path) -> ContractHistory:
    """The whole journal of a root, folded. Raises StoreError."""
    with existing_store(store_address, root) as store:
        return read_journal(store)


def read_journal(store: Store) -> ContractHistory:
    """The whole journal, folded."""
    incidents, duties = Incidents(), Duties()
    for entry in store.read():
        event = entry.event
        if isinstance(event, DutyEvent):
            duties = fold_duty(duties, event)
        elif isinstance(event, DeviceRenamed):
            incidents = rename_device(incidents, event.formerly, event.device)
        elif not isinstance(event, BesideIncidents | ClockChanged):
            incidents = apply(incidents, event)
    return ContractHistory(incidents, duties)


def read_duties(store_address: StoreAddress, root: Path) -> Duties:
    """The duties alone, as the journal of a root tells them; none where there is no journal yet. Raises StoreError."""
    try:
        with existing_store(store_address, root) as store:
            return duties_of(entry.event for entry in store.read())
    except NoStoreError:
        return Duties()


def read_overrides(store_address: StoreAddress, root: Path) -> Overrides:
    """The swaps that hold, as a root's journal tells them; none where there is no journal yet. Raises StoreError."""
    state = RosterState()
    try:
        with existing_store(store_address, root) as store:
            for entry in store.read():
                if isinstance(entry.event, OverrideSet | OverrideEnded):
                    state = fold_roster(state, entry.event)
    except NoStoreError:
        return Overrides()
    return state.overrides
