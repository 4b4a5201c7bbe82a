"""What people may report about an incident, and the words in which it is refused.

Facts are added, never edited: a mistake is withdrawn by another fact. `refusal_of` gives "" when a fact may be added.
"""

import re
from datetime import datetime, timedelta

from opsmon.incident.incident import Incident
from opsmon.model.incident import EXCLUSIONS, MONITORING, Fact, FactType, exclusion_of, standing_numbers

# How far the clocks of people and machines may be apart before "just now" is called the future.
FUTURE_SKEW = timedelta(minutes=2)
# What people may have told before our monitoring saw it: a user telephones, and the next check fails.
TOLD_BY_PEOPLE = frozenset({FactType.REPORTED, FactType.NOTIFIED})
REPORT_AHEAD = timedelta(days=7)  # what was reported earlier than this was another fault
# Told of an incident that is over as well, and told twice in one moment.
CORRECTIONS = EXCLUSIONS | {FactType.WITHDRAWN}
# What is still owed when the fault is over: a user who has called is called back, and the paper is written.
AFTER_CLOSE = CORRECTIONS | {FactType.REPORT_FILED, FactType.ACKNOWLEDGED}
SHA256 = re.compile("[0-9a-f]{64}")


def refusal_of(incident: Incident, fact: Fact, now: datetime) -> str:
    """Why the fact cannot be added, for the person who reports it; "" when it can."""
    return _refusal_of_paper(fact) or _refusal_of_time(incident, fact, now) or _refusal_of_order(incident, fact)


def _refusal_of_paper(fact: Fact) -> str:
    is_sound = not fact.paper_sha256 or (fact.paper and SHA256.fullmatch(fact.paper_sha256))
    return "" if is_sound else "the SHA-256 of a paper is 64 hexadecimal digits, and the paper has a name"


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
    return _refusal_of_end(incident, fact)


def _refusal_of_end(incident: Incident, fact: Fact) -> str:
    if incident.withdrawn and not _may_begin_again(incident, fact):
        merged = f", as a part of {incident.merged_into}" if incident.merged_into else ""
        return f"the incident was withdrawn{merged}"
    resolved_at = incident.resolved_at
    if not incident.is_open and fact.type not in AFTER_CLOSE and resolved_at is not None and fact.at > resolved_at:
        return f"the incident was over at {resolved_at.isoformat()}"
    return ""


def _may_begin_again(incident: Incident, fact: Fact) -> bool:
    """Whether it is closed only since every start was withdrawn, and a withdrawal is what is to be withdrawn now."""
    begun = any(known.begins for known in incident.standing)
    told = any(known.begins for known in incident.facts)
    return fact.type is FactType.WITHDRAWN and incident.merged_into is None and told and not begun


def _refusal_of_order(incident: Incident, fact: Fact) -> str:
    if fact.type is FactType.WITHDRAWN:
        return _refusal_of_withdrawal(incident, fact)
    if fact.type in EXCLUSIONS:
        return _refusal_of_exclusion(incident, fact)
    again = [known for known in incident.standing if known.type is fact.type and known.at == fact.at]
    if again and not (fact.takes_over and all(known.by != fact.by for known in again)):
        return f"{fact.type} at {fact.at.isoformat()} is already recorded"
    if fact.type is FactType.RESOLVED:
        if any(known.type is FactType.RESOLVED for known in incident.standing):
            return "the incident is already resolved"
        begun = any(known.begins for known in incident.standing)
        return "" if begun else "an incident that was neither detected nor reported cannot be resolved"
    return ""


def _refusal_of_exclusion(incident: Incident, fact: Fact) -> str:
    if not fact.note.strip():
        return f"{fact.type} needs a reason"
    if fact.type is FactType.EXCLUDED and not fact.approved_by.strip():
        return "an exclusion names who approved it: `opsmon incidents exclude ID --approved-by WHO`"
    out = [exclusion_of(incident.facts, clause) is not None for clause in fact.clauses or (None,)]
    which = f" of {', '.join(fact.clauses)}" if fact.clauses else ""
    if fact.type is FactType.EXCLUDED and all(out):
        return f"the incident is already excluded{which and ', or those clauses are'}"
    if fact.type is FactType.INCLUDED and not any(out):
        return f"the incident is not excluded{which and ', and none of those clauses is'}"
    return ""


def _refusal_of_withdrawal(incident: Incident, fact: Fact) -> str:
    number, count = fact.withdraws, len(incident.facts)
    if not fact.note.strip():
        return "a withdrawal needs a reason"
    if number is None:
        return "a withdrawal names the number of a fact: `opsmon incidents withdraw ID FACT --reason TEXT`"
    if not 0 < number <= count:
        return f"the incident has no fact {number}: its facts are numbered 1 to {count}"
    if number not in standing_numbers(incident.facts):
        return f"fact {number} is already withdrawn"
    wrong = incident.facts[number - 1]
    if incident.is_seen and wrong.type is FactType.DETECTED and wrong.by == MONITORING:
        return f"fact {number} cannot be withdrawn: monitoring still sees the fault"
    return ""
