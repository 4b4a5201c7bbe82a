"""From what the engine wants told to the facts of a notice; the words are made when it is packed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from opsmon.engine.effect import AlertStatus, Tell, TellOther
from opsmon.incident.incident import Incident
from opsmon.model.event import ClockChanged
from opsmon.model.incident import Severity
from opsmon.model.page import CallReason, ChannelNearlyUsed, ObligationTold, SilenceNews, SilenceWarned
from opsmon.model.roster import DutyChanged
from opsmon.notify.notice import Notice, Urgency
from opsmon.notify.words.voice import RenderContext
from opsmon.notify.words.wording import count_affected, fault_words
from opsmon.text.bilingual import Text

_BY_REASON = {
    CallReason.BREACHED: Urgency.BREACHED,
    CallReason.AT_RISK: Urgency.AT_RISK,
    CallReason.ACKNOWLEDGE_AT_RISK: Urgency.AT_RISK,
    CallReason.RESOLVED: Urgency.RESOLVED,
}
_SAID_REASONS = frozenset(  # of others the mark of the message says enough
    {
        CallReason.MISSED,
        CallReason.HOLD_ENDED,
        CallReason.GIVEN_BACK,
        CallReason.CHANNEL_BACK,
        CallReason.SILENCE_ENDED,
        CallReason.MAINTENANCE_ENDED,
        CallReason.QUIET_ENDED,
        CallReason.REOPENED,
    }
)
_SILENCE_NEWS = {
    SilenceNews.NEARLY_OVER: Text("silence nearly over", "静默即将结束"),
    SilenceNews.OVER: Text("silence over", "静默已结束"),
    SilenceNews.MATCHES_NOTHING: Text("silence has covered nothing for a day", "静默一天内未命中任何事件"),
}
_MAX_NAMED = 5
_TASK_STATES = {"at_risk": Text("task at risk", "任务将逾期"), "overdue": Text("task overdue", "任务已逾期")}


def notice_of(tell: Tell, voice: RenderContext) -> Notice:
    """The notice of an incident."""
    incident, clock = tell.incident, tell.clock or tell.nearest
    notice = Notice(
        urgency_of(tell),
        tell.status is AlertStatus.FIRING,
        tell.at,
        _fault(incident, voice),
        incident=incident.id,
        sequence=tell.sequence,
        people=tell.people,
        by=tell.by,
        site=voice.sites.get(incident.site, incident.site),
        since=incident.starts_at,
        until=None if tell.status is AlertStatus.FIRING else tell.at,
        ended=tell.ended or "",
        holder="" if tell.held is None else tell.held.by,
        held_since=None if tell.held is None else tell.held.since,
        call=tell.call,
        reason=tell.reason.value if tell.reason in _SAID_REASONS else "",
        affected=count_affected(incident, voice),
        emergency=incident.severity is Severity.EMERGENCY,
    )
    return notice if clock is None else _with_clock(notice, clock)


def _with_clock(notice: Notice, clock: ClockChanged) -> Notice:
    return replace(
        notice, clause=clock.clause, target=clock.target, due_at=clock.effective_due_at, provisional=clock.provisional
    )


def urgency_of(tell: Tell) -> Urgency:
    """How pressing it is, by its reason and how often people were called."""
    known = _BY_REASON.get(tell.reason)
    if known is Urgency.RESOLVED or tell.status is AlertStatus.RESOLVED:
        return Urgency.RESOLVED
    if tell.incident.severity is Severity.EMERGENCY:
        return Urgency.EMERGENCY
    if known is not None:
        return known
    if tell.call <= 1:
        return Urgency.FIRST_PAGE
    return Urgency.FURTHER_PAGE if tell.round <= 1 else Urgency.REMINDER


def _fault(incident: Incident, voice: RenderContext) -> Text:
    en, zh = (fault_words(incident, replace(voice, language=language)) for language in ("en", "zh"))
    return Text(en, zh)


def other_notice_of(tell: TellOther, title_of: Callable[[str], Text], voice: RenderContext) -> Notice:
    """The notice of what is no incident: all that it says is in `fault`. `title_of` is what a person is called."""
    notice = Notice(Urgency.HANDOVER, True, tell.at, Text(""), people=tell.people, by=tell.by)
    match tell.about:
        case SilenceWarned() as silence:
            is_over = silence.news is SilenceNews.OVER
            return replace(notice, fault=_of_silence(silence, title_of), due_at=None if is_over else silence.until)
        case ChannelNearlyUsed() as channel:
            return replace(notice, fault=_of_month(channel))
        case ObligationTold() as task:
            return replace(notice, fault=_of_task(task, voice), due_at=task.due_at)
        case DutyChanged() as duty:
            said = _of_duty(duty, tell.open_incidents, title_of, voice)
            return replace(notice, fault=said, since=duty.at, until=duty.until)


def _of_duty(
    about: DutyChanged, incidents: Sequence[str], title_of: Callable[[str], Text], voice: RenderContext
) -> Text:
    """With what is handed over in front: of many people the last are cut off, not the faults."""
    open_ = _of_open(incidents)
    who = [title_of(person) for person in about.people]
    shift = voice.shifts.get((about.rota, about.shift), Text(f"{about.rota} {about.shift}"))
    doubt = Text(" (provisional)", "（暂定）") if about.provisional else Text("")
    return Text(
        f"{open_.en}; on duty now, {shift.en}: {', '.join(one.en for one in who)}{doubt.en}",
        f"{open_.zh}；现由以下人员值班，{shift.in_('zh')}：{'、'.join(one.in_('zh') for one in who)}{doubt.zh}",
    )


def _of_open(incidents: Sequence[str]) -> Text:
    if not incidents:
        return Text("nothing open", "无未结束事件")
    named = " ".join(incidents[:_MAX_NAMED]) + (" …" if len(incidents) > _MAX_NAMED else "")
    return Text(f"{len(incidents)} open: {named}", f"未结束 {len(incidents)} 件：{named}")


def _of_silence(about: SilenceWarned, title_of: Callable[[str], Text]) -> Text:
    news, owner = _SILENCE_NEWS[about.news], title_of(about.owner)
    covers = " ".join(f"{name}={value}" for name, value in about.fields.items()) or about.silence
    return Text(
        f"{news.en}: {covers} (reason: {about.reason}; owner: {owner.en}; {about.silence})",
        f"{news.zh}：{covers}（原因：{about.reason}；负责人：{owner.in_('zh')}；{about.silence}）",
    )


def _of_month(about: ChannelNearlyUsed) -> Text:
    used = f"{about.used}/{about.per_month}"
    return Text(
        f"channel {about.channel} has used {used} messages of {about.month}: the last tenth is kept for what is urgent",
        f"通道 {about.channel} {about.month} 月用量已达 {used} 条，最后一成只发紧急消息",
    )


def _of_task(about: ObligationTold, voice: RenderContext) -> Text:
    state = _TASK_STATES.get(about.state, Text(about.state))
    named = voice.tasks.get((about.contract, about.obligation), Text(f"{about.contract} {about.obligation}"))
    part = "".join(f" {one}" for one in (about.service, about.part) if one)
    return Text(f"{state.en}: {named.en}{part}", f"{state.in_('zh')}：{named.in_('zh')}{part}")
