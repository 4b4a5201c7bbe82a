"""Ticking obligations off, and taking a tick back: which tasks a person's days and words mean, or why none."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from opsmon.contract.calendar.calendar import DAY_S, ONE_DAY
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.obligation import Nature, Obligation, Task, TaskId, due_day, tasks_of, tasks_on
from opsmon.contract.place import WHOLE, places_meant
from opsmon.engine.duty.obligations import Duties, TickedTask, reach_of, tick_of
from opsmon.engine.input import Excuse, MarkDone, MarkUndone
from opsmon.engine.step import NothingThatDay
from opsmon.model.duty import ObligationDone, ObligationExcused, ObligationUndone
from opsmon.text.bilingual import Refusal, Sentence
from opsmon.text.near_miss import nearest, shown
from opsmon.text.time import plain_second

MAX_DAYS = 400
NO_DAY = Sentence("no day is given", "没有填写日期")
_TIME_OF_DAY = re.compile(r"\d\d:\d\d", re.ASCII)
Spans = tuple[tuple[date, date], ...]


def judge_done(
    contract_rules: ContractRules, asked: MarkDone, duties: Duties, now: datetime
) -> tuple[ObligationDone, ...] | Refusal:
    """The events that tick off what is asked for, or why it cannot be ticked off. All of it or nothing."""
    obligation = _obligation(contract_rules, asked)
    if isinstance(obligation, str):
        return obligation
    if asked.done_at > now:
        return Sentence(f"{asked.done_at.isoformat()} is not past yet", f"{plain_second(asked.done_at)} 还没有到")
    if obligation.nature is not Nature.SCHEDULED:
        return _occasions(contract_rules, asked, now)
    if obligation.places and not asked.places:
        groups = ", ".join(f"{one.name} ({one.count})" for one in obligation.places)
        return Sentence(
            f"{asked.obligation} is ticked place by place: {groups}; name them, or `all` for the whole",
            f"{asked.obligation} 须逐处完成：{groups}；请写明地点，整项完成写 `all`",
        )
    if asked.places and not obligation.places:
        return Sentence(f"{asked.obligation} is not owed at several places", f"{asked.obligation} 不分地点")
    return _Ticking(contract_rules, obligation, asked, duties, now).events()


def _obligation(contract_rules: ContractRules, asked: MarkDone | MarkUndone | Excuse) -> Obligation | Refusal:
    rows = {one.id: one for one in contract_rules.obligations}
    obligation = rows.get(asked.obligation)
    if obligation is None and any(one.id == asked.obligation for one in contract_rules.contract.clauses):
        return Sentence(
            f"{asked.obligation} runs as a clock of each incident: it is met by facts about the incident",
            f"{asked.obligation} 按每个事件计时：请在事件中记录进展",
        )
    if obligation is None:
        meant, meant_zh = nearest(asked.obligation, rows), nearest(asked.obligation, rows, language="zh")
        return Sentence(
            f"{asked.contract} has no obligation {asked.obligation}" + (f" ({meant})" if meant else ""),
            f"{asked.contract} 没有义务 {asked.obligation}" + (f"（{meant_zh}）" if meant_zh else ""),
        )
    services = obligation.services or tuple(contract_rules.contract.services)
    if asked.service and asked.service not in services:
        meant = nearest(asked.service, services) or f"for {', '.join(services)}"
        meant_zh = nearest(asked.service, services, language="zh") or f"服务：{'、'.join(services)}"
        return Sentence(
            f"{asked.obligation} is not owed for the service {asked.service} ({meant})",
            f"{asked.obligation} 不适用于服务 {asked.service}（{meant_zh}）",
        )
    spans = () if isinstance(asked, Excuse) else asked.spans
    if sum((last - first).days + 1 for first, last in spans) > MAX_DAYS:
        return Sentence(f"more than {MAX_DAYS} days at once", f"一次最多 {MAX_DAYS} 天")
    return obligation


def _days(spans: Spans) -> Iterator[tuple[date, bool]]:
    """Every day, and whether it is one of a stretch: of those some may have nothing to tick."""
    seen = set()
    for first, last in spans:
        for number in range((last - first).days + 1):
            day = first + number * ONE_DAY
            if day not in seen:
                seen.add(day)
                yield day, last > first


def _done_at(contract_rules: ContractRules, asked: MarkDone, day: date) -> datetime:
    return min(asked.done_at, contract_rules.calendar.moment(day, DAY_S)) if asked.on_the_day else asked.done_at


def _occasions(contract_rules: ContractRules, asked: MarkDone, now: datetime) -> tuple[ObligationDone, ...] | Refusal:
    """Those without dates are ticked for any day that has begun, as often as they occur."""
    days = [day for day, _ in _days(asked.spans or ((asked.day, asked.day),))]
    ahead = [day for day in days if asked.spans and contract_rules.calendar.moment(day) > now]
    if ahead:
        return Sentence(f"{ahead[0].isoformat()} is not past yet", f"{ahead[0].isoformat()} 还没有到")
    return tuple(_done(asked, None, day, _done_at(contract_rules, asked, day), WHOLE, now) for day in days)


def _done(
    asked: MarkDone, task: Task | None, day: date, done_at: datetime, place: str, now: datetime
) -> ObligationDone:
    return ObligationDone(
        at=now, contract=asked.contract, obligation=asked.obligation,
        service=task.service if task is not None else asked.service,
        part=task.part if task is not None else asked.part, due_at=task.due_at if task is not None else None,
        day=day.isoformat(), done_at=done_at, by=asked.by, note=asked.note, file=asked.file,
        file_sha256=asked.file_sha256, place=place, via=asked.via,
    )  # fmt: skip


class _Ticking:
    """Ticks a dated obligation off on several days; each task and place once."""

    def __init__(
        self, contract_rules: ContractRules, row: Obligation, asked: MarkDone, duties: Duties, now: datetime
    ) -> None:
        self.contract_rules, self.row, self.asked, self.duties, self.now = contract_rules, row, asked, duties, now
        self.found: dict[tuple[TaskId, str], ObligationDone] = {}

    def events(self) -> tuple[ObligationDone, ...] | Refusal:
        last = NO_DAY
        for day, is_of_stretch in _days(self.asked.spans or ((self.asked.day, self.asked.day),)):
            refusal = self._tick_day(day)
            if refusal and not (is_of_stretch and isinstance(refusal, NothingThatDay)):
                return refusal
            last = refusal or last
        return tuple(self.found.values()) or last

    def _tick_day(self, day: date) -> Refusal:
        meant = _tasks_meant(self.contract_rules, self.row, day, self.asked.service, self.asked.part)
        if not meant:
            return NothingThatDay(
                f"no task of {self.row.id} is due or running on {day.isoformat()}",
                f"{self.row.id} 在 {day.isoformat()} 没有待办",
            )
        if not self.asked.spans:
            still_open = [task for task in meant if self._is_open(task)]
            meant = (still_open or meant)[:1]
        elif _are_several(meant):
            return _which(self.row, meant)
        refusals = [self._tick(task, day) for task in meant]
        return refusals[0] if all(refusals) else ""

    def _is_open(self, task: Task) -> bool:
        return self.duties.done_at(self.row, task.id_in(self.asked.contract)) is None

    def _tick(self, task: Task, day: date) -> Refusal:
        key = task.id_in(self.asked.contract)
        standing = self.duties.standing(key)
        named = {place for known, place in self.found if known == key}
        places = places_meant(self.row.places, self.asked.places, {*standing, *named}) if self.row.places else (WHOLE,)
        if isinstance(places, str):
            return places
        new = [place for place in places if place not in standing and (key, place) not in self.found]
        if not new or not self._is_open(task):
            where = f" {', '.join(places)}" if places != (WHOLE,) else ""
            return NothingThatDay(
                f"{self.row.id}{where} of {day.isoformat()} is done already",
                f"{self.row.id}{where} 在 {day.isoformat()} 已完成",
            )
        done_at = _done_at(self.contract_rules, self.asked, day)
        if done_at < task.opens_at and task.due_at - task.opens_at <= ONE_DAY:
            return NothingThatDay(
                f"{self.row.id} of {day.isoformat()} has not begun yet", f"{self.row.id} 在 {day.isoformat()} 尚未开始"
            )
        if self.asked.on_the_day and due_day(task, self.contract_rules.calendar) == day:
            done_at = min(done_at, task.due_at)
        for place in new:
            self.found[key, place] = _done(self.asked, task, day, done_at, place, self.now)
        return ""


def _tasks_meant(contract_rules: ContractRules, row: Obligation, day: date, service: str, part: str) -> list[Task]:
    around = tasks_of(row, contract_rules.contract, contract_rules.calendar, day - ONE_DAY, day + reach_of(row))
    return list(tasks_on(around, day, contract_rules.calendar, service, part))


def _are_several(tasks: list[Task]) -> bool:
    """Different papers, and not one patrol at several times of the day."""
    return len({(task.service, _TIME_OF_DAY.sub("", task.part)) for task in tasks}) > 1


def _which(row: Obligation, tasks: list[Task]) -> Refusal:
    words = dict.fromkeys(" ".join(word for word in (task.service, task.part) if word) for task in tasks)
    return Sentence(
        f"{row.id} has several tasks there: pick one by service and part: {', '.join(map(shown, words))}",
        f"{row.id} 有多项任务，请按服务和部分选择：{'、'.join(map(shown, words))}",
    )


def judge_undone(
    contract_rules: ContractRules, asked: MarkUndone, duties: Duties, now: datetime
) -> tuple[ObligationUndone, ...] | Refusal:
    """The events that withdraw the ticks that are meant (`again`: that withdraw their withdrawal), or why none is."""
    obligation = _obligation(contract_rules, asked)
    if isinstance(obligation, str):
        return obligation
    if not asked.reason.strip():
        return Sentence("a reason is needed: why is it withdrawn?", "请填写原因：为什么撤回？")
    found: list[ObligationUndone] = []
    last: Sentence = NO_DAY
    for day, is_of_stretch in _days(asked.spans):
        one = _undone_on(contract_rules, obligation, asked, duties, day, now)
        if isinstance(one, str):
            if not (is_of_stretch and isinstance(one, NothingThatDay)):
                return one
            last = one
        else:
            found += [event for event in one if event not in found]
    return tuple(dict.fromkeys(found)) or last


def _undone_on(
    contract_rules: ContractRules, row: Obligation, asked: MarkUndone, duties: Duties, day: date, now: datetime
) -> list[ObligationUndone] | Refusal:
    if row.nature is not Nature.SCHEDULED:
        event = _undone(asked, None, day, WHOLE, now)
        return [event] if tick_of(duties, event) is not None else _nothing_to_withdraw(asked, day)
    tasks = _tasks_meant(contract_rules, row, day, asked.service, asked.part)
    told = [(task, _places_told(row, asked, duties, task.id_in(asked.contract))) for task in tasks]
    withdrawable = [(task, places) for task, places in told if places]
    if not withdrawable:
        return _nothing_to_withdraw(asked, day)
    if len(withdrawable) > 1:
        return _which(row, [task for task, _ in withdrawable])
    task, places = withdrawable[0]
    if len(places) > 1 and not asked.places:
        return Sentence(
            f"{row.id} is ticked at {len(places)} places: name them, or `all`: {', '.join(places)}",
            f"{row.id} 已在 {len(places)} 处完成：请写明地点或 `all`：{'、'.join(places)}",
        )
    return [_undone(asked, task, day, place, now) for place in places]


def _places_told(row: Obligation, asked: MarkUndone, duties: Duties, task: TaskId) -> list[str]:
    """The places whose ticks can be withdrawn, or brought back, of those that are named."""
    ticks: Mapping[str, TickedTask] = duties.ticks.get(task, {})
    able = [place for place, tick in ticks.items() if tick.stands is not asked.again]
    named = places_meant(row.places, asked.places, ticks) if row.places and asked.places else (WHOLE,)
    if isinstance(named, str):
        return []
    return sorted(place for place in able if named == (WHOLE,) or place in named)


def _nothing_to_withdraw(asked: MarkUndone, day: date) -> Refusal:
    which, which_zh = ("withdrawn", "没有撤回") if asked.again else ("ticked off", "没有完成记录")
    return NothingThatDay(
        f"{asked.obligation} of {day.isoformat()} is not {which}", f"{asked.obligation} 在 {day.isoformat()} {which_zh}"
    )


def _undone(asked: MarkUndone, task: Task | None, day: date, place: str, now: datetime) -> ObligationUndone:
    return ObligationUndone(
        at=now, contract=asked.contract, obligation=asked.obligation,
        service=task.service if task is not None else asked.service,
        part=task.part if task is not None else asked.part, due_at=task.due_at if task is not None else None,
        day=day.isoformat(), place=place, by=asked.by, reason=asked.reason, again=asked.again, via=asked.via,
    )  # fmt: skip


def judge_excuse(
    contract_rules: ContractRules, asked: Excuse, duties: Duties, now: datetime
) -> tuple[ObligationExcused, ...] | Refusal:
    """The event that excuses a late task, or takes that back; or why it cannot be."""
    row = _obligation(contract_rules, asked)
    if isinstance(row, str):
        return row
    if not asked.reason.strip() or not (asked.withdrawn or asked.approved_by.strip()):
        return Sentence("a reason is needed, and who approved it", "请填写原因和批准人")
    tasks = _tasks_meant(contract_rules, row, asked.day, asked.service, asked.part)
    if len(tasks) != 1:
        none_due = (
            f"no task of {row.id} is due on {asked.day.isoformat()}",
            f"{row.id} 在 {asked.day.isoformat()} 没有到期任务",
        )
        return _which(row, tasks) if tasks else Sentence(*none_due)
    (task,) = tasks
    if (task.id_in(asked.contract) in duties.excused) is not asked.withdrawn:
        how, how_zh = ("is not excused", "并未免责") if asked.withdrawn else ("is excused already", "已免责")
        return Sentence(f"{row.id} of {asked.day.isoformat()} {how}", f"{row.id} 在 {asked.day.isoformat()} {how_zh}")
    return (ObligationExcused(
        at=now, contract=asked.contract, obligation=row.id, service=task.service, part=task.part, due_at=task.due_at,
        day=asked.day.isoformat(), by=asked.by, approved_by=asked.approved_by, reason=asked.reason, paper=asked.paper,
        paper_sha256=asked.paper_sha256, withdrawn=asked.withdrawn, via=asked.via,
    ),)  # fmt: skip
