"""What people ask for, judged: what cannot be is refused in words, and the refusal is written down.

Only a thing that somebody named asks for is done; facts have their own rule book (`incident.facts`).
"""

from dataclasses import replace
from typing import Any

from opsmon.engine.command_text import MAX_TEXT_LENGTH, PERSONS, as_answer, as_kept, refusal_of_words
from opsmon.engine.commands.on_call import (
    as_taking_over,
    end_silence,
    record_accepted,
    record_failed,
    record_nearly_used,
    refusal_of_taking_over,
    set_silence,
)
from opsmon.engine.commands.reported import open_incident
from opsmon.engine.commands.scope import judge_scope, refusal_of_clauses
from opsmon.engine.commands.tick import judge_done, judge_excuse, judge_undone
from opsmon.engine.decision import Decision
from opsmon.engine.holder import holder_now, refusal_of_taking_on
from opsmon.engine.input import (
    AddFact,
    AttachDiagnosis,
    Command,
    EndOverride,
    EndSilence,
    Excuse,
    JudgeScope,
    MarkDone,
    MarkUndone,
    OpenIncident,
    RecordAccepted,
    RecordAccess,
    RecordBackup,
    RecordFailed,
    RecordHostKey,
    RecordNearlyUsed,
    RecordNotice,
    Report,
    SetMaintenance,
    SetOverride,
    SetSilence,
    TakeOver,
)
from opsmon.engine.roster.overrides import end_override, set_override
from opsmon.incident.facts import NO_OFFSET, refusal_of
from opsmon.incident.incident import Incident
from opsmon.incident.lifecycle import follow_words
from opsmon.model.discovery import Discovery
from opsmon.model.duty import DutyEvent
from opsmon.model.event import (
    BackupRecorded,
    CommandRefused,
    DiagnosisAttached,
    FactAdded,
    HostKeyRecorded,
    MaintenanceSet,
)
from opsmon.model.incident import OWN_PREFIX, Fact, FactType
from opsmon.state import api as state
from opsmon.text.bilingual import Refusal, Sentence, chinese_of
from opsmon.text.safe import visible
from opsmon.text.time import plain_second

# Of people and other rooms, about no incident that is known already.
Errand = (
    OpenIncident
    | SetMaintenance
    | SetSilence
    | EndSilence
    | MarkDone
    | MarkUndone
    | Excuse
    | SetOverride
    | EndOverride
    | Report
    | RecordBackup
    | RecordHostKey
    | RecordNearlyUsed
)
AboutIncident = AddFact | TakeOver | JudgeScope | RecordNotice | RecordAccepted | RecordFailed | AttachDiagnosis


def execute(decision: Decision, command: Command) -> Refusal:
    """Does what is asked for, and gives "", or writes down why not, and gives the reason."""
    kept = as_kept(command)
    refusal = as_answer(_execute(decision, kept))
    if refusal:
        decision.write(_refused(decision, kept, refusal))
    return refusal


def _execute(decision: Decision, command: Command) -> Refusal:
    if isinstance(command, RecordAccess):
        decision.write(replace(command.event, at=decision.now))
        return ""
    if isinstance(command, AboutIncident):
        incident = decision.world.incidents.by_id.get(command.incident)
        if incident is not None:
            return _work_on(decision, command, incident)
        if isinstance(command, RecordAccepted | RecordFailed):
            return ""
        return Sentence(f"there is no incident {command.incident}", f"没有事件 {command.incident}")
    return refusal_of_words(command) or _do(decision, command)


def _do(decision: Decision, command: Errand) -> Refusal:
    """What is about no incident that is known already."""
    match command:
        case SetMaintenance():
            return _set_maintenance(decision, command)
        case MarkDone() | MarkUndone() | Excuse():
            return _mark(decision, command)
        case SetOverride() | EndOverride() | SetSilence() | EndSilence():
            return _arrange(decision, command)
        case OpenIncident():
            return open_incident(decision, command)
        case Report() | RecordBackup() | RecordHostKey() | RecordNearlyUsed():
            return _hear(decision, command)


