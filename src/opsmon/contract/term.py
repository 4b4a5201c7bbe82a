"""What a contract binds the team to, as frozen words: services, clauses that are clocks, and what each selects.

A clause (`Clause`) is one row of a contract: what must happen (`Target`), from which fact, in which time. Its variants
are tried in order; the first whose selectors take the incident and whose regime holds is the one that counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from opsmon.contract.calendar.limit import Limit
from opsmon.contract.calendar.window import Window
from opsmon.contract.calendar.working_time import WORKING_TIME
from opsmon.contract.clock.case import Estimates
from opsmon.model.device import Kind
from opsmon.model.incident import FactType, Severity
from opsmon.model.name import ClauseId, ContractId
from opsmon.text.bilingual import Text


class Target(StrEnum):
    """What has to have happened when the limit ends."""

    ACKNOWLEDGE = "acknowledge"
    REMOTE = "remote"
    ON_SITE = "on_site"
    RESOLVE = "resolve"
    REPORT = "report"
    SPARE = "spare"
    FALLBACK = "fallback"


# What meets a target unless the clause says otherwise. An arrival is no acknowledgement and an acknowledgement no
# arrival: a clause that takes one for the other lists it under `met_by`. Remote help that failed had begun by then.
MET_BY: Mapping[Target, frozenset[FactType]] = {
    Target.ACKNOWLEDGE: frozenset({FactType.ACKNOWLEDGED}),
    Target.REMOTE: frozenset({FactType.REMOTE_STARTED, FactType.REMOTE_FAILED}),
    Target.ON_SITE: frozenset({FactType.ON_SITE}),
    Target.RESOLVE: frozenset({FactType.RESOLVED}),
    Target.REPORT: frozenset({FactType.REPORT_FILED}),
    Target.SPARE: frozenset({FactType.SPARE_INSTALLED, FactType.RESOLVED}),
    Target.FALLBACK: frozenset({FactType.FALLBACK_AGREED, FactType.RESOLVED}),
}


class Mode(StrEnum):
    """How far a clock counts."""

    JUDGED = "judged"
    DISPUTED = "disputed"  # it runs and can be breached, under one reading of the contract
    WARNED = "warned"  # it holds under the stricter reading alone: it warns and is never breached
    PROVISIONAL = "provisional"  # it runs from our own message: it can be met, and judges only once a person has told


class OwnMessage(StrEnum):
    """What a message of ours, accepted by a channel that counts, means to a clause that counts from `notified`."""

    COUNTS = "counts"  # it is a notice like any other
    PROVISIONAL = "provisional"  # the clock warns and can be met; it judges only from a person's word on
    WARNS = "warns"  # as the stricter reading alone
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class IncidentSelector:
    """Takes an incident when every field that is given agrees. A fact that is not known (None) agrees with anything."""

    services: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    not_kinds: frozenset[Kind] = frozenset()
    severities: frozenset[Severity] = frozenset()
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_labels: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def takes(self, service: str | None, kind: Kind | None, severity: Severity, labels: Mapping[str, str]) -> bool:
        return (
            (not self.services or service is None or service in self.services)
            and (kind is None or ((not self.kinds or kind in self.kinds) and kind not in self.not_kinds))
            and (not self.severities or severity in self.severities)
            and all(labels.get(key) in allowed for key, allowed in self.labels.items())
            and not any(labels.get(key) in refused for key, refused in self.not_labels.items())
        )


@dataclass(frozen=True, slots=True)
class Regime:
    """The clause holds only when `window` is open at one moment: that of the fact `judged_at`, else at the start."""

    window: Window
    judged_at: FactType | None = None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How one reading of the paper counts. `runs` None is around the clock, `counts_from` empty as the clause does."""

    limit: Limit
    runs: Window | None = None
    counts_from: tuple[FactType, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which a clause applies. `strict` is the stricter reading of the same limit, where it differs."""

    limit: Limit
    applies: tuple[IncidentSelector, ...] = ()
    regime: Regime | None = None
    runs: Window | None = None
    mode: Mode = Mode.JUDGED
    strict: Interpretation | None = None
    interpretation: Text | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One row of a contract that runs as a clock.

    It counts from the first of the facts `counts_from` or, where `breach_of` is given, from the moment that one of
    those clauses is breached. `source` is where the paper says so. `own_message` is what a `notified` that opsmon
    itself tells means to it.
    """

    id: ClauseId
    source: str
    what: Text
    target: Target
    met_by: frozenset[FactType]
    counts_from: tuple[FactType, ...]
    variants: tuple[Variant, ...]
    breach_of: tuple[ClauseId, ...] = ()
    own_message: OwnMessage = OwnMessage.PROVISIONAL

    @property
    def waits_for_report(self) -> bool:
        """It counts from a person's report alone, so that our own detection starts it only provisionally."""
        return self.counts_from == (FactType.REPORTED,)


@dataclass(frozen=True, slots=True)
class Term:
    """From `start` to before `end` (aware). `goes_on`: past its end until a successor is recorded at `succeeded_at`."""

    start: datetime | None = None
    end: datetime | None = None
    goes_on: bool = False
    succeeded_at: datetime | None = None

    @property
    def closes_at(self) -> datetime | None:
        """When it is over, or None: not known, or not yet succeeded."""
        return self.succeeded_at if self.goes_on else self.end

    def covers(self, moment: datetime) -> bool:
        if self.start is not None and moment < self.start:
            return False
        end = self.closes_at
        return end is None or moment < end


@dataclass(frozen=True, slots=True)
class Service:
    """One service (lot) of a contract; its own term and amount where the paper gives them."""

    name: str
    title: Text
    term: Term
    amount_cny: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract. `clauses` run as clocks, in the order of the file; `labels` the values that a label may have;
    `working` the hours in which people are warned of papers and of limits in days."""

    id: ContractId
    title: Text
    zone: tzinfo
    services: Mapping[str, Service]
    clauses: tuple[Clause, ...]
    amount_cny: Decimal | None = None
    term: Term = field(default_factory=Term)
    estimates: Estimates = field(default_factory=Estimates)
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    working: Window = WORKING_TIME

    def covers(self, service: str | None, moment: datetime) -> bool:
        """Whether a clock of `service` may begin at `moment`."""
        found = self.services.get(service) if service is not None else None
        return (found.term if found is not None else self.term).covers(moment)
