"""Duties of the days to come: holes, too few people, somebody in two places, somebody who is on leave."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from opsmon.contract.calendar.calendar import ONE_DAY
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.name import ContractId, PersonId, RotaName
from opsmon.oncall.lint.finding import MAX_TOLD_ALIKE, LintFinding
from opsmon.oncall.oncall_rules import Leave, OnCallRules
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import Duty, Post, Rota, on_duty, post_of
from opsmon.text.bilingual import Text
from opsmon.text.time import local_time

DUTY_TAKES_OFF = Text("`opsmon oncall override add` puts somebody in the place", "用 `opsmon oncall override add` 换人")


def duties_of(rota: Rota, overrides: Overrides, start: datetime, end: datetime) -> tuple[Duty, ...]:
    """Every duty that begins before `end`, from the one at `start` on, in the order of time."""
    found, at = [], start
    while at < end:
        duty = on_duty(rota, overrides, at)
        found.append(duty)
        if duty.until is None:
            break
        at = duty.until
    return tuple(found)


def holes(
    rota: Rota, duties: Sequence[Duty], contracts: Mapping[ContractId, ContractRules], end: datetime
) -> Iterator[LintFinding]:
    """Times at which nobody is on duty; of several the first ones, and how many more there are."""
    key = f"rotas.{rota.name}.shifts"
    found = [duty for duty in duties if not duty.people]
    for duty in found[:MAX_TOLD_ALIKE]:
        begin, until = duty.since or duties[0].since or end, duty.until
        period = _key_period(rota, contracts, begin, until or end)
        yield LintFinding("gap", key, _hole_words(rota, duty, period), _HOLE_HINT, duty.since)
    if len(found) > MAX_TOLD_ALIKE:
        more = len(found) - MAX_TOLD_ALIKE
        yield LintFinding("gap", key, Text(f"and {more} more such gaps", f"另有 {more} 处空档"), _HOLE_HINT)


_HOLE_HINT = Text(
    "a shift `on: daily` at the end of the list covers what is left", "在班次列表最后加一个 `on: daily` 的班次兜底"
)


def _hole_words(rota: Rota, duty: Duty, period: Text | None) -> Text:
    since = "…" if duty.since is None else local_time(duty.since, rota.calendar.zone)
    until = "…" if duty.until is None else local_time(duty.until, rota.calendar.zone)
    inside = (
        Text("", "")
        if period is None
        else Text(f", in the key period {period.en}", f"，处于重点时段“{period.in_('zh')}”")
    )
    return Text(
        f"nobody is on duty from {since} to {until}{inside.en}", f"{since} 至 {until} 无人值班{inside.in_('zh')}"
    )


def _key_period(
    rota: Rota, contracts: Mapping[ContractId, ContractRules], begin: datetime, end: datetime
) -> Text | None:
    """A key period of the contract that the time touches."""
    book = contracts.get(rota.contract) if rota.contract is not None else None
    sets = dict.fromkeys(name for names in book.periods.values() for name in names) if book is not None else {}
    day, last = rota.calendar.local_date(begin), rota.calendar.local_date(end)
    for _ in range(MAX_DAYS_OF_A_HOLE):
        for name in sets:
            if rota.calendar.period_spans(name, day):
                return rota.calendar.sets[name].title
        day += ONE_DAY
        if day > last:
            break
    return None


MAX_DAYS_OF_A_HOLE = 40


def too_few(rota: Rota, duties: Sequence[Duty]) -> Iterator[LintFinding]:
    """Shifts with fewer people than the contract wants, each people once."""
    numbers = {shift.name: number for number, shift in enumerate(rota.shifts)}
    seen: dict[tuple[str, tuple[PersonId, ...]], list[tuple[Duty, Post]]] = defaultdict(list)
    for duty in duties:
        for post in duty.posts:
            if len(post.people) < post.need:
                seen[post.shift, post.people].append((duty, post))
    for (shift, people), found in seen.items():
        duty, post = found[0]
        who, times = ", ".join(people) or "-", len(found)
        yield LintFinding(
            "too_few",
            f"rotas.{rota.name}.shifts.{numbers[shift]}",
            Text(
                f"{len(people)} instead of {post.need} on duty in {shift} ({who}), first on {post.day}, {times} in all",
                f"{shift} 班只有 {len(people)} 人（{who}），应有 {post.need} 人；首次 {post.day}，共 {times} 班",
            ),
            Text("add people to the crew, or correct `need`", "给该组补充人员，或修改 `need`"),
            duty.since,
        )


def twice_at_once(duties: Mapping[RotaName, Sequence[Duty]]) -> Iterator[LintFinding]:
    """A person who is on duty of two rotas at one time, once for each pair of shifts."""
    times: dict[PersonId, list[tuple[datetime, datetime, RotaName, Post]]] = defaultdict(list)
    for rota, of_rota in duties.items():
        for duty in of_rota:
            if duty.posts and duty.since is not None and duty.until is not None:
                for person in duty.posts[0].people:
                    times[person].append((duty.since, duty.until, rota, duty.posts[0]))
    told: dict[tuple[PersonId, RotaName, str, RotaName, str], None] = {}
    for person, spans in times.items():
        spans.sort(key=lambda one: one[:3])
        for number, (_, until, rota, post) in enumerate(spans):
            for since, _, other, elsewhere in spans[number + 1 :]:
                if since >= until:
                    break
                pair = person, rota, post.shift, other, elsewhere.shift
                if other != rota and pair not in told:
                    told[pair] = None
                    yield _twice(person, (rota, post), (other, elsewhere), since)


def _twice(person: PersonId, one: tuple[RotaName, Post], other: tuple[RotaName, Post], at: datetime) -> LintFinding:
    (rota, post), (elsewhere, second) = one, other
    shifts, first = f"{rota}/{post.shift}, {elsewhere}/{second.shift}", second.day
    return LintFinding(
        "twice_at_once",
        f"rotas.{elsewhere}.shifts",
        Text(
            f"{person} is on duty twice at once: {shifts}, first on {first}",
            f"{person} 同时值两个班：{shifts}，首次 {first}",
        ),
        Text("another person in one of the crews, or an override", "换掉其中一组的人员，或登记换班"),
        at,
    )


def on_leave(rules: OnCallRules, rota: Rota, duties: Sequence[Duty], today: date) -> Iterator[LintFinding]:
    """People who are on duty while they are away, and more leave than the contract allows."""
    for number, leave in enumerate(rules.leave):
        if leave.last < today or leave.person not in rota.people:
            continue
        posts = [post for duty in duties for post in duty.posts[:1] if leave.person in post.people]
        days = [post.day for post in posts if leave.first <= post.day <= leave.last]
        if days:
            text = Text(
                f"{leave.person} is on leave and on duty of {rota.name} on {_days(days)}",
                f"{leave.person} 请假期间在 {rota.name} 有班：{_days(days)}",
            )
            yield LintFinding("on_leave", f"leave.{number}", text, DUTY_TAKES_OFF)
    yield from _too_long(rules, rota, today)
    yield from _too_many(rules, rota, today)


def _days(days: Sequence[date]) -> str:
    unique = list(dict.fromkeys(days))
    told = ", ".join(str(day) for day in unique[:MAX_TOLD_ALIKE])
    return f"{told}, …" if len(unique) > MAX_TOLD_ALIKE else told


def _dates(leave: Leave) -> Iterator[date]:
    day = leave.first
    while day <= leave.last:
        yield day
        day += ONE_DAY


def _too_long(rules: OnCallRules, rota: Rota, today: date) -> Iterator[LintFinding]:
    limit = rota.leave.days_a_year
    taken: dict[tuple[PersonId, int], set[date]] = defaultdict(set)
    for number, leave in enumerate(rules.leave):
        if limit is None or leave.person not in rota.people:
            continue
        for day in _dates(leave):
            if rota.calendar.is_workday(day):
                taken[leave.person, day.year].add(day)
        for year in {leave.first.year, leave.last.year}:
            days = len(taken[leave.person, year])
            if days > limit and leave.last >= today:
                text = Text(
                    f"{leave.person} takes {days} workdays of leave in {year}, {limit} are allowed",
                    f"{leave.person} {year} 年请假 {days} 个工作日，限 {limit} 天",
                )
                yield LintFinding("leave_days", f"leave.{number}", text, _LEAVE_HINT)


def _too_many(rules: OnCallRules, rota: Rota, today: date) -> Iterator[LintFinding]:
    limit = rota.leave.people_at_once
    away: dict[date, set[PersonId]] = defaultdict(set)
    for number, leave in enumerate(rules.leave):
        if limit is None or leave.person not in rota.people:
            continue
        for day in _dates(leave):
            away[day].add(leave.person)
        crowded = [day for day in _dates(leave) if day >= today and len(away[day]) > limit]
        if crowded:
            many = len(away[crowded[0]])
            text = Text(
                f"{many} people are on leave on {crowded[0]}, {limit} may be at once",
                f"{crowded[0]} 有 {many} 人同时请假，限 {limit} 人",
            )
            yield LintFinding("leave_at_once", f"leave.{number}", text, _LEAVE_HINT)


_LEAVE_HINT = Text("move the leave, or agree another limit with the customer", "调整假期，或与客户商定限额")


def idle_overrides(rota: Rota, overrides: Overrides, today: date) -> Iterator[LintFinding]:
    """Overrides to come that change nothing: their shift does not take place, or whom they take out is not there."""
    for one in overrides.by_id.values():
        if one.rota != rota.name or one.day < today - timedelta(days=1):
            continue
        post = post_of(rota, overrides.without(one.id), one.shift, one.day)
        if post is None or (one.person_out is not None and one.person_out not in post.people):
            text = Text(
                f"override {one.id} of {one.shift} on {one.day} changes nobody any more",
                f"{one.day} {one.shift} 班的换班 {one.id} 已不起作用",
            )
            hint = Text(f"`opsmon oncall override end {one.id}`", f"`opsmon oncall override end {one.id}`")
            yield LintFinding("idle_override", f"rotas.{rota.name}", text, hint)
