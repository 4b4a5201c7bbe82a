"""One line of a message to people on call: mark and state, where, what, since when, which clause is due when, who has
it, the number of the call, and one link.

What is ours stands as it is; every word of a device or a person goes through the escape of the kind of channel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from opsmon.notify.message import Escape
from opsmon.notify.notice import Notice, Urgency
from opsmon.text.count import counted
from opsmon.text.duration import length_words
from opsmon.text.page_words import CALL_REASONS
from opsmon.text.vocabulary import ENDINGS, TARGETS, named

_MARKS = {
    Urgency.EMERGENCY: ("‼", "紧急故障", "EMERGENCY"),
    Urgency.BREACHED: ("✖", "已超时", "BREACHED"),
    Urgency.AT_RISK: ("▲", "将超时", "AT RISK"),
    Urgency.FIRST_PAGE: ("●", "故障", "FAULT"),
    Urgency.FURTHER_PAGE: ("●", "故障未接单", "NOT TAKEN"),
    Urgency.REMINDER: ("●", "故障仍在", "STILL FAULTY"),
    Urgency.RESOLVED: ("✔", "已恢复", "RECOVERED"),
    Urgency.HANDOVER: ("☎", "值班", "ON CALL"),
    Urgency.TEST: ("☑", "测试", "TEST"),
}
_DUE = ("◷", "到期", "DUE")  # of a task or a silence: nobody is called, something ends
_NOTE = ("◷", "提示", "NOTE")  # of a silence that is over, of a month that is nearly used up
_IN_DAYS_S = 48 * 3_600  # a longer time is no countdown: it is said in days
_CALLS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HINDRANCES = {
    "down": ("不可用", "is down"),
    "throttled": ("受限", "is throttled"),
    "late": ("未及时送达", "did not take it in time"),
    "refused": ("拒收", "refused it"),
    "removed": ("已移除", "was taken out"),
}


@dataclass(frozen=True, slots=True)
class PageVoice:
    """`language` is that of the reader (`zh` or `en`), `zone` that of the times; `link(notice)` is where the incident
    is shown, "" for none; `escape` is the kind's."""

    language: str
    zone: tzinfo
    escape: Escape
    link: Callable[[Notice], str]

    def say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en


def line_of(notice: Notice, voice: PageVoice, now: datetime) -> str:
    """The line, as of `now`; without a break."""
    parts = [
        _heading(notice, voice, now),
        _what(notice, voice, now),
        _clause(notice, voice, now),
        _holder(notice, voice, now),
        named(CALL_REASONS, notice.reason, voice.language) if notice.reason and notice.firing else "",
        _affected(notice, voice),
        _instead(notice, voice),
        _reference(notice, voice),
    ]
    return voice.say("｜", " | ").join(part for part in parts if part)


def brief_line_of(notice: Notice, voice: PageVoice, now: datetime) -> str:
    """The least that names a fault, where many have to have room: mark, where, what, since when, number."""
    number = f"#{voice.escape(notice.incident)}" if notice.incident else ""
    mark = _heading(notice, voice, now) if notice.urgency < Urgency.FIRST_PAGE else _mark(notice)
    fault, site = voice.escape(notice.fault.in_(voice.language)), voice.escape(notice.site)
    return " ".join(part for part in (mark, site, fault, _brief_span(notice, voice, now), number) if part)


def _brief_span(notice: Notice, voice: PageVoice, now: datetime) -> str:
    moments = (notice.since, notice.until)
    return "–".join(short_time(moment, now, voice.zone) for moment in moments if moment is not None)


def _mark(notice: Notice) -> str:
    is_doubtful = notice.urgency is Urgency.RESOLVED and notice.ended not in ("", "recovered")
    return "◌" if is_doubtful else _signs(notice)[0]


def _heading(notice: Notice, voice: PageVoice, now: datetime) -> str:
    mark = _mark(notice)
    words = voice.say(*_signs(notice)[1:])
    if mark == "◌":
        words = named(ENDINGS, notice.ended, voice.language)
    left = _left(notice, voice, now) if notice.firing else ""
    return " ".join(part for part in (mark, words, left) if part)


def _signs(notice: Notice) -> tuple[str, str, str]:
    """The mark and its words; what is told of no incident is a hand-over, something that is due, or
    something to know."""
    if notice.urgency is not Urgency.HANDOVER or notice.since is not None:
        return _MARKS[notice.urgency]
    return _NOTE if notice.due_at is None else _DUE


