"""What people read in a notification: one line that says it all, in Chinese or English."""

from datetime import datetime
from zoneinfo import ZoneInfo

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.incident.incident import Incident
from opsmon.model.event import ClockChanged
from opsmon.notify.voice import Voice

_HEADINGS = {
    "zh": {
        (AlertKind.INCIDENT, AlertStatus.FIRING): "故障",
        (AlertKind.INCIDENT, AlertStatus.RESOLVED): "恢复",
        (AlertKind.AT_RISK, AlertStatus.FIRING): "即将超时",
        (AlertKind.AT_RISK, AlertStatus.RESOLVED): "不再临近超时",
        (AlertKind.BREACHED, AlertStatus.FIRING): "已超时",
        (AlertKind.BREACHED, AlertStatus.RESOLVED): "超时事项已了结",
    },
    "en": {
        (AlertKind.INCIDENT, AlertStatus.FIRING): "Fault",
        (AlertKind.INCIDENT, AlertStatus.RESOLVED): "Recovered",
        (AlertKind.AT_RISK, AlertStatus.FIRING): "Target at risk",
        (AlertKind.AT_RISK, AlertStatus.RESOLVED): "Target no longer at risk",
        (AlertKind.BREACHED, AlertStatus.FIRING): "Target breached",
        (AlertKind.BREACHED, AlertStatus.RESOLVED): "Breached target settled",
    },
}


def summary_of(notify: Notify, voice: Voice) -> str:
    """One line: what, where, since when; of a clock also the clause and when it is due."""
    heading = _HEADINGS[voice.language][notify.alert, notify.status]
    incident = notify.incident
    subject = f" {incident.subject}" if incident.subject else ""
    where = f"{incident.site} {incident.device}{subject} {incident.condition}"
    if notify.clock is None:
        return f"[{heading}] {where}{_since(incident, voice)}{_affected(incident, voice)}"
    return f"[{heading}] {where}{_due(notify.clock, voice)}"


def _since(incident: Incident, voice: Voice) -> str:
    began = _local(incident.starts_at, voice.timezone)
    return f"，自 {began}" if voice.language == "zh" else f", since {began}"


def _affected(incident: Incident, voice: Voice) -> str:
    count = len(incident.affected)
    if not count:
        return ""
    return f"，影响下级设备 {count} 台" if voice.language == "zh" else f", {count} devices behind it affected"


def _due(clock: ClockChanged, voice: Voice) -> str:
    """A clock that only warns is due by its stricter reading."""
    due_at = clock.due_at or clock.strict_due_at
    due = "" if due_at is None else _local(due_at, voice.timezone)
    if voice.language == "zh":
        return f"：{clock.contract} {clock.clause} {clock.target}{due and '，时限 ' + due}"
    return f": {clock.contract} {clock.clause} {clock.target}{due and ', due ' + due}"


def _local(moment: datetime, timezone: ZoneInfo) -> str:
    return moment.astimezone(timezone).strftime("%Y-%m-%d %H:%M:%S%z")
