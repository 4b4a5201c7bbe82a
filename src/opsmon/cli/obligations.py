"""`opsmon contracts obligations` and `done`: what is due besides the clocks of incidents, and ticking it off."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from immutables import Map

from opsmon.app.lock import RootLock
from opsmon.cli.contract_words import book_of, iso
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say
from opsmon.clock import WallClock
from opsmon.config.root import Rules, load_rules
from opsmon.console.client import DaemonClient
from opsmon.contract.book import ContractBook
from opsmon.contract.obligation import Nature, Obligation, Task, task_state, tasks_of
from opsmon.engine.duties import Duties, TaskId, fold_duty, judge_done
from opsmon.engine.input import MarkDone
from opsmon.errors import ConfigError, OpsmonError, Problem, StoreError
from opsmon.model.event import DutyEvent
from opsmon.model.name import ClauseId
from opsmon.store.store import Store, open_existing_store, open_store

WEEK = timedelta(days=7)
LONGEST_LIST_DAYS = 3_660


def list_obligations(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; today when not given.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DATE", help="Last day; a week on when not given.")] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Papers, patrols, duties: when each is due, how it stands."""
    rules = load_rules(root)
    book, now = book_of(contract, rules), WallClock().now()
    first = _date(from_, "--from") if from_ else book.calendar.local_date(now)
    last = _date(to, "--to") if to else first + WEEK
    if last < first or (last - first).days > LONGEST_LIST_DAYS:
        raise typer.BadParameter(f"--from {first} --to {last} is no stretch of days of ten years at most")
    done = _duties(rules, root).done
    tasks = [
        (one, task) for one in book.obligations for task in tasks_of(one, book.contract, book.calendar, first, last)
    ]
    tasks.sort(key=lambda pair: (pair[1].due_at, pair[0].id, pair[1].service, pair[1].part))
    undated = [one for one in book.obligations if one.nature is not Nature.SCHEDULED]
    if json_output:
        print_json({
            "contract": contract, "from": first.isoformat(), "to": last.isoformat(),
            "tasks": [_task_json(one, task, done, book, now) for one, task in tasks],
            "undated": [_undated_json(one) for one in undated],
        })  # fmt: skip
        return
    _print(tasks, undated, done, book, now, rules.settings.language)


def _print(
    tasks: list[tuple[Obligation, Task]],
    undated: list[Obligation],
    done: Map[TaskId, datetime],
    book: ContractBook,
    now: datetime,
    language: str,
) -> None:
    rows = [
        (one.id, _named(one, task, language), _end(task.due_at, book), _end(task.strict_due_at, book),
         task_state(task, done.get((book.contract.id, *task.key)), now).replace("_", " "),
         "provisional" if task.doubts else "")
        for one, task in tasks
    ]  # fmt: skip
    print_table(("obligation", "what", "due", "stricter reading", "state", ""), rows)
    if undated:
        say()
        occasions = [(one.id, one.what.in_(language), (one.occasion or one.standing or one.what).in_(language))
                     for one in undated]  # fmt: skip
        print_table(("obligation", "what", "when"), occasions)


def _end(moment: datetime | None, book: ContractBook) -> str:
    """The end of a day as people write it: 24:00 of that day, not midnight of the next."""
    if moment is None:
        return ""
    local = moment.astimezone(book.calendar.zone)
    if local.hour == local.minute == local.second == 0:
        return f"{local - timedelta(days=1):%a %Y-%m-%d} 24:00"
    return f"{local:%a %Y-%m-%d %H:%M}"


def _named(one: Obligation, task: Task, language: str) -> str:
    return " ".join(word for word in (one.what.in_(language), task.service, task.part) if word)


