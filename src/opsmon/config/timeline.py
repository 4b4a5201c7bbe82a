"""The shape of a timeline file: incidents with dated facts, to be replayed through a contract's clocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from opsmon.config.clauses import AnyFact, AnyKind, AnySeverity
from opsmon.config.contracts import EstimatesSpec
from opsmon.config.document import check_spec, read_document
from opsmon.config.problem import Problems
from opsmon.config.rules import find_book
from opsmon.contract.book import ContractBook
from opsmon.contract.case import Case, Pressure
from opsmon.contract.vocabulary import unknown_words
from opsmon.errors import InvariantError
from opsmon.model.incident import Fact, Severity
from opsmon.model.name import ContractId, IncidentId
from opsmon.near_miss import shown
from opsmon.spec import Spec, wrong


def parse_moment(text: object) -> datetime:
    """A time with its offset from UTC, as aware UTC. Raises a pydantic error."""
    if isinstance(text, datetime) and text.tzinfo is not None:
        return text.astimezone(UTC)
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) and ":" in text else None
    except ValueError:
        at = None
    if at is None:
        raise wrong("not a time", "such as `2026-11-20T10:00:00+08:00`")
    if at.tzinfo is None:
        raise wrong("a time without an offset", f"did you mean `{at.isoformat()}+08:00`?")
    return at.astimezone(UTC)


Moment = Annotated[datetime, BeforeValidator(parse_moment)]


class FactSpec(Spec):
    """Something that happened to the incident."""

    at: Moment
    type: AnyFact
    by: str = ""
    note: str = ""
    reason: str = ""

    def resolve(self) -> Fact:
        return Fact(self.type, self.at, self.by, self.reason or self.note)


class PressureSpec(Spec):
    """What leaves less time than the contract: a UPS that runs empty, a meeting that begins."""

    since: Moment
    gives_way_at: Moment
    reason: str

    def resolve(self) -> Pressure:
        return Pressure(self.since, self.gives_way_at, self.reason)


class IncidentSpec(Spec):
    """One incident. `device` is a name only; no inventory is needed. Without one the incident stands for itself."""

    id: str
    device: str = ""
    kind: AnyKind | None = None
    service: str | None = None
    severity: AnySeverity = Severity.ORDINARY
    labels: dict[str, str] = Field(default={})
    estimates: EstimatesSpec = EstimatesSpec()
    pressures: list[PressureSpec] = Field(default=[])
    events: list[FactSpec] = Field(default=[])

    def resolve(self, contract: ContractId, service: str | None) -> Case:
        return Case(
            incident=IncidentId(self.id),
            contract=contract,
            service=self.service or service,
            kind=self.kind,
            severity=self.severity,
            labels=self.labels,
            facts=tuple(event.resolve() for event in self.events),
            estimates=self.estimates.resolve(),
            pressures=tuple(one.resolve() for one in self.pressures),
        )


class TimelineSpec(Spec):
    """A whole file."""

    contract: str
    until: Moment
    incidents: list[IncidentSpec] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Timeline:
    """The cases of a timeline, its contract, and the moment up to which it is told."""

    book: ContractBook
    cases: tuple[Case, ...]
    until: datetime
    devices: tuple[str, ...] = ()


def load_timeline(file: Path, contracts: Mapping[ContractId, ContractBook]) -> Timeline:
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
    return Timeline(book, cases, spec.until, tuple(incident.device or incident.id for incident in spec.incidents))


def _mistakes(spec: TimelineSpec, book: ContractBook) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    ids: set[str] = set()
    for index, incident in enumerate(spec.incidents):
        if incident.id in ids:
            yield ("incidents", index, "id"), f"a second incident {shown(incident.id)}", ""
        ids.add(incident.id)
        for word in unknown_words(book, service=incident.service, labels=incident.labels):
            yield ("incidents", index, word.field, *([word.key] if word.key else [])), word.message, word.hint


def only_service(book: ContractBook) -> str | None:
    """The service of a contract that has one; None where there is a choice."""
    services = tuple(book.contract.services)
    return services[0] if len(services) == 1 else None
