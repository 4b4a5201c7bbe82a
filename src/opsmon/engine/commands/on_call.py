"""What people and channels tell of pages and silences, judged."""

from collections.abc import Collection, Mapping
from datetime import datetime

from opsmon.engine.decision import Decision
from opsmon.engine.holder import holder_now
from opsmon.engine.input import (
    AddFact,
    EndSilence,
    RecordAccepted,
    RecordFailed,
    RecordNearlyUsed,
    SetSilence,
    TakeOver,
)
from opsmon.engine.paging.people import PeopleNow
from opsmon.engine.step import Conflict
from opsmon.engine.world import World
from opsmon.incident.facts import NO_OFFSET
from opsmon.incident.incident import Incident
from opsmon.model.device import Kind
from opsmon.model.event import FactAdded
from opsmon.model.incident import OWN_PREFIX, Fact, FactType, Severity
from opsmon.model.name import SilenceId
from opsmon.model.page import ChannelNearlyUsed, NoticeAccepted, NoticeFailed, SilenceEnded, SilenceSet
from opsmon.oncall.silence import MAX_SILENCE, OWN_FIELDS
from opsmon.text.bilingual import Refusal, Sentence
from opsmon.text.near_miss import nearest, shown
from opsmon.text.page_words import SILENCE_FIELDS
from opsmon.text.safe import visible
from opsmon.text.time import iso_second, plain_second
from opsmon.text.vocabulary import named

MAX_VALUE_LENGTH = 200  # of what a silence covers


def as_taking_over(command: TakeOver, now: datetime) -> AddFact:
    """Taking an incident over is an acknowledgement by which it becomes the person's."""
    fact = Fact(FactType.ACKNOWLEDGED, now, command.by, command.note, via=command.via, takes_over=True)
    return AddFact(command.incident, fact)


def refusal_of_taking_over(world: World, command: TakeOver, incident: Incident) -> Refusal:
    if not incident.is_open:
        return Conflict("the incident is closed: there is nothing to take over", "事件已关闭，无需接手")
    held = holder_now(world, incident)
    if held is not None and held.by == command.by:
        return Conflict(f"{command.by} has it already", f"{command.by} 已接单")
    return ""


def record_accepted(decision: Decision, told: RecordAccepted, incident: Incident) -> None:
    """Never refused: a message may be taken twice, or when the fault is over; what was told already says nothing."""
    page = decision.world.paging.pages.get(incident.id)
    call = None if page is None else page.call_of(told.sequence)
    if call is None or any(one.delivery == told.delivery for one in call.accepted):
        return
    decision.write(
        NoticeAccepted(
            decision.now, incident.id, told.sequence, told.channel, told.delivery, told.people, told.attempted_at,
            told.accepted_at, told.doubtful_since,
        )
    )  # fmt: skip
    rules = decision.world.rules.oncall
    way, plan = rules.channels.get(told.channel), rules.plan_of(incident)
    if way is not None and way.counts and plan is not None and plan.notice_counts:
        _notify(decision, told, incident)


def _notify(decision: Decision, told: RecordAccepted, incident: Incident) -> None:
    """The first message that a channel which counts takes while the fault lasts is the notice of it."""
    known = any(fact.type is FactType.NOTIFIED and fact.is_own for fact in incident.standing)
    if known or not incident.is_open:
        return
    doubtful = told.doubtful_since
    notified = Fact(
        FactType.NOTIFIED, max(told.accepted_at, incident.opened_at), f"{OWN_PREFIX}{told.channel}",
        f"{told.channel} → {', '.join(told.people)}" if told.people else "", delivery=told.delivery,
        earliest=None if doubtful is None else max(doubtful, incident.opened_at),
    )  # fmt: skip
    decision.write(FactAdded(decision.now, incident.id, notified))


def record_failed(decision: Decision, told: RecordFailed, incident: Incident) -> None:
    """Never refused, as an acceptance."""
    page = decision.world.paging.pages.get(incident.id)
    call = None if page is None else page.call_of(told.sequence)
    if call is not None and told.channel not in call.failed:
        decision.write(NoticeFailed(decision.now, incident.id, told.sequence, told.channel, told.delivery, told.reason))


def record_nearly_used(decision: Decision, told: RecordNearlyUsed) -> None:
    """Told once a month to everybody who is on duty, by another channel where there is one. Never refused."""
    world = decision.world
    if world.paging.months_told.get(told.channel) == told.month:
        return
    people = PeopleNow(world.rules.oncall, world.roster.overrides, decision.now)
    crew = people.owner("")
    channels = sorted(people.channels_to(crew), key=lambda one: one == told.channel)
    decision.write(
        ChannelNearlyUsed(
            decision.now, told.channel, told.month, told.used, told.per_month, crew, tuple(channels)
        )
    )  # fmt: skip


