"""What the API says of obligations, as the shapes of its JSON. Times are ISO 8601 with an offset."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from opsmon.contract.obligation import Obligation, Task, task_state
from opsmon.contract.place import counts_of
from opsmon.engine.duty.obligations import Duties
from opsmon.model.duty import ObligationDone, ObligationExcused, ObligationUndone, TaskState
from opsmon.model.name import ContractId
from opsmon.web.api.schemas import Body, By, Note, Query


class ObligationQuery(Query):
    """Days on which tasks are due; a week from today when not given."""

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")


class PlaceCountDocument(BaseModel):
    """How far a task is at the places of one kind: `done` of `of`; `ticked` are their names."""

    group: str
    title: str
    title_zh: str
    done: int
    of: int
    ticked: list[str]


class TaskDocument(BaseModel):
    """One dated task of an obligation and how it stands."""

    contract: str
    obligation: str
    service: str
    part: str
    what: str
    what_zh: str
    opens_at: datetime
    at_risk_at: datetime
    due_at: datetime
    strict_due_at: datetime | None
    state: TaskState
    done_at: datetime | None
    places: list[PlaceCountDocument]
    provisional: bool


class DaysBody(Body):
    """Which tasks of an obligation are meant: those due on `day`, or whose time contains it."""

    day: date | None = Field(default=None, strict=False)
    days: list[str] = Field(default=[], max_length=400, description="or several: 2026-11-01, 2026-11-03..2026-11-05")
    by: By = None
    service: str = Field(default="", max_length=100)
    part: str = Field(default="", max_length=200)
    places: list[str] = Field(default=[], max_length=400, description="GROUP:NAME; `all` is the whole task")

    @model_validator(mode="after")
    def _day_or_days(self) -> "DaysBody":
        if (self.day is None) == (not self.days):
            raise PydanticCustomError("opsmon", "give one of `day` and `days`")
        _ = self.spans
        return self

    @property
    def spans(self) -> tuple[tuple[date, date], ...]:
        """First and last of each stretch of days. Raises a pydantic error."""
        if self.day is not None:
            return ((self.day, self.day),)
        return tuple(_span(word) for word in self.days)


def _span(word: str) -> tuple[date, date]:
    first, _, last = word.partition("..")
    try:
        span = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise PydanticCustomError("opsmon", "no date, and no two such as 2026-11-01..2026-11-05") from None
    if span[1] < span[0]:
        raise PydanticCustomError("opsmon", "a stretch of days that ends before it begins")
    return span


class DoneBody(DaysBody):
    """A named human ticks off a recurring obligation."""

    done_at: AwareDatetime | None = Field(
        default=None, description="when it was done; now when not given, of several days each on its own"
    )
    note: str = Note
    file: str = Field(default="", max_length=255, description="the name of the evidence")
    file_sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")


class UndoneBody(DaysBody):
    """A named human withdraws ticks; `again`: withdraws their withdrawal, so that they stand."""

    reason: str = Field(min_length=1, max_length=4000, description="why")
    again: bool = False


class ExcusedBody(Body):
    """The customer accepts the reason why a task was late: it costs nothing. `withdrawn` takes that back."""

    day: date = Field(strict=False)
    by: By = None
    approved_by: str = Field(default="", max_length=200, description="who accepted the reason")
    reason: str = Field(min_length=1, max_length=4000)
    service: str = Field(default="", max_length=100)
    part: str = Field(default="", max_length=200)
    paper: str = Field(default="", max_length=255, description="the name of the paper")
    paper_sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    withdrawn: bool = False


class TickDocument(BaseModel):
    """One task, or one place of it. `due_at` is null for an obligation without dates."""

    service: str
    part: str
    place: str
    due_at: datetime | None
    day: str


class DoneDocument(TickDocument):
    """What was ticked off, or withdrawn: every one under `ticked`, and the fields of the first."""

    contract: str
    obligation: str
    ticked: list[TickDocument]


def ticked_document(
    events: Sequence[ObligationDone | ObligationUndone | ObligationExcused],
) -> DoneDocument:
    """What a command has ticked off, withdrawn or excused; there is at least one."""
    ticked = [
        TickDocument(
            service=one.service,
            part=one.part,
            place="" if isinstance(one, ObligationExcused) else one.place,
            due_at=one.due_at,
            day=one.day,
        )
        for one in events
    ]
    return DoneDocument(
        contract=events[0].contract, obligation=events[0].obligation, ticked=ticked, **ticked[0].model_dump()
    )


def task_document(
    contract: ContractId, obligation: Obligation, task: Task, duties: Duties, now: datetime
) -> TaskDocument:
    """One task with its places."""
    key = task.id_in(contract)
    done_at, ticks = duties.done_at(obligation, key), duties.standing(key)
    counts = [
        PlaceCountDocument(
            group=one.group.name, title=one.group.title.en, title_zh=one.group.title.in_("zh"), done=one.done,
            of=one.group.count, ticked=sorted(place for place in ticks if one.group.owns(place)),
        )
        for one in counts_of(obligation.places, ticks)
    ]  # fmt: skip
    return TaskDocument(
        contract=contract, obligation=obligation.id, service=task.service, part=task.part, what=obligation.what.en,
        what_zh=obligation.what.in_("zh"), opens_at=task.opens_at, at_risk_at=task.at_risk_at, due_at=task.due_at,
        strict_due_at=task.strict_due_at, state=task_state(task, done_at, now), done_at=done_at, places=counts,
        provisional=bool(task.doubts),
    )  # fmt: skip
