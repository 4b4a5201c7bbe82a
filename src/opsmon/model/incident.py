"""Words of an incident: its severity, the facts that people and probes report about it, and which of them stand.

A fact is never edited. A wrong one is withdrawn by another fact that names its number: its place in the incident's
list, from 1. A withdrawal has a number too and can itself be withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsmon.model.name import ClauseId


class Severity(StrEnum):
    """Given by a rule or, finally, by a named human; no contract defines the words."""

    ORDINARY = "ordinary"
    MAJOR = "major"
    EMERGENCY = "emergency"


class Ending(StrEnum):
    """Why an incident or an alert is over. Only `recovered` says that the fault is gone."""

    RECOVERED = "recovered"  # measured to be well again, and it stayed so
    MET = "met"  # of a clock: what was awaited was done
    PASSED_ON = "passed_on"  # goes on as another alert: at risk became breached, flapping became dead
    MERGED = "merged"  # a part of another incident
    LEFT_INVENTORY = "left_inventory"
    RENAMED = "renamed"  # goes on under the new name of its device
    MAINTENANCE = "maintenance"  # covered by a maintenance window
    WITHDRAWN = "withdrawn"  # no fault after all, or nothing watches for it any more
    EXCLUDED = "excluded"  # of a clock: not the contractor's responsibility


class FactType(StrEnum):
    """What can happen to an incident, in the words of the timeline format. Contract clocks start and stop on these."""

    DETECTED = "detected"  # the first failed observation by our own monitoring
    REPORTED = "reported"  # a person reported the fault
    NOTIFIED = "notified"  # the contractor was told (SMS, phone, mail, dispatch)
    ACKNOWLEDGED = "acknowledged"  # a named human confirms
    REMOTE_STARTED = "remote_started"  # remote help has begun
    REMOTE_FAILED = "remote_failed"
    ON_SITE = "on_site"  # an engineer is at the venue
    SPARE_NEEDED = "spare_needed"
    SPARE_INSTALLED = "spare_installed"
    FALLBACK_AGREED = "fallback_agreed"
    RESOLVED = "resolved"  # service restored
    REPORT_FILED = "report_filed"  # the written paper is handed over
    EXCLUDED = "excluded"  # not the contractor's responsibility, with a reason
    INCLUDED = "included"  # a change of mind about `excluded`, with a reason
    WITHDRAWN = "withdrawn"  # another fact of the incident was wrong, with a reason


STARTS = frozenset({FactType.DETECTED, FactType.REPORTED, FactType.NOTIFIED})
EXCLUSIONS = frozenset({FactType.EXCLUDED, FactType.INCLUDED})  # whose responsibility the fault is
MONITORING = "monitoring"  # in `by`: our probes say so
OWN_PREFIX = "opsmon/"  # of `by`, where opsmon itself tells a fact for a channel


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an incident at `at` (aware UTC), as told by `by` (a name, "monitoring", or
    "opsmon/CHANNEL" for a message that the channel accepted). `note` is the reason where the type needs one.

    `withdraws` is the number of the fact that a `withdrawn` names. `clauses` limits an `excluded` or `included` to
    some clauses; none is all. `approved_by`, `paper` (a file name) and `paper_sha256` are an exclusion's approval.
    `delivery` is the id of the message that a `notified` tells of. `contradicted`: monitoring still saw the fault when
    a person told that it was resolved. `about` is what a person called the fault, in a `reported` that joined an
    incident of another name. `via` is who was let in to tell it (`opsmon.model.origin`). `earliest`: it may have
    happened then already, and nobody can know: an attempt whose outcome was never learned, before the one that was
    answered. `takes_over`: who acknowledges has it from now on, in the place of another.
    """

    type: FactType
    at: datetime
    by: str = ""
    note: str = ""
    withdraws: int | None = None
    clauses: tuple[ClauseId, ...] = ()
    approved_by: str = ""
    paper: str = ""
    paper_sha256: str = ""
    delivery: str = ""
    contradicted: bool = False
    about: str = ""
    via: str = ""
    earliest: datetime | None = None
    takes_over: bool = False

    @property
    def is_own(self) -> bool:
        """Whether opsmon itself tells it of a message that it sent."""
        return self.by.startswith(OWN_PREFIX)

    @property
    def begins(self) -> bool:
        """Whether an incident can begin with it. A message of our own only passes on what somebody else found."""
        return self.type in STARTS and not self.is_own


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Who has an incident, in his own words, and since when."""

    by: str
    since: datetime


def standing_numbers(facts: Sequence[Fact]) -> frozenset[int]:
    """The numbers of the facts that are not withdrawn, withdrawals among them.

    A withdrawal names an earlier number; one that names itself, a later one or none withdraws nothing.
    """
    withdrawn: set[int] = set()
    for number in range(len(facts), 0, -1):
        fact = facts[number - 1]
        names_earlier = fact.withdraws is not None and 0 < fact.withdraws < number
        if fact.type is FactType.WITHDRAWN and number not in withdrawn and names_earlier:
            withdrawn.add(fact.withdraws or 0)
    return frozenset(range(1, len(facts) + 1)) - withdrawn


def standing_facts(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts by which everything is reckoned, in their order: neither withdrawn nor withdrawals themselves."""
    if all(fact.type is not FactType.WITHDRAWN for fact in facts):
        return tuple(facts)
    standing = standing_numbers(facts)
    return tuple(
        fact for number, fact in enumerate(facts, 1) if number in standing and fact.type is not FactType.WITHDRAWN
    )


def restored_by(facts: Sequence[Fact], withdrawal: Fact) -> Fact | None:
    """The fact that stands again by a withdrawal of its withdrawal; None where none does."""
    taken_back = _named_by(facts, withdrawal)
    return None if taken_back is None else _named_by(facts, taken_back)


def _named_by(facts: Sequence[Fact], withdrawal: Fact) -> Fact | None:
    number = withdrawal.withdraws if withdrawal.type is FactType.WITHDRAWN else None
    return facts[number - 1] if number is not None and 0 < number <= len(facts) else None


def exclusion_of(facts: Sequence[Fact], clause: ClauseId | None = None) -> Fact | None:
    """The exclusion that holds of the whole incident or, where `clause` is given, of that clause; None where none does.

    By the times that the facts carry, whenever they were told: an `included` at the time of an exclusion or after it
    takes it back, for all clauses or for those that it names.
    """
    standing = standing_facts(facts)
    excluded = [fact for fact in standing if fact.type is FactType.EXCLUDED and _concerns(fact, clause)]
    back = [fact.at for fact in standing if fact.type is FactType.INCLUDED and _concerns(fact, clause)]
    held = [fact for fact in excluded if not any(at >= fact.at for at in back)]
    return min(held, key=lambda fact: fact.at, default=None)


def _concerns(fact: Fact, clause: ClauseId | None) -> bool:
    return not fact.clauses or (clause is not None and clause in fact.clauses)
