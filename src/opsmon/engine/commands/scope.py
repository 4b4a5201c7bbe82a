"""What an incident is under its contract, as people find out: severity, service, labels; and the clauses it has.

A scope that the contract does not know, or under which none of its clauses holds, is refused: it would silently stop
every clock.
"""

from collections.abc import Mapping

from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.vocabulary import unknown_words
from opsmon.engine.decision import Decision
from opsmon.engine.input import JudgeScope
from opsmon.engine.step import Refusal
from opsmon.incident.incident import Incident
from opsmon.model.device import Kind
from opsmon.model.event import ScopeJudged
from opsmon.model.incident import Severity
from opsmon.model.name import ClauseId
from opsmon.text.near_miss import nearest, shown
from opsmon.text.safe import is_seen

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


def _refusal_of_judgement(decision: Decision, command: JudgeScope, incident: Incident) -> str:
    if not command.reason.strip():
        return "a judgement needs a reason"
    if incident.withdrawn:
        return "the incident was withdrawn"
    if command.seen is not None and command.seen != len(incident.judgements):
        return _told_meanwhile(incident)
    if not _changes(command, incident):
        return f"nothing would change: {_scope_words(incident)}"
    labels = {**incident.scope_labels, **command.labels}
    given = {key: value for key, value in command.labels.items() if value}
    return refusal_of_words(decision, incident, command.service, given) or refusal_of_scope(
        None if incident.contract is None else decision.world.rules.contracts.get(incident.contract),
        command.service or incident.service,
        incident.kind,
        command.severity or incident.severity,
        {key: value for key, value in labels.items() if value},
    )


def _told_meanwhile(incident: Incident) -> str:
    if not incident.judgements:
        return "nobody has judged the incident yet"
    last = incident.judgements[-1]
    return (
        f"{last.by} judged it at {last.at.isoformat(timespec='seconds')} ({last.reason}): {_scope_words(incident)}; "
        "judge again if you still find otherwise"
    )


def _changes(command: JudgeScope, incident: Incident) -> bool:
    new_severity = command.severity is not None and command.severity is not incident.severity
    new_service = command.service is not None and command.service != incident.service
    own = incident.own_labels
    return new_severity or new_service or any(own.get(key, "") != value for key, value in command.labels.items())


def _scope_words(incident: Incident) -> str:
    labels = "".join(f", {key}={value}" for key, value in sorted(incident.own_labels.items()))
    service = f", service {incident.service}" if incident.service else ""
    return f"it is {incident.severity}{service}{labels} already"


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
        return f"at most {MAX_LABELS} labels, each of at most {MAX_LABEL_LENGTH} printable characters"
    if any(not key for key in labels):
        return "a label has no name"
    if contract_rules is None:
        return ""
    return "; ".join(map(str, unknown_words(contract_rules, service=service, labels=labels)))


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
    return f"no clause of {name} would hold: {', '.join(words)}; exclusions free clauses, a scope does not"


def refusal_of_clauses(decision: Decision, clauses: tuple[ClauseId, ...], incident: Incident) -> Refusal:
    """Why an exclusion cannot be limited to these clauses; "" when it can."""
    if not clauses:
        return ""
    contract_rules = None if incident.contract is None else decision.world.rules.contracts.get(incident.contract)
    if contract_rules is None:
        return "the incident is under no contract, so that it has no clauses"
    known = {one.id for one in contract_rules.contract.clauses}
    known |= {one.id for one in contract_rules.budgets} | {one.id for one in contract_rules.obligations}
    for clause in clauses:
        if clause not in known:
            hint = nearest(clause, known) or f"`opsmon contracts show {contract_rules.contract.id}` lists them"
            return f"{contract_rules.contract.id} has no clause {shown(clause)} ({hint})"
    return ""
