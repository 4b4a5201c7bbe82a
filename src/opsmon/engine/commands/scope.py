"""What an incident is under its contract, as people find out: severity, service, labels; and the clauses it has.

A scope that the contract does not know, or under which none of its clauses holds, is refused: it would silently stop
every clock.
"""

from collections.abc import Collection, Mapping

from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.vocabulary import unknown_words
from opsmon.engine.decision import Decision
from opsmon.engine.input import JudgeScope
from opsmon.incident.incident import Incident
from opsmon.model.device import Kind
from opsmon.model.event import ScopeJudged
from opsmon.model.incident import Severity
from opsmon.model.name import ClauseId
from opsmon.text.bilingual import Refusal, Sentence, Text
from opsmon.text.near_miss import nearest, shown
from opsmon.text.safe import is_seen
from opsmon.text.time import plain_second
from opsmon.text.vocabulary import SEVERITIES, named

MAX_LABELS = 20
MAX_LABEL_LENGTH = 200


def judge_scope(decision: Decision, command: JudgeScope, incident: Incident) -> Refusal:
    """Writes the judgement down, or gives the reason why not."""
    refusal = _refusal_of_judgement(decision, command, incident)
    if refusal:
        return refusal
    decision.write(
        ScopeJudged(
            decision.now,
            incident.id,
            command.by,
            command.reason,
            command.severity,
            command.service,
            command.labels,
            via=command.via,
        )
    )
    return ""


def _refusal_of_judgement(decision: Decision, command: JudgeScope, incident: Incident) -> Refusal:
    if not command.reason.strip():
        return Sentence("a judgement needs a reason", "判定须填写原因")
    if incident.withdrawn:
        return Sentence("the incident was withdrawn", "事件已撤销")
    if command.seen is not None and command.seen != len(incident.judgements):
        return _told_meanwhile(incident)
    if not _changes(command, incident):
        now = _scope_words(incident)
        return Sentence(f"nothing would change: {now.en}", f"没有变化：{now.zh}")
    labels = {**incident.scope_labels, **command.labels}
    given = {key: value for key, value in command.labels.items() if value}
    return refusal_of_words(decision, incident, command.service, given) or refusal_of_scope(
        None if incident.contract is None else decision.world.rules.contracts.get(incident.contract),
        command.service or incident.service,
        incident.kind,
        command.severity or incident.severity,
        {key: value for key, value in labels.items() if value},
    )


def _told_meanwhile(incident: Incident) -> Sentence:
    if not incident.judgements:
        return Sentence("nobody has judged the incident yet", "该事件尚无人判定")
    last, now = incident.judgements[-1], _scope_words(incident)
    return Sentence(
        f"{last.by} judged it at {last.at.isoformat(timespec='seconds')} ({last.reason}): {now.en}; "
        "judge again if you still find otherwise",
        f"{last.by} 已于 {plain_second(last.at)} 判定（{last.reason}）：{now.zh}；如仍有不同意见，请重新判定",
    )


def _changes(command: JudgeScope, incident: Incident) -> bool:
    new_severity = command.severity is not None and command.severity is not incident.severity
    new_service = command.service is not None and command.service != incident.service
    own = incident.own_labels
    return new_severity or new_service or any(own.get(key, "") != value for key, value in command.labels.items())


def _scope_words(incident: Incident) -> Text:
    labels = "".join(f", {key}={value}" for key, value in sorted(incident.own_labels.items()))
    service = f", service {incident.service}" if incident.service else ""
    severity, service_zh = named(SEVERITIES, incident.severity, "zh"), f"，服务 {incident.service}" if service else ""
    return Text(
        f"it is {incident.severity}{service}{labels} already", f"已是{severity}{service_zh}{labels.replace(', ', '，')}"
    )


def refusal_of_words(decision: Decision, incident: Incident, service: str | None, labels: Mapping[str, str]) -> Refusal:
    """Why a service or labels cannot be given to the incident; "" when they can."""
    contract_rules = None if incident.contract is None else decision.world.rules.contracts.get(incident.contract)
    return refusal_of_vocabulary(contract_rules, service, labels)


def refusal_of_vocabulary(
    contract_rules: ContractRules | None, service: str | None, labels: Mapping[str, str]
) -> Refusal:
    """Why the contract does not take these words, with the words that were perhaps meant; "" when it does."""
    texts = [*labels, *labels.values(), service or ""]
    if len(labels) > MAX_LABELS or any(len(text) > MAX_LABEL_LENGTH or not is_seen(text) for text in texts):
        return Sentence(
            f"at most {MAX_LABELS} labels, each of at most {MAX_LABEL_LENGTH} printable characters",
            f"最多 {MAX_LABELS} 个标签，每个最多 {MAX_LABEL_LENGTH} 个可见字符",
        )
    if any(not key for key in labels):
        return Sentence("a label has no name", "标签没有名称")
    if contract_rules is None:
        return ""
    found = unknown_words(contract_rules, service=service, labels=labels)
    return Sentence("; ".join(map(str, found)), "；".join(one.zh for one in found)) if found else ""


def refusal_of_scope(
    contract_rules: ContractRules | None,
    service: str | None,
    kind: Kind | None,
    severity: Severity,
    labels: Mapping[str, str],
) -> Refusal:
    """Why there cannot be such an incident under the contract: none of its clauses would hold; "" when one does."""
    if contract_rules is None or not contract_rules.contract.clauses:
        return ""
    for clause in contract_rules.contract.clauses:
        for variant in clause.variants:
            if not variant.applies or any(one.takes(service, kind, severity, labels) for one in variant.applies):
                return ""
    name, words = (
        contract_rules.contract.id,
        [severity.value, *(f"{key}={value}" for key, value in sorted(labels.items()))],
    )
    words += [word for word in (kind, service) if word]
    return Sentence(
        f"no clause of {name} would hold: {', '.join(words)}; exclusions free clauses, a scope does not",
        f"{name} 将没有条款适用：{'、'.join(words)}；免除条款请用“免责”，不能用判定",
    )


def refusal_of_clauses(decision: Decision, clauses: tuple[ClauseId, ...], incident: Incident) -> Refusal:
    """Why an exclusion cannot be limited to these clauses; "" when it can."""
    if not clauses:
        return ""
    contract_rules = None if incident.contract is None else decision.world.rules.contracts.get(incident.contract)
    if contract_rules is None:
        return Sentence("the incident is under no contract, so that it has no clauses", "该事件没有合同，因此没有条款")
    known = {one.id for one in contract_rules.contract.clauses}
    known |= {one.id for one in contract_rules.budgets} | {one.id for one in contract_rules.obligations}
    for clause in clauses:
        if clause not in known:
            return _no_clause(contract_rules.contract.id, clause, known)
    return ""


def _no_clause(contract: str, clause: str, known: Collection[str]) -> Sentence:
    hint = nearest(clause, known) or f"`opsmon contracts show {contract}` lists them"
    hint_zh = nearest(clause, known, language="zh") or f"用 `opsmon contracts show {contract}` 查看"
    return Sentence(
        f"{contract} has no clause {shown(clause)} ({hint})", f"{contract} 没有条款 {shown(clause)}（{hint_zh}）"
    )
