"""The tasks of a contract on some days and how far each is, as one list that the terminal and JSON show."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.obligation import Nature, Obligation, Task, task_state, tasks_of
from opsmon.contract.place import counts_of
from opsmon.engine.duty.obligations import Duties
from opsmon.model.duty import TaskState
from opsmon.report.document import Document, iso


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One dated task; `ticked` are the places at which it is done."""

    obligation: Obligation
    task: Task
    state: TaskState
    done_at: datetime | None
    ticked: Collection[str]


def task_lines(book: ContractRules, duties: Duties, first: date, last: date, now: datetime) -> list[TaskLine]:
    """The tasks that are due from `first` to `last`, the first due first."""
    found = []
    for one in book.obligations:
        for task in tasks_of(one, book.contract, book.calendar, first, last):
            key = task.id_in(book.contract.id)
            done_at = duties.done_at(one, key)
            found.append(TaskLine(one, task, task_state(task, done_at, now), done_at, duties.standing(key)))
    return sorted(found, key=lambda one: (one.task.due_at, one.obligation.id, one.task.service, one.task.part))


def undated_of(book: ContractRules) -> list[Obligation]:
    """The obligations that no calendar makes due."""
    return [one for one in book.obligations if one.nature is not Nature.SCHEDULED]


def task_document(line: TaskLine, book: ContractRules) -> Document:
    """One task as JSON."""
    one, task = line.obligation, line.task
    return {
        "clause": one.id,
        "obligation": one.id,
        "service": task.service or None,
        "part": task.part,
        "what": one.what.en,
        "what_zh": one.what.in_("zh"),
        "source": one.source,
        "opens_at": iso(task.opens_at, book),
        "at_risk_at": iso(task.at_risk_at, book),
        "due_at": iso(task.due_at, book),
        "strict_due_at": iso(task.strict_due_at, book),
        "state": line.state.value,
        "done_at": iso(line.done_at, book),
        "places": _places(one, line.ticked),
        "provisional": bool(task.doubts),
        "doubts": [doubt.en for doubt in task.doubts],
        "interpretation": one.interpretation.en if one.interpretation is not None else None,
    }


def _places(obligation: Obligation, ticked: Collection[str]) -> list[Document]:
    """How far each group of places is, and which of them are ticked."""
    return [
        {
            "group": one.group.name, "title": one.group.title.en, "title_zh": one.group.title.in_("zh"),
            "done": one.done, "of": one.group.count, "ticked": sorted(p for p in ticked if one.group.owns(p)),
        }
        for one in counts_of(obligation.places, ticked)
    ]  # fmt: skip


def places_words(line: TaskLine, language: str) -> str:
    """`bureaus 37 of 52`, group by group."""
    of = "/" if language == "zh" else " of "
    return ", ".join(
        f"{one.group.title.in_(language)} {one.done}{of}{one.group.count}"
        for one in counts_of(line.obligation.places, line.ticked)
    )


def undated_document(one: Obligation) -> Document:
    """An obligation without dates, as JSON."""
    when = one.occasion or one.standing
    return {
        "clause": one.id,
        "obligation": one.id,
        "nature": one.nature.value,
        "when": when.en if when is not None else "",
        "what": one.what.en,
        "what_zh": one.what.in_("zh"),
        "source": one.source,
        "interpretation": one.interpretation.en if one.interpretation is not None else None,
    }
