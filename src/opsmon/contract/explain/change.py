"""What differs between two states of a contract's rules, in words: the reason why open clocks are reckoned anew."""

from collections.abc import Iterator
from datetime import date

from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.contract_rules import ContractRules
from opsmon.text.bilingual import Text, joined
from opsmon.text.vocabulary import DAY_KINDS

MAX_TOLD = 5
NEW, GONE, CHANGED = Text("is new", "为新增"), Text("is gone", "已删除"), Text("has changed", "已变更")


def rules_change(old: ContractRules | None, new: ContractRules) -> Text:
    """The differences, the first five of them; empty when nothing that a clock rests on has changed."""
    if old is None:
        return Text("the contract is new", "合同为新增")
    found = [*_days(old.calendar, new.calendar), *_periods(old.calendar, new.calendar), *_clauses(old, new)]
    told = found[:MAX_TOLD]
    if len(found) > MAX_TOLD:
        told.append(Text(f"and {len(found) - MAX_TOLD} more", f"另有 {len(found) - MAX_TOLD} 处"))
    return joined(told)


def _days(old: Calendar, new: Calendar) -> Iterator[Text]:
    years = sorted(new.announced - old.announced)
    yield from (Text(f"the holidays of {year} are announced", f"{year}年节假日安排已公布") for year in years)
    for year in sorted(old.announced - new.announced):
        yield Text(f"the holidays of {year} are withdrawn", f"{year}年节假日安排已撤回")
    for day in sorted({*old.marked, *new.marked}):
        if day.year not in years and old.day(day) != new.day(day):
            yield _day_change(day, old, new)


def _day_change(day: date, old: Calendar, new: Calendar) -> Text:
    before, after = old.day(day), new.day(day)
    name = f" ({after.name.en})" if after.name else ""
    name_zh = f"（{after.name.in_('zh')}）" if after.name else ""
    return Text(
        f"{day} was a {before.kind.value} and is a {after.kind.value}{name}",
        f"{day} 由{DAY_KINDS[before.kind].zh}改为{DAY_KINDS[after.kind].zh}{name_zh}",
    )


def _periods(old: Calendar, new: Calendar) -> Iterator[Text]:
    for name in dict.fromkeys([*old.sets, *new.sets]):
        if old.sets.get(name) != new.sets.get(name):
            yield Text(f"the key periods {name} have changed", f"重点时段 {name} 已变更")


def _clauses(old: ContractRules, new: ContractRules) -> Iterator[Text]:
    before = {clause.id: clause for clause in old.contract.clauses}
    after = {clause.id: clause for clause in new.contract.clauses}
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            how = NEW if name not in before else GONE if name not in after else CHANGED
            yield Text(f"clause {name} {how.en}", f"条款 {name} {how.zh}")
    if (old.contract.term, old.contract.services) != (new.contract.term, new.contract.services):
        yield Text("the term or the services have changed", "合同期限或服务已变更")
