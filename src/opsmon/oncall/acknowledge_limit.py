"""`wait: auto`: how long a step waits, so that the last person is told in the time that the contract leaves. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.term import IncidentSelector, Target, Variant
from opsmon.incident.incident import Incident

WITHOUT_LIMIT = timedelta(minutes=15)  # shared out where no clause gives a time in minutes or hours
MIN_WAIT = timedelta(seconds=15)


def acknowledge_limit(rules: ContractRules | None, incident: Incident | None = None) -> timedelta | None:
    """The shortest time that a clause of its contract leaves for an acknowledgement of the incident, or (None) of any
    incident that it may have; None where there is no such clause."""
    if rules is None:
        return None
    limits = (reading for variant in _variants(rules, incident) for reading in _lengths(variant))
    return min(limits, default=None)


def is_same_for_all(rules: ContractRules | None) -> bool:
    """Whether every incident of the contract has the same limit, whatever its service, kind, severity and labels."""
    clauses = () if rules is None else rules.contract.clauses
    return not any(
        variant.applies for clause in clauses if clause.target is Target.ACKNOWLEDGE for variant in clause.variants
    )


def auto_wait(limit: timedelta | None, steps: int) -> timedelta:
    """What each of so many steps waits: equal parts of the limit."""
    return max(MIN_WAIT, (limit or WITHOUT_LIMIT) / max(steps, 1))


def _variants(rules: ContractRules, incident: Incident | None) -> Iterator[Variant]:
    for clause in rules.contract.clauses:
        if clause.target is Target.ACKNOWLEDGE:
            for variant in clause.variants:
                if incident is None or not variant.applies or any(_takes(one, incident) for one in variant.applies):
                    yield variant


def _takes(selector: IncidentSelector, incident: Incident) -> bool:
    return selector.takes(incident.service, incident.kind, incident.severity, incident.scope_labels)


def _lengths(variant: Variant) -> Iterator[timedelta]:
    """Readings in days leave time for every plan."""
    for limit in (variant.limit, *((variant.strict.limit,) if variant.strict is not None else ())):
        if limit.unit.is_elapsed:
            yield limit.elapsed
