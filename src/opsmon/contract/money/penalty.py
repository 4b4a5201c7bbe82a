"""What breaches cost: a range in CNY for each, with the clause, the reading and the arithmetic.

Promises: an estimate never judges. The least is what is owed under the reading kindest to the contractor, the most
under the sternest; one outcome (an arrival, a resolve) is not penalised twice under one rule. Where several estimates
fall on one incident, the least is the largest single one and the most their sum (Civil Code 585 allows a reduction).

Days late are calendar days: dates counted, the day of the limit left out (Civil Code 201); where counting started
24-hour days gives more, that is the upper end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.contract.clock.start import NOT_REPORTED
from opsmon.contract.money.budget import BudgetUse, month_due
from opsmon.contract.term import Mode, Target
from opsmon.model.event import ClockState
from opsmon.model.name import ClauseId, IncidentId
from opsmon.text.bilingual import Text, joined
from opsmon.text.count import counted

FEN = Decimal("0.01")
DAY = timedelta(days=1)
UNDER_ONE_READING = Text("owed under one reading only, so nothing at the least", "仅按一种理解应付，故最少为零")
NOBODY_REPORTED = Text("nobody has reported it, so nothing at the least", "尚无人报修，故最少为零")
STILL_OPEN = Text("still open, counted to now", "尚未完成，计算至当前")
PROVISIONAL = Text("provisional: the due time may still change", "暂定：时限仍可能变化")


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`: shares (0.001 is 0.1 %) or CNY."""

    least: Decimal
    most: Decimal

    def __add__(self, other: "Range") -> "Range":
        return Range(self.least + other.least, self.most + other.most)


