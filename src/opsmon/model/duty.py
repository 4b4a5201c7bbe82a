"""What the journal holds of recurring obligations: how their tasks stand, and what people ticked off.

`by` is who says so, `via` who was let in to say it (`opsmon.model.origin`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsmon.model.name import ClauseId, ContractId


class TaskState(StrEnum):
    """How one dated task of a contract's recurring obligation stands."""

    PENDING = "pending"  # its time has not begun
    OPEN = "open"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done_late"
    LAPSED = "lapsed"  # its time is over, and only a stricter reading had wanted it


@dataclass(frozen=True, slots=True)
class ContractWatched:
    """From now on the tasks of this contract are watched; what was due before is nobody's debt to us."""

    at: datetime
    contract: ContractId


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """A task came to be at risk, overdue or done. (obligation, service, part, due_at) is its name for ever."""

    at: datetime
    contract: ContractId
    obligation: ClauseId
    service: str
    part: str
    due_at: datetime
    before: TaskState
    after: TaskState


@dataclass(frozen=True, slots=True)
class ObligationDone:
    """A person ticks off a task, or (`due_at` None) an obligation without dates on the day `day` (ISO 8601).

    `file` is the name of the evidence and `file_sha256` its digest; the evidence itself stays where it is. `place` is
    one of several at which the task is owed, "" the whole of it.
    """

    at: datetime
    contract: ContractId
    obligation: ClauseId
    service: str
    part: str
    due_at: datetime | None
    day: str
    done_at: datetime
    by: str
    note: str = ""
    file: str = ""
    file_sha256: str = ""
    place: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class ObligationUndone:
    """A tick was a mistake; both stay in the journal. `again`: the withdrawal was the mistake, and the tick stands.

    It names the last tick of (contract, obligation, service, part, due_at, place) or, where `due_at` is None, of `day`.
    """

    at: datetime
    contract: ContractId
    obligation: ClauseId
    service: str
    part: str
    due_at: datetime | None
    day: str
    place: str
    by: str
    reason: str
    again: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class ObligationExcused:
    """The customer accepts a reason for a task that was late or missed: it costs nothing. `withdrawn` takes that back.

    `paper` is the file that says so and `paper_sha256` its digest; the paper itself stays where it is.
    """

    at: datetime
    contract: ContractId
    obligation: ClauseId
    service: str
    part: str
    due_at: datetime
    day: str
    by: str
    approved_by: str
    reason: str
    paper: str = ""
    paper_sha256: str = ""
    withdrawn: bool = False
    via: str = ""


DutyEvent = ContractWatched | TaskChanged | ObligationDone | ObligationUndone | ObligationExcused
