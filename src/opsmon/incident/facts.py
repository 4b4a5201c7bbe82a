"""What people may report about an incident, and the words in which it is refused.

Facts are added, never edited: a mistake is corrected by another fact. `refusal_of` gives "" when a fact may be added.
"""

from datetime import datetime, timedelta

from opsmon.incident.incident import Incident
from opsmon.model.incident import Fact, FactType

# How far the clocks of people and machines may be apart before "just now" is called the future.
FUTURE_SKEW = timedelta(minutes=2)
STARTS = frozenset({FactType.DETECTED, FactType.REPORTED})
# What people may have told before our monitoring saw it: a user telephones, and the next check fails.
TOLD_BY_PEOPLE = frozenset({FactType.REPORTED, FactType.NOTIFIED})
REPORT_AHEAD = timedelta(days=1)  # what was reported earlier than this was another fault
NEEDS_REASON = frozenset({FactType.EXCLUDED, FactType.INCLUDED})
# What is still reported of an incident when it is over.
AFTER_CLOSE = frozenset({FactType.REPORT_FILED, FactType.EXCLUDED, FactType.INCLUDED})


def refusal_of(incident: Incident, fact: Fact, now: datetime) -> str:
    """Why the fact cannot be added, for the person who reports it; "" when it can."""
    return _refusal_of_time(incident, fact, now) or _refusal_of_order(incident, fact)


def begun_at(incident: Incident) -> datetime:
    """When the fault began as far as anybody has told: the first failed observation, or a report before it."""
    told = (fact.at for fact in incident.standing if fact.type in TOLD_BY_PEOPLE)
    return min((incident.starts_at, *told))


def _refusal_of_time(incident: Incident, fact: Fact, now: datetime) -> str:
    if fact.at.tzinfo is None:
        return "the time has no offset"
    if fact.at > now + FUTURE_SKEW:
        return f"{fact.at.isoformat()} is in the future"
    begun = begun_at(incident)
    earliest = incident.starts_at - REPORT_AHEAD if fact.type in TOLD_BY_PEOPLE else begun
    if fact.at < earliest:
        return f"{fact.at.isoformat()} is before the incident began ({begun.isoformat()})"
    if incident.withdrawn:
        merged = f", as a part of {incident.merged_into}" if incident.merged_into else ""
        return f"the incident was withdrawn{merged}"
    resolved_at = incident.resolved_at
    if not incident.is_open and fact.type not in AFTER_CLOSE and resolved_at is not None and fact.at > resolved_at:
        return f"the incident was over at {resolved_at.isoformat()}"
    return ""


def _refusal_of_order(incident: Incident, fact: Fact) -> str:
    told = {known.type for known in incident.standing}
    if any(known.type is fact.type and known.at == fact.at for known in incident.standing):
        return f"{fact.type} at {fact.at.isoformat()} is already recorded"
    if fact.type is FactType.RESOLVED:
        if FactType.RESOLVED in told:
            return "the incident is already resolved"
        return "" if told & STARTS else "an incident that was neither detected nor reported cannot be resolved"
    return _refusal_of_exclusion(incident, fact) if fact.type in NEEDS_REASON else ""


def _refusal_of_exclusion(incident: Incident, fact: Fact) -> str:
    if not fact.note.strip():
        return f"{fact.type} needs a reason"
    if incident.is_excluded == (fact.type is FactType.EXCLUDED):
        return f"the incident is {'already' if incident.is_excluded else 'not'} excluded"
    return ""
