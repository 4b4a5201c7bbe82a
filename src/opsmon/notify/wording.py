"""What people read in a notification: one line that says it all, in Chinese or English."""

from datetime import datetime
from zoneinfo import ZoneInfo

from opsmon.engine.effect import AlertStatus, Notify
from opsmon.incident.incident import Incident
from opsmon.model.event import ClockChanged, DeviceState
from opsmon.model.incident import FactType
from opsmon.notify.ending import ending_afterword, ending_heading
from opsmon.notify.voice import Voice
from opsmon.state.wording import summary_of as condition_words
from opsmon.text.vocabulary import ALERTS, TARGETS, named

_STILL_CONTRADICTED = {
    "zh": "；已有人登记为已恢复，但监控仍可见故障",
    "en": "; somebody said that it is resolved, monitoring still sees it",
}
_STILL_REPORTED = {
    "zh": "；监控已看不到故障，待人员确认恢复",
    "en": "; monitoring sees no fault any more, it is over when a person says so",
}
_TAKES_ALONG = frozenset({DeviceState.DOWN, DeviceState.FLAPPING})


def summary_of(notify: Notify, voice: Voice) -> str:
    """One line: what, where, since when; of a clock the contract, the clause and when it is due."""
    over = notify.status is AlertStatus.RESOLVED
    heading = ending_heading(notify, voice.language) if over else ALERTS[notify.alert].in_(voice.language)
    incident = notify.incident
    site = voice.sites.get(incident.site, incident.site)
    if notify.clock is not None:
        return f"[{heading}] {site} {incident.device or incident.condition}{_due(notify.clock, voice)}"
    colon = "：" if voice.language == "zh" else ": "
    afterword = ending_afterword(notify, voice.language) if over else _still(incident, voice.language)
    told = f"{fault_words(incident, voice)}{_span(notify, voice)}{_affected(incident, voice)}"
    return f"[{heading}] {site}{colon}{told}{afterword}"


def _still(incident: Incident, language: str) -> str:
    """What to say of a fault of which people and monitoring disagree; "" where they do not."""
    if incident.is_contradicted:
        return _STILL_CONTRADICTED[language]
    was_seen = any(fact.type is FactType.DETECTED for fact in incident.standing)
    return _STILL_REPORTED[language] if was_seen and not incident.is_watched else ""


def fault_words(incident: Incident, voice: Voice) -> str:
    """The fault in the words of the conditions; the bare names where they have none."""
    for rule in voice.rulebook.rules:
        if rule.name == incident.condition:
            limits = voice.limits.get(incident.device, {})
            return condition_words(rule, incident.device, incident.subject, incident.value, limits, voice.language)
    wording = voice.rulebook.wording_of(incident.condition)
    if wording is None:
        return f"{incident.device} {incident.condition} {incident.subject}".strip()
    facts = {"device": incident.device, "subject": incident.subject, "detail": incident.detail}
    return wording.text(voice.language, facts)


def _span(notify: Notify, voice: Voice) -> str:
    """Since when; of what is over, until when."""
    began = _local(notify.incident.starts_at, voice.timezone)
    if notify.ends_at is None:
        return f"，自 {began} 起" if voice.language == "zh" else f", since {began}"
    ended = _local(notify.ends_at, voice.timezone)
    return f"，{began} 至 {ended}" if voice.language == "zh" else f", from {began} to {ended}"


def count_affected(incident: Incident, voice: Voice) -> int:
    """A dead device takes along what is behind it, whether or not each of them was found out already."""
    behind = voice.behind.get(incident.device, 0) if incident.is_watched and incident.state in _TAKES_ALONG else 0
    return max(len(incident.affected), behind)


def _affected(incident: Incident, voice: Voice) -> str:
    count = count_affected(incident, voice)
    if not count:
        return ""
    return f"，影响下级设备 {count} 台" if voice.language == "zh" else f", {count} devices behind it"


def _due(clock: ClockChanged, voice: Voice) -> str:
    """A clock that only warns is due by its stricter reading."""
    due_at = clock.due_at or clock.strict_due_at
    due = "" if due_at is None else _local(due_at, voice.timezone)
    if voice.language == "zh":
        target = named(TARGETS, clock.target, "zh")
        return f"：合同 {clock.contract} 第 {clock.clause} 条{target}{due and '，时限 ' + due}"
    return f": contract {clock.contract} {clock.clause} {clock.target}{due and ', due ' + due}"


def _local(moment: datetime, timezone: ZoneInfo) -> str:
    return moment.astimezone(timezone).strftime("%Y-%m-%d %H:%M:%S")
