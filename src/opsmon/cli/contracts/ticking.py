"""`opsmon contracts done`, `undo` and `excuse`: ticking obligations off, taking a tick back, a reason for a late one.

By the daemon where one runs on the root, else by the command itself.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from opsmon.cli.contracts.obligations import date_of
from opsmon.cli.contracts.render_clock import book_of
from opsmon.cli.language import language_of
from opsmon.cli.moment import parse_moment
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, say
from opsmon.cli.who import ourselves
from opsmon.clock import WallClock
from opsmon.config.rules.contract_files import RootContracts, load_rules
from opsmon.daemon.lock import RootLock
from opsmon.engine.command_text import as_kept, refusal_of_words
from opsmon.engine.commands.tick import TickRefusal, judge_done, judge_excuse, judge_undone
from opsmon.engine.duty.obligations import Duties
from opsmon.engine.input import Excuse, MarkDone, MarkUndone
from opsmon.errors import ConfigError, OpsmonError, Problem, StoreError
from opsmon.model.duty import ObligationDone, ObligationExcused, ObligationUndone
from opsmon.model.name import ClauseId
from opsmon.report.reading import read_duties
from opsmon.store.store import Store, open_store
from opsmon.text.bilingual import Text
from opsmon.web.api.obligation_schemas import ticked_document
from opsmon.web.client import DaemonClient

Spans = tuple[tuple[date, date], ...]
Ticks = Sequence[ObligationDone] | Sequence[ObligationUndone] | Sequence[ObligationExcused]
Judge = Callable[[Duties], Ticks | TickRefusal]
Asked = TypeVar("Asked", MarkDone, MarkUndone, Excuse)

ContractArgument = Annotated[str, typer.Argument(help="The contract's id.")]
ObligationArgument = Annotated[str, typer.Argument(help="The obligation's id, such as E11.")]
DaysArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="DATE…", help="The day it is due, or one of its time; or several, or 2026-11-01..2026-11-05."
    ),
]
ServiceOption = Annotated[str, typer.Option(help="The service, where the contract has several.")]
PartOption = Annotated[str, typer.Option(help="Which of several on a day, such as 09:00.")]
PlaceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--place", metavar="GROUP:NAME", help="A place of a task that is owed at many; bureau:1..12, all; repeatable."
    ),
]
DONE = Text("is done", "已完成")
TICKED_AGAIN, UNTICKED = Text("is ticked off again", "已恢复登记"), Text("is no longer ticked off", "已撤回登记")
EXCUSED, UNEXCUSED = Text("is excused", "已登记合理原因"), Text("is no longer excused", "已撤回合理原因")


def mark_done(
    contract: ContractArgument,
    obligation: ObligationArgument,
    day: DaysArgument,
    by: Annotated[str, typer.Option(help="Who did it.")],
    note: Annotated[str, typer.Option(help="What there is to say.")] = "",
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The paper; its digest is kept.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="When it was done, with offset; now when not given, of several days each on its own."),
    ] = None,
    service: ServiceOption = "",
    part: PartOption = "",
    place: PlaceOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Tick off an obligation, for a day, several days or places.

    It goes to the journal, by the daemon where one runs on the root.
    """
    rules = load_rules(root, needs_root=True)
    book, now, spans = book_of(contract, rules), WallClock().now(), _spans(day)
    asked = MarkDone(
        contract=book.contract.id, obligation=ClauseId(obligation), day=spans[0][0],
        done_at=_done_at(at, rules) or now, by=by, note=note, service=service, part=part,
        file=file.name if file is not None else "",
        file_sha256=_digest(file),
        places=tuple(place or ()), spans=spans if _are_many(spans) else (), on_the_day=_are_many(spans) and at is None,
        via=ourselves(),
    )  # fmt: skip
    body = {
        "days": day, "by": by, "note": note, "service": service, "part": part, "file": asked.file,
        "file_sha256": asked.file_sha256, "places": list(asked.places),
        **({"done_at": asked.done_at.isoformat()} if at is not None else {}),
    }  # fmt: skip
    kept = _fit(asked)
    told = _write(rules, root, now, lambda duties: judge_done(book, kept, duties, now), _path(asked, "done"), body)
    _print(told, DONE, language_of(rules.settings), json_output)


