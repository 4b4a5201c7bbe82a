"""A person reports a fault: an incident of its own, or the one that monitoring has of the same device already.

Which one it is does not depend on who was first, nor on when the report was told: it belongs to the first incident of
the device that was not over when the person reported. A device that is hidden behind one that is gone has no incident
of its own; then the report belongs to the outage that hides it, if it is not older and under the same contract.
"""

from collections.abc import Sequence
from datetime import timedelta

from opsmon.engine.commands.scope import judge_scope, refusal_of_vocabulary
from opsmon.engine.decision import Decision
from opsmon.engine.input import JudgeScope, OpenIncident
from opsmon.engine.step import Conflict
from opsmon.incident.facts import FUTURE_SKEW, NO_OFFSET, in_the_future
from opsmon.incident.grouping import is_part_of, outage_hiding
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import id_order
from opsmon.model.device import Device, Site
from opsmon.model.event import CommandRefused, FactAdded, IncidentOpened
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId
from opsmon.text.bilingual import Refusal, Sentence, Text, chinese_of
from opsmon.text.near_miss import nearest, shown
from opsmon.text.safe import is_seen
from opsmon.text.time import plain_second
from opsmon.text.vocabulary import KINDS, named

NO_DEVICE = DeviceName("")
REPORT_BACK = timedelta(days=7)
MAX_CONDITION_LENGTH = 200
MAX_NAMES_COMPARED = 5_000


def open_incident(decision: Decision, asked: OpenIncident) -> Refusal:
    """Writes the report down, in a new incident or in the one it belongs to, or gives the reason why not."""
    inventory = decision.world.rules.inventory
    site, device = inventory.sites.get(asked.site), inventory.devices.get(asked.device or NO_DEVICE)
    refusal = _refusal_of_place(decision, asked, site, device) or _refusal_of_report(decision, asked)
    if refusal or site is None:
        return refusal
    opening = _opening(decision, asked, site, device)
    contract_rules = None if opening.contract is None else decision.world.rules.contracts.get(opening.contract)
    return refusal_of_vocabulary(contract_rules, asked.service, opening.own_labels) or _write(decision, asked, opening)


def _write(decision: Decision, asked: OpenIncident, opening: IncidentOpened) -> Refusal:
    known = _belongs_to(decision, asked, opening)
    about = "" if known is None else asked.condition
    note = _note(asked, joined=known is not None)
    fact = Fact(FactType.REPORTED, asked.reported_at, asked.by, note, about=about, via=asked.via)
    if known is None:
        decision.draft(lambda draft: draft.open_reported(opening, fact))
        return ""
    if any(one.type is FactType.REPORTED and one.at == fact.at for one in known.standing):
        return Conflict(f"this report is in incident {known.id} already", f"该报修已登记在事件 {known.id}")
    decision.write(FactAdded(decision.now, known.id, fact))
    _judge(decision, asked, decision.world.incidents.by_id[known.id])
    return ""


def _note(asked: OpenIncident, *, joined: bool) -> str:
    """An incident that exists keeps its name: what the person called it is in the report."""
    if not joined:
        return asked.note
    place = f"{asked.device}: " if asked.device else ""
    return f"{place}{asked.condition}{' - ' if asked.note else ''}{asked.note}"


def _judge(decision: Decision, asked: OpenIncident, known: Incident) -> None:
    """What the person said of the scope holds of the incident that it belongs to; what cannot hold is written down."""
    reason = f"reported so: {asked.condition}"
    severity = None if asked.severity is known.severity else asked.severity
    service = None if asked.service == known.service else asked.service
    labels = {key: value for key, value in asked.labels.items() if known.scope_labels.get(key) != value}
    if severity is None and service is None and not labels:
        return
    judged = JudgeScope(known.id, asked.by, reason, severity, service, labels, via=asked.via)
    refusal = judge_scope(decision, judged, known)
    if refusal:
        decision.write(
            CommandRefused(
                decision.now,
                JudgeScope.__name__,
                known.id,
                None,
                asked.by,
                str(refusal),
                asked.via,
                chinese_of(refusal),
            )
        )


def _belongs_to(decision: Decision, asked: OpenIncident, opening: IncidentOpened) -> Incident | None:
    same = _same_report(decision, asked)
    if same is not None or not asked.device:
        return same
    incidents, device = decision.world.incidents, asked.device
    own = [one for one in incidents.by_id.values() if one.device == device and _is_same_fault(one, asked)]
    if own:
        return min(own, key=lambda one: (not one.is_watched, one.starts_at, id_order(one.id)))
    outage = outage_hiding(incidents, device)
    hides = outage is not None and is_part_of(outage, asked.reported_at, opening.contract)
    return outage if hides else None


def _same_report(decision: Decision, asked: OpenIncident) -> Incident | None:
    """The incident that holds this very report: it was sent twice. Where the incident is over every word of it has to
    be the same. Without a device nothing else is the same incident."""
    here = (
        one
        for one in decision.world.incidents.by_id.values()
        if one.site == asked.site and one.device == (asked.device or NO_DEVICE) and not one.withdrawn
    )
    return next((one for one in here if any(_is_same_report(one, fact, asked) for fact in one.standing)), None)


