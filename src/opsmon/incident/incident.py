"""One incident: a root cause, what it takes along, and every fact that was reported about it.

An incident never forgets and never edits: facts are appended in the order in which they were told. Its labels and the
severity that its alerts carry are those of its opening for as long as it lives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from opsmon.model.device import Kind
from opsmon.model.event import DeviceState
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ContractId, DeviceName, IncidentId, SiteName

# A device in one of these states is not there.
OUTAGE_STATES = frozenset({DeviceState.DOWN, DeviceState.FLAPPING})


class Phase(StrEnum):
    """How far an incident has come."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    WORKED = "worked"
    RECOVERING = "recovering"  # the fault is gone and the hold-down runs
    CLOSED = "closed"


WORK_FACTS = frozenset(
    {
        FactType.REMOTE_STARTED,
        FactType.REMOTE_FAILED,
        FactType.ON_SITE,
        FactType.SPARE_NEEDED,
        FactType.SPARE_INSTALLED,
        FactType.FALLBACK_AGREED,
    }
)


@dataclass(frozen=True, slots=True)
class Incident:
    """One root cause, from the first failed observation (`starts_at`) to the close.

    `severity` may be changed by a named human; `alert_severity` is that of the opening. `children` are affected now,
    `affected` were at any time. `recovered_at` and `hold_until` are set while a recovery is being believed.
    `state` is the state of the whole device that is the fault, None where a condition of it is; then `value` is what
    was measured when it was opened, if that is a number.
    """

    id: IncidentId
    condition: str
    subject: str
    device: DeviceName
    site: SiteName
    kind: Kind
    contract: ContractId | None
    service: str | None
    severity: Severity
    alert_severity: Severity
    opened_at: datetime
    starts_at: datetime
    detail: str
    labels: Mapping[str, str] = field(default_factory=dict)
    state: DeviceState | None = None
    value: float | None = None
    gives_way_at: datetime | None = None
    facts: tuple[Fact, ...] = ()
    children: frozenset[DeviceName] = frozenset()
    affected: frozenset[DeviceName] = frozenset()
    recovered_at: datetime | None = None
    hold_until: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str = ""
    withdrawn: bool = False
    merged_into: IncidentId | None = None
    diagnosis: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def phase(self) -> Phase:
        """The furthest point reached; a recovery that is withdrawn leads back to what people have done."""
        if not self.is_open:
            return Phase.CLOSED
        if self.hold_until is not None:
            return Phase.RECOVERING
        told = {fact.type for fact in self.facts}
        if told & WORK_FACTS:
            return Phase.WORKED
        return Phase.ACKNOWLEDGED if FactType.ACKNOWLEDGED in told else Phase.OPEN

    @property
    def resolved_at(self) -> datetime | None:
        """When service was restored, as told by the first fact that says so."""
        return next((fact.at for fact in self.facts if fact.type is FactType.RESOLVED), None)

    @property
    def is_excluded(self) -> bool:
        """Whether the latest word on it is that it is not the contractor's responsibility."""
        words = [fact.type for fact in self.facts if fact.type in (FactType.EXCLUDED, FactType.INCLUDED)]
        return bool(words) and words[-1] is FactType.EXCLUDED
