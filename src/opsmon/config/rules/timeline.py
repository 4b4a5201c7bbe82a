"""The shape of a timeline file: incidents with dated facts, to be replayed through a contract's clocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from opsmon.config.rules.clauses import AnyFact, AnySeverity
from opsmon.config.rules.contracts import EstimatesSpec
from opsmon.config.rules.load import find_book
from opsmon.config.yaml.document import check_spec, read_document
from opsmon.config.yaml.problem import Problems
from opsmon.contract.clock.case import Case, Finding, Pressure
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.vocabulary import unknown_words
from opsmon.errors import InvariantError
from opsmon.model.incident import EXCLUSIONS, Fact, FactType, Severity
from opsmon.model.name import ClauseId, ContractId, IncidentId
from opsmon.spec import KindField, Spec, text_schema, wrong
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import meant, shown


def parse_moment(text: object) -> datetime:
    """A time with its offset from UTC, as aware UTC. Raises a pydantic error."""
    if isinstance(text, datetime) and text.tzinfo is not None:
        return text.astimezone(UTC)
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) and ":" in text else None
    except ValueError:
        at = None
    if at is None:
        raise wrong(
            Sentence("not a time", "不是时间"),
            Sentence("such as `2026-11-20T10:00:00+08:00`", "例如 `2026-11-20T10:00:00+08:00`"),
        )
    if at.tzinfo is None:
        raise wrong(
            Sentence("a time without an offset", "时间缺少时区"),
            Sentence(f"did you mean `{at.isoformat()}+08:00`?", f"是否为 `{at.isoformat()}+08:00`？"),
        )
    return at.astimezone(UTC)


_MOMENT_FORM = (
    r"^[0-9]{4}-?[0-9]{2}-?[0-9]{2}.[0-9]{2}:[0-9]{2}.*([Zz]|[+-][0-9]{2}:?[0-9]{2}(:?[0-9]{2}(\.[0-9]+)?)?)$"
)
Moment = Annotated[
    datetime,
    BeforeValidator(parse_moment),
    text_schema(
        _MOMENT_FORM, "not a time with its offset, such as 2026-11-20T10:00:00+08:00", "2026-11-20T10:00:00+08:00"
    ),
]


JUDGED = "judged"  # the type of an event that is no fact: a person found out what the incident is


class EventSpec(Spec):
    """Something that happened to the incident, or was found out about it.

    `by`: a person, or `opsmon/CHANNEL` for a message of opsmon's own. `fact` is the place in the list (from 1) of the
    event that a `withdrawn` withdraws; `clauses`, `approved_by` and `paper` belong to `excluded` and `included`;
    `severity`, `service` and `labels` to `judged`.
    """

    at: Moment
    """When, with its offset from UTC."""
    type: AnyFact | Literal["judged"]
    """What happened."""
    by: str = ""
    """Who did it or said so: a person, or `opsmon/CHANNEL`."""
    note: str = ""
    """A remark."""
    reason: str = ""
    """Why it happened, or was found."""
    fact: int | None = Field(default=None, ge=1)
    """The place in the list, from 1, of the event that is withdrawn."""
    clauses: list[str] = Field(default=[])
    """The clauses that it is excluded from; all unless told."""
    approved_by: str = ""
    """Who approved the exclusion."""
    paper: str = ""
    """The paper that shows it."""
    severity: AnySeverity | None = None
    """The severity that was found."""
    service: str | None = None
    """The service (lot) that was found."""
    labels: dict[str, str] = Field(default={})
    """The labels that were found."""

    @model_validator(mode="after")
    def _keys_fit(self) -> "EventSpec":
        if (self.fact is not None) != (self.type == FactType.WITHDRAWN):
            raise wrong(
                Sentence("`fact` and `type: withdrawn` belong together", "`fact` 与 `type: withdrawn` 须同时写"),
                Sentence("the place in the list, from 1, of what was wrong", "有误的那一条在列表中的序号，从 1 起"),
            )
        if (self.clauses or self.approved_by or self.paper) and self.type not in EXCLUSIONS:
            raise wrong(
                Sentence(
                    "`clauses`, `approved_by` and `paper` belong to `excluded` and `included`",
                    "`clauses`、`approved_by`、`paper` 属于 `excluded` 和 `included`",
                )
            )
        judges = self.severity is not None or self.service is not None or bool(self.labels)
        if judges != (self.type == JUDGED):
            raise wrong(
                Sentence("`type: judged` says what was found", "`type: judged` 说明判定了什么"),
                Sentence(
                    "give it `severity`, `service` or `labels`, and only it", "请只写 `severity`、`service` 或 `labels`"
                ),
            )
        return self

    def fact_of(self, places: Mapping[int, int]) -> Fact | None:
        """The fact; None for a finding. `places` are the numbers that facts have among the facts alone."""
        if not isinstance(self.type, FactType):
            return None
        clauses = tuple(ClauseId(name) for name in self.clauses)
        withdraws = places[self.fact] if self.fact is not None else None
        return Fact(
            self.type, self.at, self.by, self.reason or self.note, withdraws, clauses, self.approved_by, self.paper
        )

    def finding(self) -> Finding:
        return Finding(self.at, self.severity, self.service, self.labels, self.by, self.reason or self.note)


class PressureSpec(Spec):
    """What leaves less time than the contract: a UPS that runs empty, a meeting that begins."""

    since: Moment
    """Since when there is less time, with its offset from UTC."""
    gives_way_at: Moment
    """When it gives way, with its offset from UTC."""
    reason: str
    """What leaves less time: a UPS that runs empty, a meeting that begins."""

    def resolve(self) -> Pressure:
        return Pressure(self.since, self.gives_way_at, Text(self.reason))


class IncidentSpec(Spec):
    """One incident. `device` is a name only; no inventory is needed. Without one the incident stands for itself."""

    id: str
    """The incident's id, unique in the file."""
    device: str = ""
    """The device's name; no inventory is needed."""
    kind: KindField | None = None
    """The device's kind."""
    service: str | None = None
    """The service (lot) of the contract."""
    severity: AnySeverity = Severity.ORDINARY
    """How grave it is."""
    labels: dict[str, str] = Field(default={})
    """Labels that clauses select on."""
    estimates: EstimatesSpec = EstimatesSpec()
    """How long the steps usually take here."""
    pressures: list[PressureSpec] = Field(default=[])
    """What leaves less time than the contract."""
    events: list[EventSpec] = Field(default=[])
    """What happened, in the order in which it was written down."""

    def resolve(self, contract: ContractId, service: str | None) -> Case:
        return Case(
            incident=IncidentId(self.id),
            contract=contract,
            service=self.service or service,
            kind=self.kind,
            severity=self.severity,
            labels=self.labels,
            facts=self._facts(),
            estimates=self.estimates.resolve(),
            pressures=tuple(one.resolve() for one in self.pressures),
        )

    def _facts(self) -> tuple[Fact, ...]:
        places: dict[int, int] = {}
        facts: list[Fact] = []
        for place, event in enumerate(self.events, 1):
            fact = event.fact_of(places)
            if fact is not None:
                facts.append(fact)
                places[place] = len(facts)
        return tuple(facts)

    def findings(self) -> tuple[Finding, ...]:
        return tuple(event.finding() for event in self.events if event.type == JUDGED)

    def mistakes(self, book: ContractRules) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """What is wrong with single events, by the way to it from here: message and hint."""
        known = [one.id for one in book.contract.clauses] + [one.id for one in book.budgets]
        known += [one.id for one in book.obligations]
        withdrawn: dict[int, int] = {}
        for index, event in enumerate(self.events):
            for word in unknown_words(book, service=event.service, labels=event.labels):
                yield ("events", index, word.field, *([word.key] if word.key else [])), word.message, word.hint
            for place, name in enumerate(event.clauses):
                if name not in known:
                    hint = meant(name, known) or f"known: {', '.join(known)}"
                    yield ("events", index, "clauses", place), f"no such clause: {shown(name)}", hint
            if event.fact is not None:
                message = self._wrong_withdrawal(event.fact, index + 1, withdrawn)
                if message:
                    yield (
                        ("events", index, "fact"),
                        message,
                        Sentence(
                            "the place in the list, from 1, of an event above it", "有误的那一条在列表中的序号，从 1 起"
                        ),
                    )
                withdrawn[event.fact] = index + 1

    def _wrong_withdrawal(self, place: int, own: int, withdrawn: Mapping[int, int]) -> str:
        if place >= own:
            return f"there is no event {place} above this one"
        if self.events[place - 1].type == JUDGED:
            return f"event {place} is a finding: judge again instead of withdrawing it"
        by = withdrawn.get(place)
        return f"event {place} is withdrawn by event {by} already" if by is not None and by not in withdrawn else ""