def undo(
    contract: ContractArgument,
    obligation: ObligationArgument,
    day: DaysArgument,
    by: Annotated[str, typer.Option(help="Who withdraws it.")],
    reason: Annotated[str, typer.Option(help="Why it was a mistake.")],
    service: ServiceOption = "",
    part: PartOption = "",
    place: PlaceOption = None,
    again: Annotated[bool, typer.Option("--again", help="Take the withdrawal itself back: the tick stands.")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Withdraw a tick that was a mistake.

    The journal keeps both. With --again the withdrawal was the mistake.
    """
    rules = load_rules(root, needs_root=True)
    book, now = book_of(contract, rules), WallClock().now()
    asked = MarkUndone(
        book.contract.id,
        ClauseId(obligation),
        _spans(day),
        by,
        reason,
        service,
        part,
        tuple(place or ()),
        again,
        ourselves(),
    )
    body = {
        "days": day, "by": by, "reason": reason, "service": service, "part": part, "places": list(asked.places),
        "again": again,
    }  # fmt: skip
    kept = _fit(asked)
    told = _write(rules, root, now, lambda duties: judge_undone(book, kept, duties, now), _path(asked, "undone"), body)
    _print(told, TICKED_AGAIN if again else UNTICKED, language_of(rules.settings), json_output)


def excuse(
    contract: ContractArgument,
    obligation: ObligationArgument,
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day it was due, or a day of its time.")],
    approved_by: Annotated[str, typer.Option(help="Who of the customer accepts the reason.")],
    by: Annotated[str, typer.Option(help="Who records it.")],
    reason: Annotated[str, typer.Option(help="The justified reason.")],
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The paper that says so; its digest is kept.")
    ] = None,
    service: ServiceOption = "",
    part: PartOption = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the excuse back.")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Record a justified reason for a task that was late.

    It stays late and costs nothing.
    """
    rules = load_rules(root, needs_root=True)
    book, now = book_of(contract, rules), WallClock().now()
    asked = Excuse(
        book.contract.id, ClauseId(obligation), date_of(day, "DATE"), by, approved_by, reason, service, part,
        file.name if file is not None else "", _digest(file), withdraw, ourselves(),
    )  # fmt: skip
    body = {
        "day": day, "by": by, "approved_by": approved_by, "reason": reason, "service": service, "part": part,
        "paper": asked.paper, "paper_sha256": asked.paper_sha256, "withdrawn": withdraw,
    }  # fmt: skip
    kept = _fit(asked)
    told = _write(rules, root, now, lambda duties: judge_excuse(book, kept, duties, now), _path(asked, "excused"), body)
    _print(told, UNEXCUSED if withdraw else EXCUSED, language_of(rules.settings), json_output)


def _digest(file: Path | None) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file is not None else ""


def _fit(asked: Asked) -> Asked:
    """As it is kept; the daemon makes the same of it. Raises ConfigError."""
    kept = as_kept(asked)
    refusal = refusal_of_words(kept)
    if refusal:
        raise ConfigError((Problem("--by" if not kept.by else "", 0, 0, refusal),))
    return kept


def _spans(words: Sequence[str]) -> Spans:
    found = []
    for word in words:
        first, _, last = word.partition("..")
        span = date_of(first, "DATE"), date_of(last or first, "DATE")
        if span[1] < span[0]:
            raise typer.BadParameter(f"DATE: {word} ends before it begins")
        found.append(span)
    return tuple(found)


def _are_many(spans: Spans) -> bool:
    return len(spans) > 1 or spans[0][0] != spans[0][1]


def _done_at(at: str | None, rules: RootContracts) -> datetime | None:
    return None if at is None else parse_moment(at, rules.settings.timezone, "--at").astimezone(UTC)


def _path(asked: MarkDone | MarkUndone | Excuse, what: str) -> str:
    return f"/api/v1/contracts/{asked.contract}/obligations/{asked.obligation}/{what}"


def _write(
    rules: RootContracts, root: Path, now: datetime, judge: Judge, path: str, body: Mapping[str, object]
) -> dict[str, object]:
    """By ourselves where no daemon holds the root, else through it."""
    try:
        lock = RootLock(root)
    except StoreError:
        told: dict[str, object] = DaemonClient(rules.settings.http).send("POST", path, dict(body))
        return told
    try:
        store = open_store(rules.settings.store_url, root)
        try:
            return _write_ourselves(store, judge, now)
        finally:
            store.close()
    finally:
        lock.release()


def _write_ourselves(store: Store, judge: Judge, now: datetime) -> dict[str, object]:
    judged = judge(read_duties(store))
    if isinstance(judged, TickRefusal):
        raise OpsmonError(judged.reason)
    store.commit(list(judged), (), now)
    return ticked_document(judged).model_dump(mode="json")


def _print(told: dict[str, object], what: Text, language: str, json_output: bool) -> None:
    if json_output:
        print_json(told)
        return
    ticked = told["ticked"]
    assert isinstance(ticked, list)  # noqa: S101  # of the document
    for one in ticked:
        of = "" if language == "zh" else "of"
        words = (told["obligation"], one["service"], one["part"], one["place"], of, one["day"], what.in_(language))
        say(" ".join(str(word) for word in words if word))
