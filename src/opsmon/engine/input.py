"""What the engine is told: a sample, a command, that time has passed, or that the configuration is another one.

What a person commands says `by` whom, in the person's words, and `via` which token and address, in the words of
`opsmon.model.origin`; of a fact both are the fact's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from opsmon.engine.rules import Rules
from opsmon.model.access_event import AccessEvent
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, Severity
from opsmon.model.name import (
    ChannelName,
    ClauseId,
    ContractId,
    DeviceName,
    IncidentId,
    OverrideId,
    PersonId,
    RotaName,
    SilenceId,
    SiteName,
)
from opsmon.model.sample import Sample


@dataclass(frozen=True, slots=True)
class AddFact:
    """A person (`fact.by`) reports something about an incident. With `takes_on` nobody else may hold it already."""

    incident: IncidentId
    fact: Fact
    takes_on: bool = False


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """A person (`by`) reports a fault that monitoring need not know of.

    `condition` is in the person's words. What is None is taken from the device or the site.
    """

    site: SiteName
    condition: str
    reported_at: datetime
    by: str
    device: DeviceName | None = None
    kind: Kind | None = None
    service: str | None = None
    severity: Severity | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class JudgeScope:
    """A named human finds what the incident is under its contract; None leaves a thing as it is.

    A label with an empty value takes the incident's own label away. `seen` is how many judgements the person had seen:
    another number means that somebody else judged meanwhile. None asks for no such check.
    """

    incident: IncidentId
    by: str
    reason: str
    severity: Severity | None = None
    service: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None
    via: str = ""


@dataclass(frozen=True, slots=True)
class SetMaintenance:
    """A named human begins a maintenance window of a device, or ends it (`until` None)."""

    device: DeviceName
    until: datetime | None
    by: str
    note: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class AttachDiagnosis:
    """The one-off diagnosis of an incident's device came back."""

    incident: IncidentId
    text: str


@dataclass(frozen=True, slots=True)
class RecordNotice:
    """A channel whose acceptance counts took our message of a fault at `at`; `delivery` is the message's id."""

    incident: IncidentId
    channel: str
    delivery: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordAccepted:
    """A channel took the message `sequence` of an incident for `people` at `accepted_at`; the attempt that it answered
    began at `attempted_at`. `doubtful_since`: when an earlier attempt began of which nobody learned the outcome."""

    incident: IncidentId
    sequence: int
    channel: ChannelName
    delivery: str
    people: tuple[PersonId, ...]
    attempted_at: datetime
    accepted_at: datetime
    doubtful_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordFailed:
    """No channel took the message `sequence` of an incident in time; `channel` is the last that was tried."""

    incident: IncidentId
    sequence: int
    channel: ChannelName
    delivery: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RecordNearlyUsed:
    """Four fifths of the `per_month` messages of a channel are used in the `month`, such as `2026-11`."""

    channel: ChannelName
    month: str
    used: int
    per_month: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A person (`by`) takes an incident over from whoever has it."""

    incident: IncidentId
    by: str
    note: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class SetSilence:
    """A named human lets incidents that agree with every field of `fields` page nobody until `until`.

    The names of fields are those of `opsmon.oncall.silence`; `owner` answers for it, "" is `by`. With
    `ends_with_incident` it is over when what it covers is, with `stops_clocks` people are not told of its clocks.
    """

    fields: Mapping[str, str]
    until: datetime
    by: str
    reason: str
    owner: str = ""
    ends_with_incident: bool = False
    stops_clocks: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class EndSilence:
    """A named human ends a silence."""

    silence: SilenceId
    by: str
    reason: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class MarkDone:
    """A named human ticks off a recurring obligation: the task that is due on `day` or whose time contains it.

    `service` and `part` pick one of several; "" takes the first that is not done. `places` are those of a task that is
    owed at many. `spans` are several days in place of `day`, from the first to the last of each, and everything that is
    due on them; `on_the_day`: each was done on its day, and not at `done_at`, before which all of them were.
    """

    contract: ContractId
    obligation: ClauseId
    day: date
    done_at: datetime
    by: str
    note: str = ""
    service: str = ""
    part: str = ""
    file: str = ""
    file_sha256: str = ""
    places: tuple[str, ...] = ()
    spans: tuple[tuple[date, date], ...] = ()
    on_the_day: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class MarkUndone:
    """A named human withdraws the ticks of these days, or (`again`) withdraws their withdrawal."""

    contract: ContractId
    obligation: ClauseId
    spans: tuple[tuple[date, date], ...]
    by: str
    reason: str
    service: str = ""
    part: str = ""
    places: tuple[str, ...] = ()
    again: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class Excuse:
    """A named human records that the customer accepts the reason why a task was late; `withdrawn` takes that back."""

    contract: ContractId
    obligation: ClauseId
    day: date
    by: str
    approved_by: str
    reason: str
    service: str = ""
    part: str = ""
    paper: str = ""
    paper_sha256: str = ""
    withdrawn: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class SetOverride:
    """A named human has `person_in` stand for `person_out` in the shift `shift` that begins on `day`.

    `person_out` None: one more comes; `person_in` None: nobody stands for him.
    """

    rota: RotaName
    shift: str
    day: date
    person_out: PersonId | None
    person_in: PersonId | None
    by: str
    reason: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class EndOverride:
    """A named human takes a swap back."""

    override: OverrideId
    by: str
    reason: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Another room found out that a condition of the rules' `reports:` holds of a device, or holds no more."""

    device: DeviceName
    condition: str
    holds: bool
    subject: str = ""
    value: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordBackup:
    """What became of the last attempt to back a device's configuration up.

    `unannounced` tells a change outside any change order, in words for the incident; empty where there is none.
    """

    device: DeviceName
    taken_at: datetime
    ok: bool
    reason: str = ""
    commit: str = ""
    lines: int = 0
    changed: bool = False
    order: str = ""
    unannounced: str = ""


@dataclass(frozen=True, slots=True)
class RecordHostKey:
    """An SSH server of a device showed a key that is new (`trusted`), another one than is pinned, or the pinned one
    again after another (`again`: written down by the incident's end alone).

    `under` names the clauses that a changed one breaks, in words for the incident.
    """

    device: DeviceName
    port: int
    fingerprint: str
    trusted: bool
    address: str = ""
    again: bool = False
    under: str = ""


@dataclass(frozen=True, slots=True)
class RecordAccess:
    """Somebody signed in or could not, or an account was changed: for the journal, the world holds nothing of it."""

    event: AccessEvent


Command = (
    RecordNotice
    | RecordAccepted
    | RecordFailed
    | RecordNearlyUsed
    | TakeOver
    | SetSilence
    | EndSilence
    | OpenIncident
    | AddFact
    | JudgeScope
    | SetMaintenance
    | AttachDiagnosis
    | MarkDone
    | MarkUndone
    | Excuse
    | SetOverride
    | EndOverride
    | Report
    | RecordBackup
    | RecordHostKey
    | RecordAccess
)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; whatever was due until now happens."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """People have changed the inventory, the rules or the contracts; everything was checked before."""

    rules: Rules


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The wall clock was set: it jumped by `by` (ahead is positive) since the last input."""

    by: timedelta


Input = Sample | Command | Tick | Reloaded | ClockStepped