NOTHING = Range(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Basis:
    """What a share is taken of, in CNY; `services` where it depends on the service that is late."""

    amount: Range
    services: Mapping[str, Range] = field(default_factory=dict)

    def of(self, service: str | None) -> Range:
        return self.services.get(service or "", self.amount)


@dataclass(frozen=True, slots=True)
class PenaltyStep:
    """Of the faults beyond `over`: `each` costs its share, or all together cost `once`."""

    over: int
    each: Range | None = None
    once: Range | None = None


@dataclass(frozen=True, slots=True)
class RefusalRule:
    """From more than `after_days` late on it counts as refused, and costs `share` in place of the days."""

    after_days: int
    share: Range


@dataclass(frozen=True, slots=True)
class PenaltyRule:
    """One sentence on money. Exactly one of `budget`, `clauses` and neither (then only people can judge it).

    `share` is once a breach, `per_day` for each day late. `disputed`: it applies under one reading only, so that the
    least is nothing. `at_most` is a share of the basis that a sum of days does not pass.
    """

    source: str
    what: Text
    basis: Basis
    clauses: tuple[ClauseId, ...] = ()
    budget: ClauseId | None = None
    share: Range | None = None
    per_day: Range | None = None
    refused: RefusalRule | None = None
    at_most: Decimal | None = None
    steps: tuple[PenaltyStep, ...] = ()
    disputed: bool = False
    interpretation: Text | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """Something that came late or has not come: a clock of an incident, or a dated obligation (`incident` None).

    `outcome` is what was owed; of several delays of one outcome a rule takes one. `ended_at` None: still owed.
    """

    clause: ClauseId
    outcome: str
    due_at: datetime
    ended_at: datetime | None
    incident: IncidentId | None = None
    service: str | None = None
    disputed: bool = False
    provisional: bool = False
    unreported: bool = False  # counted from our detection, and cancelled if the fault is resolved before any report


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one breach may cost. `month`, its first day, is given where there is no incident: of a budget or a task."""

    clause: ClauseId
    source: str
    cny: Range
    why: Text
    incident: IncidentId | None = None
    month: date | None = None


def delay_of(clock: SlaClock, service: str | None, now: datetime, over_at: datetime | None = None) -> Delay | None:
    """The delay of a clock that is breached or met late at `now`; None for every other. Nothing but a paper is late any
    longer than the fault lasted, which was over at `over_at`."""
    if clock.due_at is None or state_at(clock, now) not in (ClockState.BREACHED, ClockState.MET_LATE):
        return None
    over = over_at if clock.target is not Target.REPORT else None
    ends = [max(at, clock.due_at) for at in (clock.met_at, clock.over_at, over) if at is not None and at <= now]
    return Delay(
        clock.clause, clock.target.value, clock.due_at, min(ends, default=None), clock.incident, service,
        disputed=clock.mode is Mode.DISPUTED, provisional=clock.provisional,
        unreported=NOT_REPORTED in clock.doubts,
    )  # fmt: skip


def days_late(due: datetime, end: datetime, calendar: Calendar) -> tuple[int, int]:
    """Dates after the day of the limit, and the 24-hour days that have begun if those are more."""
    last_day = calendar.local_date(due - timedelta(microseconds=1))
    dates = max(0, (calendar.local_date(end) - last_day).days)
    started = max(0, -((due - end) // DAY))
    return dates, max(dates, started)


def estimate_delays(
    rules: Iterable[PenaltyRule], delays: Iterable[Delay], now: datetime, calendar: Calendar
) -> tuple[Estimate, ...]:
    """What the delays cost, each outcome once under each rule, in the order of the rules."""
    listed, found = list(delays), []
    for rule in rules:
        by_outcome: dict[tuple[object, ...], list[Delay]] = {}
        for delay in listed:
            if delay.clause in rule.clauses:
                alone = delay.due_at if delay.incident is None else None
                by_outcome.setdefault((delay.incident, delay.outcome, alone), []).append(delay)
        for same in by_outcome.values():
            found.append(max((_estimate(rule, one, now, calendar) for one in same), key=_weight))
    return tuple(found)


def _weight(estimate: Estimate) -> tuple[Decimal, Decimal]:
    return estimate.cny.least, estimate.cny.most


def estimate_budget(rules: Iterable[PenaltyRule], use: BudgetUse) -> tuple[Estimate, ...]:
    """What a month's faults cost beyond the budget; the milder reading of a single device costs nothing by itself."""
    if not use.is_judged:
        return ()
    estimates = (_of_budget(rule, use) for rule in rules if rule.budget == use.clause)
    return tuple(one for one in estimates if one is not None)


def total_of(estimates: Iterable[Estimate]) -> Range:
    """Several on one incident: the least is the largest single one, the most their sum."""
    listed = list(estimates)
    return Range(
        max((one.cny.least for one in listed), default=Decimal(0)), sum((one.cny.most for one in listed), Decimal(0))
    )


def _estimate(rule: PenaltyRule, delay: Delay, now: datetime, calendar: Calendar) -> Estimate:
    basis = rule.basis.of(delay.service)
    least_days, most_days = days_late(delay.due_at, delay.ended_at or now, calendar)
    least, least_words = _cost(rule, basis.least, least_days, stern=False)
    most, most_words = _cost(rule, basis.most, most_days, stern=True)
    doubtful = rule.disputed or delay.disputed
    owed = not (doubtful or delay.unreported)
    cny = Range(_rounded(least) if owed else Decimal(0), _rounded(most))
    reckoning = _between(least_words, most_words) if owed and least_words != most_words else most_words
    notes = [note for note, holds in (
        (UNDER_ONE_READING, doubtful), (NOBODY_REPORTED, delay.unreported),
        (STILL_OPEN, delay.ended_at is None), (PROVISIONAL, delay.provisional),
    ) if holds]  # fmt: skip
    month = None if delay.incident is not None else month_due(delay.due_at, calendar)
    return Estimate(delay.clause, rule.source, cny, _why(rule, [reckoning, *notes]), delay.incident, month)


def _cost(rule: PenaltyRule, basis: Decimal, days: int, *, stern: bool) -> tuple[Decimal, Text]:
    """The cost on one side of the range, and its arithmetic in words."""
    if rule.refused is not None and days > rule.refused.after_days:
        share = _side(rule.refused.share, stern=stern)
        of = f"{_percent(share)} of {_cny(basis)}"
        zh = f"逾期{days}日视为拒绝履行，{_yuan(basis)} 的 {_percent(share)}"
        return basis * share, Text(f"{counted(days, 'days')} late count as refused, {of}", zh)
    if rule.per_day is None:
        share = _side(rule.share or NOTHING, stern=stern)
        return basis * share, _share_words(share, basis)
    share = _side(rule.per_day, stern=stern)
    cost = basis * share * days
    if rule.at_most is not None and cost > basis * rule.at_most:
        cap = _share_words(rule.at_most, basis)
        return basis * rule.at_most, Text(
            f"{counted(days, 'days')} late, at most {cap.en}", f"逾期{days}日，不超过 {cap.zh}"
        )
    each = _share_words(share, basis)
    return cost, Text(f"{days} x {each.en}", f"{days} 日 × {each.zh}")


def _of_budget(rule: PenaltyRule, use: BudgetUse) -> Estimate | None:
    cost, words, amount = NOTHING, [Text(counted(use.used, "faults"), f"故障 {use.used} 次")], rule.basis.amount
    for step in rule.steps:
        over = use.used - step.over
        share = step.each or step.once
        if over <= 0 or share is None:
            continue
        times = over if step.each is not None else 1
        cost += Range(amount.least * share.least * times, amount.most * share.most * times)
        words.append(_step_words(step, times, _shares(share), amount.most))
    if len(words) == 1:
        return None
    cny = Range(_rounded(cost.least), _rounded(cost.most))
    return Estimate(use.clause, rule.source, cny, _why(rule, words), month=use.month)


def _step_words(step: PenaltyStep, times: int, shares: str, amount: Decimal) -> Text:
    cny, yuan = _cny(amount), _yuan(amount)
    if step.each is not None:
        return Text(
            f"{times} beyond {step.over} x {shares} of {cny}",
            f"超过 {step.over} 次的 {times} 次 × {yuan} 的 {shares}",
        )
    return Text(f"more than {step.over}: once {shares} of {cny}", f"超过 {step.over} 次：另计 {yuan} 的 {shares}")


def _why(rule: PenaltyRule, parts: list[Text]) -> Text:
    reading = [rule.interpretation] if rule.interpretation is not None else []
    told = joined([*parts, *reading])
    return Text(f"{rule.what.en}: {told.en}", f"{rule.what.in_('zh')}：{told.in_('zh')}")


def _between(least: Text, most: Text) -> Text:
    return Text(
        f"{least.en} at the least, {most.en} at the most",
        f"最少 {least.zh}，最多 {most.zh}",
    )


def _share_words(share: Decimal, basis: Decimal) -> Text:
    return Text(f"{_percent(share)} of {_cny(basis)}", f"{_yuan(basis)} 的 {_percent(share)}")


def _side(share: Range, *, stern: bool) -> Decimal:
    return share.most if stern else share.least


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def _shares(share: Range) -> str:
    return _percent(share.most) if share.least == share.most else f"{_percent(share.least)} to {_percent(share.most)}"


def _cny(amount: Decimal) -> str:
    return f"{amount:,.0f} CNY" if amount == amount.to_integral_value() else f"{amount:,.2f} CNY"


def _yuan(amount: Decimal) -> str:
    return _cny(amount).replace("CNY", "元")


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)