def _is_same_report(incident: Incident, fact: Fact, asked: OpenIncident) -> bool:
    words = fact.about or incident.condition
    if fact.type is not FactType.REPORTED or words.casefold() != asked.condition.casefold():
        return False
    if not incident.is_open and fact.note not in (asked.note, _note(asked, joined=True)):
        return False
    return (fact.at, fact.by) == (asked.reported_at, asked.by)


def _is_same_fault(incident: Incident, asked: OpenIncident) -> bool:
    """Whether the device's incident, seen by monitoring or reported in the same words, was not over by then. What is
    over takes in only what it explains: anything else is still waited for, and would be lost in it."""
    if incident.withdrawn or incident.starts_at - REPORT_BACK > asked.reported_at:
        return False
    if not incident.is_watched:
        return incident.is_open and incident.condition.casefold() == asked.condition.casefold()
    if incident.resolved_at is None or incident.is_open:
        return True
    return asked.reported_at <= incident.resolved_at and incident.explains(asked.condition, asked.reported_at)


def _opening(decision: Decision, asked: OpenIncident, site: Site, device: Device | None) -> IncidentOpened:
    place = site if device is None else device
    own = {key: value for key, value in asked.labels.items() if value}
    return IncidentOpened(
        at=decision.now,
        incident=IncidentId(""),
        condition=asked.condition,
        subject="",
        device=device.name if device is not None else asked.device or NO_DEVICE,
        site=site.name,
        kind=asked.kind or (device.kind if device is not None else None),
        contract=place.contract,
        service=asked.service or place.service,
        severity=asked.severity or Severity.ORDINARY,
        starts_at=asked.reported_at,
        detail=asked.note or asked.condition,
        labels=place.labels,
        own_labels=own,
        by=asked.by,
        severity_given=asked.severity is not None,
        via=asked.via,
    )


def _refusal_of_place(decision: Decision, asked: OpenIncident, site: Site | None, device: Device | None) -> Refusal:
    inventory = decision.world.rules.inventory
    if site is None:
        hint = _hint(asked.site, list(inventory.sites), Text("sites", "站点"))
        return Sentence(f"there is no site {shown(asked.site)}{hint.en}", f"没有站点 {shown(asked.site)}{hint.zh}")
    if asked.device and device is None:
        here = [one.name for one in inventory.devices.values() if one.site == site.name]
        hint = _hint(asked.device, here, Text(f"devices of {site.name}", f"{site.name} 的设备"))
        return Sentence(
            f"there is no device {shown(asked.device)}{hint.en}", f"没有设备 {shown(asked.device)}{hint.zh}"
        )
    if device is not None and device.site != site.name:
        return Sentence(
            f"device {shown(device.name)} is at site {shown(device.site)}, not at {shown(site.name)}",
            f"设备 {shown(device.name)} 在站点 {shown(device.site)}，不在 {shown(site.name)}",
        )
    if device is not None and asked.kind is not None and asked.kind is not device.kind:
        is_a, asked_for = named(KINDS, device.kind, "zh"), named(KINDS, asked.kind, "zh")
        return Sentence(
            f"device {shown(device.name)} is a {device.kind}, not a {asked.kind}",
            f"设备 {shown(device.name)} 是{is_a}，不是{asked_for}",
        )
    return ""


def _refusal_of_report(decision: Decision, asked: OpenIncident) -> Refusal:
    condition = asked.condition.strip()
    if not condition or len(condition) > MAX_CONDITION_LENGTH or not is_seen(condition):
        return Sentence(
            f"the condition is what is wrong, in one line of at most {MAX_CONDITION_LENGTH} characters",
            f"请用一行文字填写故障现象，最多 {MAX_CONDITION_LENGTH} 个字符",
        )
    if asked.reported_at.tzinfo is None:
        return NO_OFFSET
    if asked.reported_at > decision.now + FUTURE_SKEW:
        return in_the_future(asked.reported_at)
    if asked.reported_at < decision.now - REPORT_BACK:
        return Sentence(
            f"{asked.reported_at.isoformat()} is more than {REPORT_BACK.days} days ago",
            f"{plain_second(asked.reported_at)} 已是 {REPORT_BACK.days} 天以前",
        )
    return ""


def _hint(word: str, known: Sequence[str], what: Text) -> Text:
    is_short = len(known) <= 10
    listed = f"{what.en}: {', '.join(known)}" if is_short else f"`opsmon inventory list` lists the {what.en}"
    listed_zh = f"{what.zh}：{'、'.join(known)}" if is_short else f"用 `opsmon inventory list` 查看{what.zh}"
    compared = known if len(known) <= MAX_NAMES_COMPARED else ()
    meant, meant_zh = nearest(word, compared), nearest(word, compared, language="zh")
    return Text(f" ({meant or listed})", f"（{meant_zh or listed_zh}）")
