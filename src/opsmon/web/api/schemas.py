"""What the API says, as the shapes of its JSON. Times are ISO 8601 with an offset."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from opsmon.contract.money.budget import BudgetReading, BudgetState
from opsmon.incident.incident import Phase
from opsmon.model.device import Kind
from opsmon.model.event import ClockState, DeviceState
from opsmon.model.incident import Ending, FactType, Severity
from opsmon.model.sample import Outcome
from opsmon.web.api.paging.schemas import PageDocument

VIA = '`token:NAME@ADDRESS`: who was let in to say it; "" of opsmon itself and of older journals'
BEHALF = 'whom a manager speaks for, as `via` says it; "" where `by` speaks for himself'
BY = "who; left out: who signed in, or the token's name. Another person takes a manager, or a token of opsmon.yaml"
By = Annotated[str | None, Field(min_length=1, max_length=200, description=BY)]
Note = Field(default="", max_length=4000, description="in the words of who says so")


class ClockDocument(BaseModel):
    """A contract clock of an incident; `remaining_s` is negative when it is overdue and absent when it has stopped."""

    incident: str
    contract: str
    clause: str
    target: str
    state: ClockState
    starts_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    strict_due_at: datetime | None
    met_at: datetime | None
    remaining_s: float | None
    provisional: bool
    why: str
    why_zh: str

    @property
    def effective_due_at(self) -> datetime | None:
        """As in `ClockChanged`; not a part of the document."""
        return self.due_at or self.strict_due_at


class BudgetDocument(BaseModel):
    """A fault budget in the present month. `reading` is `judged` (its subject is `all`), `strict` (a wider count) or
    `mild` (a device by itself); `forecast` is what the pace of the month leads to."""

    contract: str
    clause: str
    month: date
    subject: str
    used: int
    limit: int
    forecast: float
    state: BudgetState
    incidents: list[str]
    reading: BudgetReading


class FactDocument(BaseModel):
    """Something that was reported about an incident. `number` is its name in withdrawals."""

    number: int
    type: FactType
    at: datetime = Field(description="when it happened, as it was told")
    recorded_at: datetime | None = Field(description="when it was written down; null while the journal cannot be read")
    by: str
    via: str = Field(description=VIA)
    on_behalf_of: str = Field(default="", description=BEHALF)
    note: str
    stands: bool = Field(description="false when it is withdrawn: nothing is reckoned by it")
    withdraws: int | None = Field(description="of a withdrawal: the number of the fact that was wrong")
    clauses: list[str] = Field(description="of an exclusion: only these clauses; none is all")
    approved_by: str
    paper: str
    paper_sha256: str
    delivery: str = Field(description="of a notice that opsmon gave: the id of the message")
    contradicted: bool = Field(description="told to be resolved while monitoring still saw the fault")
    earliest: datetime | None = Field(description="it may have happened then already: its taking was in doubt")
    takes_over: bool = Field(description="of an acknowledgement: the incident is theirs, in the place of another")


class JudgementDocument(BaseModel):
    """What a named person found the incident to be; null and no labels are what the person left as it was."""

    at: datetime
    by: str
    via: str = Field(description=VIA)
    on_behalf_of: str = Field(default="", description=BEHALF)
    reason: str
    severity: Severity | None
    service: str | None
    labels: dict[str, str]


class MissingNoticeDocument(BaseModel):
    """A clause that asks for an acknowledgement and has no clock before one of these facts is told."""

    clause: str
    facts: list[FactType]


class JournalDocument(BaseModel):
    """An event of the journal; `event` holds the fields of its type."""

    seq: int
    type: str
    event: dict[str, Any]


class IncidentDocument(BaseModel):
    """An incident: one root cause, its clocks, and the devices that suffer from it now (`children`)."""

    id: str
    condition: str
    summary: str = Field(description="what is wrong in a sentence, by the words of the conditions")
    summary_zh: str
    subject: str
    device: str = Field(description='"" where a person reported a fault of no device that we know')
    site: str
    kind: Kind | None
    contract: str | None
    service: str | None
    severity: Severity
    phase: Phase
    open: bool
    excluded: bool
    starts_at: datetime
    opened_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    detail: str
    labels: dict[str, str] = Field(description="of the device, or of the site where there is none")
    own_labels: dict[str, str] = Field(description="of this incident alone, as people found")
    reported_by: str = Field(description='who opened it; "" where monitoring did')
    watched: bool = Field(description="false: it is over when a person says so")
    children: list[str]
    affected: int = Field(description="how many devices suffered from it at any time")
    clocks: list[ClockDocument]
    untold: bool = Field(description="somebody has to be told, and no channel took any message yet")


class IncidentDetailDocument(IncidentDocument):
    """Everything that is known of an incident."""

    close_reason: str
    ended: Ending | None = Field(description="why it is over; only `recovered` says that the fault is gone")
    withdrawn: bool
    merged_into: str | None
    page: PageDocument | None = Field(description="who was told and what comes next; null where nobody is paged")
    facts: list[FactDocument]
    judgements: list[JudgementDocument]
    missing: list[MissingNoticeDocument]
    diagnosis: list[str]
    journal: list[JournalDocument] | None = Field(description="null while the store cannot be read")


class CheckDocument(BaseModel):
    """A check of a device and how it went the last time; `outcome` is null until it was done for the first time."""

    name: str
    kind: str
    period_s: float
    outcome: Outcome | None
    at: datetime | None
    duration_s: float | None
    detail: str


class DeviceDocument(BaseModel):
    """A device: what the inventory says, the state that it is in and since when, its checks, its open incidents."""

    id: str
    title: str
    site: str
    kind: Kind
    address: str
    contract: str | None
    service: str | None
    parents: list[str]
    labels: dict[str, str]
    state: DeviceState
    since: datetime | None
    reason: str
    checks: list[CheckDocument]
    incidents: list[str]


class IdentityDocument(BaseModel):
    """Who the device says it is; an empty text is what it does not say."""

    profile: str
    vendor: str
    model: str
    serial: str
    software: str
    system: dict[str, str]


class DeviceDetailDocument(DeviceDocument):
    """A device, with who it says it is and the words that its checks learned."""

    identity: IdentityDocument | None
    facts: dict[str, dict[str, str]] = Field(description="by check")


class SiteDocument(BaseModel):
    """A site, with its devices counted by state."""

    id: str
    title: str
    contract: str | None
    service: str | None
    labels: dict[str, str]
    devices: int
    states: dict[DeviceState, int]
    incidents: list[str]


class DeliveryDocument(BaseModel):
    """A notification that a receiver has not taken: it waits for `next_attempt_at`, or it is `dead`, because the
    receiver refused it for good. `error` is what the last attempt came to. Lists have these two states; one that is
    tried again may be `delivered`, `withdrawn` (nobody is to be told any more) or `moved` to another channel."""

    id: str
    channel: str
    incident: str
    state: Literal["waiting", "dead", "delivered", "withdrawn", "moved"]
    attempts: int
    error: str
    created_at: datetime
    next_attempt_at: datetime | None


class Query(BaseModel):
    """Filters of a list; each may be left out."""

    model_config = ConfigDict(extra="forbid")


class IncidentQuery(Query):
    state: Literal["open", "closed", "active", "all"] = Field(
        default="all", description="active: open, or closed while a paper or another target of it still runs"
    )
    site: str | None = None
    device: str | None = None
    contract: str | None = None
    condition: str | None = None
    severity: Severity | None = None
    since: AwareDatetime | None = Field(default=None, description="only incidents that began at or after this time")
    limit: int = Field(default=1000, ge=1, le=100_000)


class DeviceQuery(Query):
    site: str | None = None
    kind: Kind | None = None
    state: DeviceState | None = None
    contract: str | None = None


class ClockQuery(Query):
    state: Literal["running", "at_risk", "breached", "met", "met_late", "cancelled", "open", "all"] = "open"
    contract: str | None = None
    clause: str | None = None
    site: str | None = None


class BudgetQuery(Query):
    contract: str | None = None


class SiteQuery(Query):
    contract: str | None = None


class DeliveryQuery(Query):
    state: Literal["waiting", "dead", "all"] = "all"
    channel: str | None = None
    limit: int = Field(default=1000, ge=1, le=100_000)


class NoQuery(Query):
    """Takes no filters."""


class Body(BaseModel):
    """A command. What it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", strict=True)