def set_silence(decision: Decision, command: SetSilence) -> Refusal:
    refusal = _refusal_of_silence(decision.world, command, decision.now)
    if refusal:
        return refusal
    decision.write(
        SilenceSet(
            decision.now, _next_name(decision), command.until, command.owner or command.by, command.reason, command.by,
            command.via, dict(command.fields), command.ends_with_incident, command.stops_clocks,
        )
    )  # fmt: skip
    return ""


def end_silence(decision: Decision, command: EndSilence) -> Refusal:
    known = decision.world.paging.silences
    if command.silence not in known:
        hint = nearest(command.silence, known) or "`opsmon silence list` shows those that hold"
        hint_zh = nearest(command.silence, known, language="zh") or "用 `opsmon silence list` 查看现有静默"
        return Sentence(
            f"there is no silence {shown(command.silence)} ({hint})",
            f"没有静默 {shown(command.silence)}（{hint_zh}）",
        )
    decision.write(SilenceEnded(decision.now, command.silence, command.by, command.reason, command.via))
    return ""


def _refusal_of_silence(world: World, command: SetSilence, now: datetime) -> Refusal:
    if not command.reason.strip():
        return Sentence("a reason is needed: why is nobody to be called?", "请填写原因：为什么不呼叫？")
    if not command.fields:
        return Sentence(
            "name at least one field, such as site=NAME: a silence over everything would hide everything",
            "请至少填写一项条件（如 site=名称）：全部静默会掩盖所有故障",
        )
    if command.until.tzinfo is None:
        return NO_OFFSET
    until_zh = plain_second(command.until.astimezone(world.rules.zone))
    if command.until <= now:
        return Sentence(f"{iso_second(command.until, world.rules.zone)} is past", f"{until_zh} 已过")
    if command.until - now > MAX_SILENCE:
        until = iso_second(command.until, world.rules.zone)
        return Sentence(
            f"{until} is more than {MAX_SILENCE.days} days away: set it anew when that is over",
            f"{until_zh} 在 {MAX_SILENCE.days} 天以后：请到期后再设置",
        )
    return _refusal_of_fields(world, command.fields)


def _refusal_of_fields(world: World, fields: Mapping[str, str]) -> Refusal:
    inventory = world.rules.inventory
    labels = {label for device in inventory.devices.values() for label in device.labels}
    values: dict[str, set[str]] = {
        "device": set(inventory.devices),
        "site": set(inventory.sites),
        "contract": set(world.rules.contracts),
        "kind": {kind.value for kind in Kind},
        "severity": {one.value for one in Severity},
    }
    for name, value in fields.items():
        if name not in OWN_FIELDS and name not in labels:
            return _no_field(name, labels)
        known = values.get(name)
        if known is None and (value != visible(value) or not 0 < len(value) <= MAX_VALUE_LENGTH):
            return Sentence(
                f"{name}: a value of 1 to {MAX_VALUE_LENGTH} characters that can be seen is needed",
                f"“{named(SILENCE_FIELDS, name, 'zh')}”须为 1 至 {MAX_VALUE_LENGTH} 个可见字符",
            )
        if known is not None and value not in known:
            return _no_value(name, value, known)
    return ""


def _no_field(name: str, labels: Collection[str]) -> Sentence:
    known = [*OWN_FIELDS, *labels]
    hint = nearest(name, known) or f"{', '.join(OWN_FIELDS)}, or a label of the inventory"
    hint_zh = nearest(name, known, language="zh") or f"{'、'.join(OWN_FIELDS)}，或清单中的标签"
    return Sentence(f"no incident has a field {shown(name)} ({hint})", f"事件没有字段 {shown(name)}（{hint_zh}）")


def _no_value(name: str, value: str, known: Collection[str]) -> Sentence:
    hint, hint_zh = nearest(value, known), nearest(value, known, language="zh")
    return Sentence(
        f"there is no {name} {shown(value)}" + (f" ({hint})" if hint else ""),
        f"没有{named(SILENCE_FIELDS, name, 'zh')} {shown(value)}" + (f"（{hint_zh}）" if hint_zh else ""),
    )


def _next_name(decision: Decision) -> SilenceId:
    """By the time in the root's zone, so that it names it for ever though silences that are over are forgotten."""
    at = decision.now.astimezone(decision.world.rules.zone)
    stem, number = f"s-{at:%Y%m%d-%H%M%S}", 1
    name = SilenceId(stem)
    while name in decision.world.paging.silences:
        number += 1
        name = SilenceId(f"{stem}-{number}")
    return name