def _arrange(decision: Decision, command: SetOverride | EndOverride | SetSilence | EndSilence) -> Refusal:
    """Who is called, and of what nobody is."""
    match command:
        case SetOverride():
            return set_override(decision, command)
        case EndOverride():
            return end_override(decision, command)
        case SetSilence():
            return set_silence(decision, command)
    return end_silence(decision, command)


def _hear(decision: Decision, command: Report | RecordBackup | RecordHostKey | RecordNearlyUsed) -> Refusal:
    """What other rooms found out."""
    match command:
        case Report():
            return _report(decision, command)
        case RecordNearlyUsed():
            record_nearly_used(decision, command)
            return ""
        case RecordBackup():
            return _record_backup(decision, command)
    return _record_host_key(decision, command)


def _work_on(decision: Decision, command: AboutIncident, incident: Incident) -> Refusal:
    match command:
        case AddFact():
            return _add_fact(decision, command, incident)
        case TakeOver():
            refusal = refusal_of_taking_over(decision.world, command, incident)
            return refusal or _add_fact(decision, as_taking_over(command, decision.now), incident)
        case JudgeScope():
            return refusal_of_words(command) or judge_scope(decision, command, incident)
        case RecordNotice():
            _record_notice(decision, command, incident)
        case RecordAccepted():
            record_accepted(decision, command, incident)
        case RecordFailed():
            record_failed(decision, command, incident)
        case AttachDiagnosis():
            decision.write(DiagnosisAttached(decision.now, incident.id, command.text[:MAX_TEXT_LENGTH]))
    return ""


def _add_fact(decision: Decision, command: AddFact, incident: Incident) -> Refusal:
    fact = command.fact
    refusal = (
        refusal_of_words(command)
        or refusal_of_clauses(decision, fact.clauses, incident)
        or refusal_of(incident, fact, decision.now)
        or (refusal_of_taking_on(decision.world, incident) if command.takes_on else "")
    )
    if not refusal:
        decision.write(FactAdded(decision.now, incident.id, _marked(decision, incident, fact)))
        decision.draft(lambda draft: follow_words(draft, incident))
    return refusal


def _record_notice(decision: Decision, command: RecordNotice, incident: Incident) -> None:
    """The first message that a channel takes while the fault lasts is its notice; all others say nothing new.

    Never refused: a message may be taken twice, as after a restart that came between the journal and the outbox, or
    when the fault is over.
    """
    by = f"{OWN_PREFIX}{command.channel}"
    known = any(fact.delivery == command.delivery for fact in incident.facts)
    if incident.is_open and not known and all(fact.by != by for fact in incident.standing):
        notified = Fact(FactType.NOTIFIED, command.at, by, delivery=command.delivery)
        decision.write(FactAdded(decision.now, incident.id, notified))


def _marked(decision: Decision, incident: Incident, fact: Fact) -> Fact:
    """A person's word that it is over is taken, and marked where monitoring sees otherwise. Who acknowledges what
    another one let slip has it from then on."""
    told, held = incident.holder, holder_now(decision.world, incident)
    slipped = told is not None and (held is None or held.by != told.by)
    takes_over = fact.takes_over or (fact.type is FactType.ACKNOWLEDGED and slipped)
    return replace(fact, contradicted=fact.type is FactType.RESOLVED and incident.is_seen, takes_over=takes_over)


def _set_maintenance(decision: Decision, command: SetMaintenance) -> Refusal:
    refusal = _refusal_of_window(decision, command)
    if refusal:
        return refusal
    decision.write(MaintenanceSet(decision.now, command.device, command.until, command.by, command.note, command.via))
    decision.take(state.set_maintenance(decision.world.fleet, command.device, command.until, decision.now))
    return ""