class TimelineSpec(Spec):
    """A whole file."""

    contract: str
    """The id of a contract of rules/contracts."""
    until: Moment
    """Up to when it is told, with its offset from UTC."""
    incidents: list[IncidentSpec] = Field(default=[])
    """The incidents."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The cases of a timeline, its contract, and the moment up to which it is told."""

    book: ContractRules
    cases: tuple[Case, ...]
    until: datetime
    devices: tuple[str, ...] = ()
    findings: tuple[tuple[Finding, ...], ...] = ()


def load_timeline(file: Path, contracts: Mapping[ContractId, ContractRules]) -> Timeline:
    """The timeline of a file. Raises ConfigError with every mistake at its line."""
    problems = Problems()
    document = read_document(file, file.parent, problems)
    spec = check_spec(document, TimelineSpec, problems) if document is not None else None
    problems.raise_if_any()
    if document is None or spec is None:
        raise InvariantError("a timeline that is neither read nor refused")
    book = find_book(spec.contract, contracts, lambda message, hint: document.problem(("contract",), message, hint))
    for steps, message, hint in _mistakes(spec, book):
        problems.add(document.problem(steps, message, hint))
    problems.raise_if_any()
    only = only_service(book)
    cases = tuple(incident.resolve(book.contract.id, only) for incident in spec.incidents)
    devices = tuple(incident.device or incident.id for incident in spec.incidents)
    return Timeline(book, cases, spec.until, devices, tuple(incident.findings() for incident in spec.incidents))


def _mistakes(spec: TimelineSpec, book: ContractRules) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    ids: set[str] = set()
    for index, incident in enumerate(spec.incidents):
        if incident.id in ids:
            yield ("incidents", index, "id"), f"a second incident {shown(incident.id)}", ""
        ids.add(incident.id)
        for word in unknown_words(book, service=incident.service, labels=incident.labels):
            yield ("incidents", index, word.field, *([word.key] if word.key else [])), word.message, word.hint
        for steps, message, hint in incident.mistakes(book):
            yield ("incidents", index, *steps), message, hint


def only_service(book: ContractRules) -> str | None:
    """The service of a contract that has one; None where there is a choice."""
    services = tuple(book.contract.services)
    return services[0] if len(services) == 1 else None