class EventBody(Body):
    """Something happened to an incident. Without `at` it happened now."""

    type: FactType = Field(strict=False)
    at: AwareDatetime | None = Field(default=None, description="with an offset, such as 2026-11-20T10:00:00+08:00")
    by: By = None
    note: str = Note


class AckBody(Body):
    """A named human takes the incident on."""

    by: By = None
    at: AwareDatetime | None = Field(default=None, description="with an offset")
    note: str = Note


class OpenBody(Body):
    """A person reports a fault; what is left out is taken from the device or the site."""

    site: str = Field(min_length=1, max_length=200)
    device: str | None = Field(default=None, max_length=200)
    kind: Kind | None = Field(default=None, strict=False)
    service: str | None = Field(default=None, max_length=200)
    severity: Severity | None = Field(default=None, strict=False)
    labels: dict[str, str] = Field(default={})
    condition: str = Field(min_length=1, max_length=200, description="what is wrong, in one line")
    reported_at: AwareDatetime | None = Field(default=None, description="with an offset; at most 7 days back")
    by: By = None
    note: str = Note


class WithdrawalBody(Body):
    """A fact was wrong. The journal keeps both."""

    fact: int = Field(description="the number of the fact")
    by: By = None
    reason: str = Field(min_length=1, max_length=4000)


class ScopeBody(Body):
    """A named human finds what the incident is; what is left out stays. An empty label value takes the label away."""

    severity: Severity | None = Field(default=None, strict=False)
    service: str | None = Field(default=None, max_length=200)
    labels: dict[str, str] = Field(default={})
    by: By = None
    reason: str = Field(min_length=1, max_length=4000)
    seen: int | None = Field(
        default=None, ge=0, description="how many judgements you have seen; another number is answered with 409"
    )


class PaperBody(Body):
    """A paper: its file's name, and the digest that proves it."""

    name: str = Field(min_length=1, max_length=255)
    sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")


class ExclusionBody(Body):
    """The fault, or what some clauses ask for, is not the contractor's responsibility."""

    clauses: list[str] = Field(default=[], max_length=100, description="only these clauses; none is all")
    approved_by: str = Field(min_length=1, max_length=200, description="who approved it")
    paper: PaperBody | str | None = Field(default=None, description="a name, or the name with its SHA-256")
    by: By = None
    note: str = Field(min_length=1, max_length=4000, description="the reason")


class SeverityBody(Body):
    """A named human judges how bad the incident is."""

    severity: Severity = Field(strict=False)
    by: By = None
    note: str = Note


class MaintenanceBody(Body):
    """A maintenance window of a device from now until `until`; null ends it."""

    until: AwareDatetime | None = Field(description="with an offset")
    by: By = None
    note: str = Note