def _left(notice: Notice, voice: PageVoice, now: datetime) -> str:
    """`00:02:41`, with a sign where it is over, `32d8h` where it is far away; "" where nothing is due."""
    if notice.due_at is None:
        return ""
    seconds = int((notice.due_at - now).total_seconds())
    if abs(seconds) >= _IN_DAYS_S:
        return f"{'-' if seconds < 0 else ''}{length_words(abs(seconds), voice.language)}"
    hours, rest = divmod(abs(seconds), 3_600)
    return f"{'-' if seconds < 0 else ''}{hours:02}:{rest // 60:02}:{rest % 60:02}"


def _what(notice: Notice, voice: PageVoice, now: datetime) -> str:
    fault = voice.escape(notice.fault.in_(voice.language))
    where = f"{voice.escape(notice.site)} {fault}" if notice.site else fault
    return f"{where}{_span(notice, voice, now)}"


def _span(notice: Notice, voice: PageVoice, now: datetime) -> str:
    """Since when; of what is over, from when until when."""
    if notice.since is None:
        return ""
    began = short_time(notice.since, now, voice.zone)
    if notice.urgency is Urgency.HANDOVER:
        until = "" if notice.until is None else f"→ {short_time(notice.until, now, voice.zone)}"
        return until and voice.say(f"（{until}）", f" ({until})")
    if notice.until is not None:
        ended = short_time(notice.until, now, voice.zone)
        return voice.say(f"（{began}–{ended}，已结束）", f" ({began}–{ended}, over)")
    if notice.urgency is Urgency.REMINDER or notice.call > 1:
        lasted = length_words((now - notice.since).total_seconds(), voice.language)
        return voice.say(f"（{began} 起，已 {lasted}）", f" (since {began}, for {lasted})")
    return voice.say(f"（{began} 起）", f" (since {began})")


def _clause(notice: Notice, voice: PageVoice, now: datetime) -> str:
    if not notice.clause or not notice.firing:
        return ""
    what = f"{voice.escape(notice.clause)} {named(TARGETS, notice.target, voice.language)}".strip()
    due = "" if notice.due_at is None else f" ≤ {_seconds_time(notice.due_at, now, voice.zone)}"
    doubt = voice.say("（暂定）", " (provisional)") if notice.provisional else ""
    return f"{what}{due}{doubt}"


def _holder(notice: Notice, voice: PageVoice, now: datetime) -> str:
    if not notice.firing or not notice.incident:
        return ""
    if not notice.holder:
        return voice.say("无人接单", "nobody has it")
    by = voice.escape(notice.holder_title.in_(voice.language) or notice.holder)
    if notice.held_since is None:
        return voice.say(f"{by} 已接单", f"{by} has it")
    at = short_time(notice.held_since, now, voice.zone)
    return voice.say(f"{by} 已于 {at} 接单", f"{by} has it since {at}")


def _affected(notice: Notice, voice: PageVoice) -> str:
    if not notice.affected or not notice.firing:
        return ""
    return voice.say(f"影响 {notice.affected} 台", f"{counted(notice.affected, 'devices')} behind it")


def _instead(notice: Notice, voice: PageVoice) -> str:
    """By which way it did not go, and why."""
    if not notice.instead_of:
        return ""
    channel = voice.escape(notice.instead_of)
    zh, en = _HINDRANCES.get(notice.why, ("未能送达", "could not"))
    return voice.say(f"因 {channel} {zh}，改由此发送", f"sent here since {channel} {en}")


def _reference(notice: Notice, voice: PageVoice) -> str:
    if not notice.incident:
        return voice.link(notice)
    call = _call_number(notice, voice) if notice.firing else ""
    return " ".join(part for part in (f"#{voice.escape(notice.incident)}", call, voice.link(notice)) if part)


def _call_number(notice: Notice, voice: PageVoice) -> str:
    if notice.call < 1:
        return ""
    if notice.call <= len(_CALLS):
        return _CALLS[notice.call - 1]
    return voice.say(f"第 {notice.call} 次", f"call {notice.call}")


def short_time(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """`09:41`, with the day where it is another than today."""
    return _as_of(moment, now, zone, "%H:%M")


def _seconds_time(moment: datetime, now: datetime, zone: tzinfo) -> str:
    return _as_of(moment, now, zone, "%H:%M:%S")


def _as_of(moment: datetime, now: datetime, zone: tzinfo, form: str) -> str:
    local, today = moment.astimezone(zone), now.astimezone(zone)
    return local.strftime(form if local.date() == today.date() else f"%m-%d {form}")