def mark_done(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    obligation: Annotated[str, typer.Argument(help="The obligation's id, such as E11.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day it is due, or a day of its time.")],
    by: Annotated[str, typer.Option(help="Who did it.")],
    note: Annotated[str, typer.Option(help="What there is to say.")] = "",
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The paper; its digest is kept.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="When it was done, with offset; now when not given.")] = None,
    service: Annotated[str, typer.Option(help="The service, where the contract has several.")] = "",
    part: Annotated[str, typer.Option(help="Which of several on a day, such as 09:00.")] = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Tick off an obligation; it goes to the journal.

    By the daemon where one runs on the root, else by this command itself.
    """
    rules = load_rules(root)
    book, now = book_of(contract, rules), WallClock().now()
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file is not None else ""
    asked = MarkDone(
        contract=book.contract.id, obligation=ClauseId(obligation), day=_date(day, "DATE"),
        done_at=_moment(at) if at is not None else now, by=by, note=note, service=service, part=part,
        file=file.name if file is not None else "", file_sha256=digest,
    )  # fmt: skip
    told = _write(rules, root, book, asked, now)
    if json_output:
        print_json(told)
    else:
        say(f"{told['obligation']} {told['service']} {told['part']} of {told['day']} is done".replace("  ", " "))


def _write(rules: Rules, root: Path, book: ContractBook, asked: MarkDone, now: datetime) -> dict[str, object]:
    """By ourselves where no daemon holds the root, else through it."""
    try:
        lock = RootLock(root)
    except StoreError:
        return _ask_daemon(rules, asked)
    try:
        store = open_store(rules.settings.store_url, root)
        try:
            return _write_ourselves(store, book, asked, now)
        finally:
            store.close()
    finally:
        lock.release()


def _write_ourselves(store: Store, book: ContractBook, asked: MarkDone, now: datetime) -> dict[str, object]:
    judged = judge_done(book, asked, _folded(store).done, now)
    if isinstance(judged, str):
        raise OpsmonError(judged)
    if not asked.by.strip():
        raise ConfigError((Problem("--by", 0, 0, "a name is needed: who says so?"),))
    store.commit([judged], (), now)
    return {"contract": judged.contract, "obligation": judged.obligation, "service": judged.service,
            "part": judged.part, "due_at": iso(judged.due_at, book), "day": judged.day}  # fmt: skip


def _ask_daemon(rules: Rules, asked: MarkDone) -> dict[str, object]:
    body = {"day": asked.day.isoformat(), "done_at": asked.done_at.isoformat(), "by": asked.by, "note": asked.note,
            "service": asked.service, "part": asked.part, "file": asked.file,
            "file_sha256": asked.file_sha256}  # fmt: skip
    path = f"/api/v1/contracts/{asked.contract}/obligations/{asked.obligation}/done"
    told: dict[str, object] = DaemonClient(rules.settings.http).send("POST", path, body)
    return told


def _duties(rules: Rules, root: Path) -> Duties:
    """What the journal tells; nothing where there is no journal yet."""
    try:
        store = open_existing_store(rules.settings.store_url, root)
    except StoreError:
        return Duties()
    try:
        return _folded(store)
    finally:
        store.close()


def _folded(store: Store) -> Duties:
    duties = Duties()
    for event in _duty_events(store):
        duties = fold_duty(duties, event)
    return duties


def _duty_events(store: Store) -> Iterator[DutyEvent]:
    for entry in store.read():
        if isinstance(entry.event, DutyEvent):
            yield entry.event


def _date(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option}: {text!r} is no date such as 2026-11-20") from None


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--at: {text!r} is no time such as 2026-11-20T10:00:00+08:00") from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"--at: {text!r} has no offset, such as +08:00 or Z")
    return at.astimezone(UTC)


def _task_json(
    one: Obligation, task: Task, done: Map[TaskId, datetime], book: ContractBook, now: datetime
) -> dict[str, object]:
    done_at = done.get((book.contract.id, *task.key))
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
        "state": task_state(task, done_at, now).value,
        "done_at": iso(done_at, book),
        "provisional": bool(task.doubts),
        "doubts": list(task.doubts),
        "interpretation": one.interpretation.en if one.interpretation is not None else None,
    }


def _undated_json(one: Obligation) -> dict[str, object]:
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
