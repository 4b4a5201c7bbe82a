"""What people may report about an incident, and the words in which it is refused.

Facts are added, never edited: a mistake is withdrawn by another fact. `refusal_of` gives "" when a fact may be added.
"""

import re
from datetime import datetime, timedelta

from opsmon.incident.incident import Incident
from opsmon.model.incident import EXCLUSIONS, MONITORING, Fact, FactType, exclusion_of, standing_numbers
from opsmon.text.bilingual import Refusal, Sentence
from opsmon.text.time import plain_second
from opsmon.text.vocabulary import FACTS, named

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
NO_OFFSET = Sentence("the time has no offset", "时间没有时区")
NO_PAPER = Sentence(
    "the SHA-256 of a paper is 64 hexadecimal digits, and the paper has a name",
    "文件的 SHA-256 为 64 位十六进制数，且须有文件名",
)


NOT_BEGUN = Sentence(
    "an incident that was neither detected nor reported cannot be resolved",
    "既未监测发现也未报修的事件不能登记故障排除",
)


def in_the_future(at: datetime) -> Sentence:
    """What is said to have happened has not."""
    return Sentence(f"{at.isoformat()} is in the future", f"{plain_second(at)} 是将来的时间")


def refusal_of(incident: Incident, fact: Fact, now: datetime) -> Refusal:
    """Why the fact cannot be added, for the person who reports it; "" when it can."""
    return _refusal_of_paper(fact) or _refusal_of_time(incident, fact, now) or _refusal_of_order(incident, fact)


def _refusal_of_paper(fact: Fact) -> Refusal:
    is_sound = not fact.paper_sha256 or (fact.paper and SHA256.fullmatch(fact.paper_sha256))
    return "" if is_sound else NO_PAPER


def begun_at(incident: Incident) -> datetime:
    """When the fault began as far as anybody has told: the first failed observation, or a report before it."""
    told = (fact.at for fact in incident.standing if fact.type in TOLD_BY_PEOPLE)
    return min((incident.starts_at, *told))


def _refusal_of_time(incident: Incident, fact: Fact, now: datetime) -> Refusal:
    if fact.at.tzinfo is None:
        return NO_OFFSET
    if fact.at > now + FUTURE_SKEW:
        return in_the_future(fact.at)
    begun = begun_at(incident)
    earliest = incident.starts_at - REPORT_AHEAD if fact.type in TOLD_BY_PEOPLE else begun
    if fact.at < earliest:
        return Sentence(
            f"{fact.at.isoformat()} is before the incident began ({begun.isoformat()})",
            f"{plain_second(fact.at)} 早于事件开始（{plain_second(begun.astimezone(fact.at.tzinfo))}）",
        )
    return _refusal_of_end(incident, fact)


def _refusal_of_end(incident: Incident, fact: Fact) -> Refusal:
    if incident.withdrawn and not _may_begin_again(incident, fact):
        merged = f", as a part of {incident.merged_into}" if incident.merged_into else ""
        merged_zh = f"，并入 {incident.merged_into}" if incident.merged_into else ""
        return Sentence(f"the incident was withdrawn{merged}", f"事件已撤销{merged_zh}")
    resolved_at = incident.resolved_at
    if not incident.is_open and fact.type not in AFTER_CLOSE and resolved_at is not None and fact.at > resolved_at:
        return Sentence(
            f"the incident was over at {resolved_at.isoformat()}",
            f"事件已于 {plain_second(resolved_at.astimezone(fact.at.tzinfo))} 结束",
        )
    return ""


def _may_begin_again(incident: Incident, fact: Fact) -> bool:
    """Whether it is closed only since every start was withdrawn, and a withdrawal is what is to be withdrawn now."""
    begun = any(known.begins for known in incident.standing)
    told = any(known.begins for known in incident.facts)
    return fact.type is FactType.WITHDRAWN and incident.merged_into is None and told and not begun


def _refusal_of_order(incident: Incident, fact: Fact) -> Refusal:
    if fact.type is FactType.WITHDRAWN:
        return _refusal_of_withdrawal(incident, fact)
    if fact.type in EXCLUSIONS:
        return _refusal_of_exclusion(incident, fact)
    again = [known for known in incident.standing if known.type is fact.type and known.at == fact.at]
    if again and not (fact.takes_over and all(known.by != fact.by for known in again)):
        what = named(FACTS, fact.type, "zh")
        return Sentence(
            f"{fact.type} at {fact.at.isoformat()} is already recorded", f"{plain_second(fact.at)} 的“{what}”已有记录"
        )
    if fact.type is FactType.RESOLVED:
        if any(known.type is FactType.RESOLVED for known in incident.standing):
            return Sentence("the incident is already resolved", "该事件的故障已排除")
        begun = any(known.begins for known in incident.standing)
        return "" if begun else NOT_BEGUN
    return ""


def _refusal_of_exclusion(incident: Incident, fact: Fact) -> Refusal:
    if not fact.note.strip():
        return Sentence(f"{fact.type} needs a reason", f"“{named(FACTS, fact.type, 'zh')}”须填写原因")
    if fact.type is FactType.EXCLUDED and not fact.approved_by.strip():
        return Sentence(
            "an exclusion names who approved it: `opsmon incidents exclude ID --approved-by WHO`",
            "免责须写明批准人：`opsmon incidents exclude ID --approved-by WHO`",
        )
    out = [exclusion_of(incident.facts, clause) is not None for clause in fact.clauses or (None,)]
    which = f" of {', '.join(fact.clauses)}" if fact.clauses else ""
    if fact.type is FactType.EXCLUDED and all(out):
        return Sentence(
            f"the incident is already excluded{which and ', or those clauses are'}",
            f"该事件{which and '或这些条款'}已免责",
        )
    if fact.type is FactType.INCLUDED and not any(out):
        return Sentence(
            f"the incident is not excluded{which and ', and none of those clauses is'}",
            f"该事件{which and '及这些条款'}并未免责",
        )
    return ""


def _refusal_of_withdrawal(incident: Incident, fact: Fact) -> Refusal:
    number, count = fact.withdraws, len(incident.facts)
    if not fact.note.strip():
        return Sentence("a withdrawal needs a reason", "撤回须填写原因")
    if number is None:
        return Sentence(
            "a withdrawal names the number of a fact: `opsmon incidents withdraw ID FACT --reason TEXT`",
            "撤回须写明条目编号：`opsmon incidents withdraw ID FACT --reason TEXT`",
        )
    if not 0 < number <= count:
        return Sentence(
            f"the incident has no fact {number}: its facts are numbered 1 to {count}",
            f"该事件没有第 {number} 条：条目编号为 1 至 {count}",
        )
    if number not in standing_numbers(incident.facts):
        return Sentence(f"fact {number} is already withdrawn", f"第 {number} 条已撤回")
    wrong = incident.facts[number - 1]
    if incident.is_seen and wrong.type is FactType.DETECTED and wrong.by == MONITORING:
        return Sentence(
            f"fact {number} cannot be withdrawn: monitoring still sees the fault",
            f"第 {number} 条不能撤回：监控仍发现该故障",
        )
    return ""
