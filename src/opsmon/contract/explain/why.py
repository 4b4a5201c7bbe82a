"""Why a clock is due when it is, step by step, for a person who has to argue about it months later.

Promises: every step names the rule or the day that made it, in English and in Chinese; the last step is the moment that
the clock itself carries, reckoned by the same functions.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby

from opsmon.contract.calendar.calendar import ONE_DAY, Calendar, Day, DayKind
from opsmon.contract.calendar.limit import Limit, Unit, due_of, unrolled_last_day
from opsmon.contract.calendar.window import Window
from opsmon.contract.clock.sla_clock import SlaClock
from opsmon.contract.clock.start import NOT_TOLD
from opsmon.contract.term import Clause, Contract, Interpretation, Mode, Variant
from opsmon.contract.words import end_words, fact_words, limit_words
from opsmon.model.incident import FactType
from opsmon.text.bilingual import Text, joined
from opsmon.text.duration import spoken_length
from opsmon.text.time import day_words, days_words, time_words
from opsmon.text.vocabulary import DAY_KINDS

MAX_STRETCHES = 8  # of a limit that stands still again and again, the first ones are told
OWN_MESSAGE = Text("our own message", "我方消息送达")


def why(contract: Contract, calendar: Calendar, clock: SlaClock) -> Text:
    """The reckoning of one clock in words."""
    clause = next(one for one in contract.clauses if one.id == clock.clause)
    variant = clause.variants[clock.variant]
    steps = [_start_step(clause, clock, calendar), *_regime_steps(variant, calendar, clock)]
    steps += explain_limit(variant.limit, clock.starts_at, calendar, variant.runs)
    steps += list(_reading_steps(variant, clock, calendar))
    steps += [Text(f"provisional: {doubt.en}", f"暂定：{doubt.zh}") for doubt in clock.doubts]
    return joined([step for step in steps if step])


def _start_step(clause: Clause, clock: SlaClock, calendar: Calendar) -> Text:
    at = time_words(clock.starts_at, calendar.zone)
    fact = OWN_MESSAGE if NOT_TOLD in clock.doubts else fact_words(clock.counted_from)
    if clock.counted_from is None:
        names = ", ".join(clause.breach_of)
        return Text(f"counts from the breach of {names} at {at.en}", f"自{names}超时（{at.zh}）起算")
    return Text(f"counts from {fact.en} at {at.en}", f"自{fact.zh}（{at.zh}）起算")


def _regime_steps(variant: Variant, calendar: Calendar, clock: SlaClock) -> Iterator[Text]:
    regime = variant.regime
    if regime is None:
        return
    moment = clock.counted_from if clock.counted_from is FactType.DETECTED else regime.judged_at
    fact = fact_words(moment or clock.counted_from)
    side, side_zh = ("outside", "之外") if regime.window.outside else ("inside", "之内")
    title = regime.window.title
    yield Text(f"{fact.en} was {side} {title.en}", f"{fact.zh}时在{title.in_('zh')}{side_zh}")


def explain_limit(limit: Limit, start: datetime, calendar: Calendar, runs: Window | None) -> list[Text]:
    """How the limit was counted from `start` to its end."""
    head, at = limit_words(limit), time_words(start, calendar.zone)
    if limit.unit.is_elapsed:
        return list(_elapsed_steps(limit, start, calendar, runs))
    en, zh = f"{head.en} from {at.en}", f"自{at.zh}起{head.zh}"
    steps = list(_workday_steps(limit, start, calendar)) if limit.unit is Unit.WORKDAY else list(
        _date_steps(limit, start, calendar)
    )  # fmt: skip
    first = Text(f"{en}: {steps[0].en}", f"{zh}：{steps[0].zh}")
    return [first, *steps[1:], end_words(limit)]


def _elapsed_steps(limit: Limit, start: datetime, calendar: Calendar, runs: Window | None) -> Iterator[Text]:
    head = limit_words(limit)
    due = time_words(due_of(limit, start, calendar, runs), calendar.zone)
    if runs is None:
        yield Text(f"{head.en} around the clock: {due.en}", f"{head.zh}，昼夜连续计算：{due.zh}")
        return
    yield Text(f"{head.en} counted in {runs.title.en}", f"{head.zh}，仅计{runs.title.in_('zh')}")
    yield from _stretches(limit, start, calendar, runs)
    yield Text(f"due {due.en}", f"截止{due.zh}")


def _stretches(limit: Limit, start: datetime, calendar: Calendar, runs: Window) -> Iterator[Text]:
    left = limit.elapsed
    for told, (first, last) in enumerate(_joined_spans(runs, calendar, start)):
        if told == MAX_STRETCHES:
            yield Text("and so on", "以此类推")
            return
        end = min(last, first + left)
        opens, closes = time_words(first, calendar.zone), time_words(end, calendar.zone)
        length = spoken_length(end - first)
        yield Text(f"{opens.en} to {closes.en} is {length.en}", f"{opens.zh}至{closes.zh}计{length.zh}")
        left -= end - first
        if not left:
            return
        yield Text("then it stands still", "其后停止计时")


def _joined_spans(runs: Window, calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open stretches, with those that touch at midnight made one."""
    held: tuple[datetime, datetime] | None = None
    for span in runs.open_spans(calendar, start):
        if held is not None and held[1] == span[0]:
            held = (held[0], span[1])
            if (held[1] - held[0]).days < 31:
                continue
            yield held
            held = None
            continue
        if held is not None:
            yield held
        held = span


