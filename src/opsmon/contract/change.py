"""What differs between two states of a contract's rules, in words: the reason why open clocks are reckoned anew."""

from collections.abc import Iterator
from datetime import date

from opsmon.contract.book import ContractBook
from opsmon.contract.calendar import Calendar

MOST_TOLD = 5


def book_change(old: ContractBook | None, new: ContractBook) -> str:
    """The differences, the first five of them; empty when nothing that a clock rests on has changed."""
    if old is None:
        return "the contract is new"
    found = [*_days(old.calendar, new.calendar), *_periods(old.calendar, new.calendar), *_clauses(old, new)]
    told = found[:MOST_TOLD]
    if len(found) > MOST_TOLD:
        told.append(f"and {len(found) - MOST_TOLD} more")
    return "; ".join(told)


def _days(old: Calendar, new: Calendar) -> Iterator[str]:
    years = sorted(new.announced - old.announced)
    yield from (f"the holidays of {year} are announced" for year in years)
    yield from (f"the holidays of {year} are withdrawn" for year in sorted(old.announced - new.announced))
    for day in sorted({*old.marked, *new.marked}):
        if day.year not in years and old.day(day) != new.day(day):
            yield _day_change(day, old, new)


def _day_change(day: date, old: Calendar, new: Calendar) -> str:
    before, after = old.day(day), new.day(day)
    name = f" ({after.name.en})" if after.name else ""
    return f"{day} was a {before.kind.value} and is a {after.kind.value}{name}"


def _periods(old: Calendar, new: Calendar) -> Iterator[str]:
    for name in dict.fromkeys([*old.sets, *new.sets]):
        if old.sets.get(name) != new.sets.get(name):
            yield f"the key periods {name} have changed"


def _clauses(old: ContractBook, new: ContractBook) -> Iterator[str]:
    before = {clause.id: clause for clause in old.contract.clauses}
    after = {clause.id: clause for clause in new.contract.clauses}
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            how = "is new" if name not in before else "is gone" if name not in after else "has changed"
            yield f"clause {name} {how}"
    if (old.contract.term, old.contract.services) != (new.contract.term, new.contract.services):
        yield "the term or the services have changed"