def _mark(decision: Decision, command: MarkDone | MarkUndone | Excuse) -> Refusal:
    contract_rules, duties = decision.world.rules.contracts.get(command.contract), decision.world.duties
    if contract_rules is None:
        return Sentence(f"there is no contract {command.contract}", f"没有合同 {command.contract}")
    judged: tuple[DutyEvent, ...] | Refusal
    if isinstance(command, MarkDone):
        judged = judge_done(contract_rules, command, duties, decision.now)
    elif isinstance(command, MarkUndone):
        judged = judge_undone(contract_rules, command, duties, decision.now)
    else:
        judged = judge_excuse(contract_rules, command, duties, decision.now)
    if isinstance(judged, str):
        return judged
    for event in judged:
        decision.write(event)
    return ""


def _report(decision: Decision, command: Report) -> Refusal:
    rules = decision.world.rules
    if command.device not in rules.inventory.devices:
        return _no_device(command.device)
    if all(rule.name != command.condition for rule in rules.rulebook.reports):
        return Sentence(
            f"no rule of `reports:` is named {command.condition}", f"`reports:` 中没有规则 {command.condition}"
        )
    step = state.report(
        decision.world.fleet,
        command.device,
        command.condition,
        decision.now,
        holds=command.holds,
        subject=command.subject,
        value=command.value,
        detail=command.detail[:MAX_TEXT_LENGTH],
    )
    decision.take(step)
    return ""


def _record_backup(decision: Decision, command: RecordBackup) -> Refusal:
    if command.device not in decision.world.rules.inventory.devices:
        return _no_device(command.device)
    decision.write(
        BackupRecorded(
            at=decision.now,
            device=command.device,
            taken_at=command.taken_at,
            ok=command.ok,
            reason=str(command.reason)[:MAX_TEXT_LENGTH],
            reason_zh=chinese_of(command.reason)[:MAX_TEXT_LENGTH],
            commit=command.commit,
            lines=command.lines,
            changed=command.changed,
            order=command.order,
            unannounced=bool(command.unannounced),
        )
    )
    condition, told = decision.world.rules.rulebook.condition_for(Discovery.UNANNOUNCED_CHANGE), command.unannounced
    if condition is not None:
        _report(decision, Report(command.device, condition, holds=bool(told), detail=told))
    return ""


def _record_host_key(decision: Decision, command: RecordHostKey) -> Refusal:
    if command.device not in decision.world.rules.inventory.devices:
        return _no_device(command.device)
    if not command.again:
        key = command.fingerprint[:MAX_TEXT_LENGTH]
        decision.write(
            HostKeyRecorded(decision.now, command.device, command.port, key, command.trusted, command.address)
        )
    condition = decision.world.rules.rulebook.condition_for(Discovery.HOST_KEY_CHANGED)
    if condition is not None:
        detail = "" if command.trusted else f"port {command.port} shows {command.fingerprint}{command.under}"
        _report(decision, Report(command.device, condition, holds=not command.trusted, detail=detail))
    return ""


def _refusal_of_window(decision: Decision, command: SetMaintenance) -> Refusal:
    if command.device not in decision.world.rules.inventory.devices:
        return _no_device(command.device)
    if command.until is not None and command.until.tzinfo is None:
        return NO_OFFSET
    if command.until is not None and command.until <= decision.now:
        return Sentence(f"{command.until.isoformat()} is past", f"{plain_second(command.until)} 已过")
    machine = decision.world.fleet.machines.get(command.device)
    if command.until is None and (machine is None or machine.maintenance_until is None):
        return Sentence(f"{command.device} is not in maintenance", f"{command.device} 不在维护中")
    return ""


def _no_device(name: str) -> Sentence:
    return Sentence(f"there is no device {name}", f"没有设备 {name}")


def _refused(decision: Decision, command: Command, reason: str) -> CommandRefused:
    """Whatever is wrong with what was asked for, it is kept who asked."""
    told = command.fact if isinstance(command, AddFact) else command
    by, via = getattr(told, "by", "")[: PERSONS["by"]], getattr(told, "via", "")
    incident, device = (_named(getattr(command, name, None)) for name in ("incident", "device"))
    return CommandRefused(
        decision.now, type(command).__name__, incident, device, by, str(reason), via, chinese_of(reason)
    )


def _named(name: Any) -> Any:
    """A name that perhaps nobody knows, as it is kept."""
    return name and visible(name)[:MAX_TEXT_LENGTH]