def _workday_steps(limit: Limit, start: datetime, calendar: Calendar) -> Iterator[Text]:
    yield Text("day of start left out", "起算当日不计")
    day, counted = calendar.local_date(start), 0
    while counted < limit.amount:
        last = calendar.next_workday(day)
        yield from _rest_steps(day + ONE_DAY, last - ONE_DAY, calendar)
        counted += 1
        if counted in (1, limit.amount):
            yield _counted_step(last, counted, calendar)
        day = last


def _counted_step(day: date, counted: int, calendar: Calendar) -> Text:
    words = day_words(day)
    made_up = calendar.day(day).kind is DayKind.MAKE_UP
    en, zh = (", a make-up workday,", "（调休上班）") if made_up else ("", "")
    return Text(f"{words.en}{en} is day {counted}", f"{words.zh}{zh}为第{counted}个工作日")


def _date_steps(limit: Limit, start: datetime, calendar: Calendar) -> Iterator[Text]:
    first = calendar.local_date(start)
    last = unrolled_last_day(limit, first)
    words = day_words(last)
    if limit.unit is Unit.DAY:
        yield Text("day of start left out", "起算当日不计")
        yield Text(f"{words.en} is day {limit.amount}", f"{words.zh}为第{limit.amount}日")
    else:
        yield Text(f"the corresponding day is {words.en}", f"对应日为{words.zh}")
    if limit.rolls and not calendar.is_workday(last):
        moved = calendar.next_workday(last)
        yield from _rest_steps(last, moved - ONE_DAY, calendar)
        on = day_words(moved)
        yield Text(f"a rest day, moved to {on.en}", f"遇休息日顺延至{on.zh}")


def _rest_steps(first: date, last: date, calendar: Calendar) -> Iterator[Text]:
    """Each run of rest days of one kind between two dates, both included."""
    days = [first + offset * ONE_DAY for offset in range((last - first).days + 1)]
    for what, run in groupby(days, key=calendar.day):
        listed = list(run)
        dates, name = days_words(listed[0], listed[-1]), _day_name(what)
        yield Text(f"{dates.en} {name.en}", f"{dates.zh}{name.in_('zh')}")


def _day_name(day: Day) -> Text:
    return day.name if day.name else DAY_KINDS[day.kind]


def _reading_steps(variant: Variant, clock: SlaClock, calendar: Calendar) -> Iterator[Text]:
    if NOT_TOLD in clock.doubts:
        yield Text("warns, and judges only once a person has told of it", "先行预警；有人报修或通知后方计入考核")
    elif clock.mode is Mode.WARNED:
        yield Text("the stricter reading alone: it warns and does not judge", "仅按从严理解适用：只预警，不考核")
    elif clock.mode is Mode.DISPUTED:
        yield Text("disputed: it applies under one reading only", "有争议：仅按一种理解适用")
    if clock.mode in (Mode.JUDGED, Mode.PROVISIONAL) and clock.strict_due_at is not None:
        at = time_words(clock.strict_due_at, calendar.zone)
        yield Text(f"warned by the stricter reading: due {at.en}", f"从严理解截止{at.zh}，据此预警")
        yield from _strict_steps(variant.strict, clock, calendar)


def _strict_steps(strict: Interpretation | None, clock: SlaClock, calendar: Calendar) -> Iterator[Text]:
    """How the stricter reading was counted; where it counts from another fact, that is said and its end is enough."""
    if strict is None:
        return
    if strict.counts_from:
        facts = [fact_words(fact) for fact in strict.counts_from]
        limit = limit_words(strict.limit)
        en, zh = " or ".join(one.en for one in facts), "或".join(one.in_("zh") for one in facts)
        yield Text(f"{limit.en} counted from {en}", f"自{zh}起{limit.in_('zh')}")
        return
    yield from explain_limit(strict.limit, clock.starts_at, calendar, strict.runs)
