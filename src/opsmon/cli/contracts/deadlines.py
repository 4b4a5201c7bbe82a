"""`opsmon contracts deadlines` and `replay`: which clauses apply, when each is due, how each ends."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.contracts.render_clock import (
    book_of,
    deadline_json,
    interpretation_of,
    refusal_json,
    replayed_json,
    seconds,
    short,
)
from opsmon.cli.contracts.render_statement import print_account
from opsmon.cli.inventory.kind import parse_kind
from opsmon.cli.language import language_of
from opsmon.cli.moment import parse_moment
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.config.rules.contract_files import load_rules
from opsmon.config.rules.timeline import Timeline, load_timeline, only_service
from opsmon.contract.clock.case import Case
from opsmon.contract.clock.replay import Replayed, replay
from opsmon.contract.clock.sla_clock import SlaClock, overrun_at, state_at
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.explain.why import why
from opsmon.contract.money.statement import IncidentClocks, MonthlyStatement, account_of
from opsmon.contract.vocabulary import UnknownWord, unknown_words
from opsmon.errors import ConfigError, Problem
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import IncidentId
from opsmon.report.document import account_document
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import nearest, shown
from opsmon.text.vocabulary import CLOCK_MODES, CLOCK_STATES, TARGETS, headings, named

Words = list[str]
NONE_STARTED = Text("No clause applies, or none has started.", "没有适用的条款，或均未起算。")
OPTIONS = {"service": "--service", "severity": "--severity", "labels": "--label"}


def deadlines(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    event: Annotated[
        Words,
        typer.Option(
            metavar="TYPE=TIME",
            help="A fact and its time with offset; repeatable. `notified@opsmon/CHANNEL=TIME` is a message of our own.",
        ),
    ],
    kind: Annotated[
        Kind | None, typer.Option(metavar="KIND", help="Kind of the device; any when not given.", parser=parse_kind)
    ] = None,
    service: Annotated[str | None, typer.Option(help="Service (lot) of the contract; each when not given.")] = None,
    severity: Annotated[str, typer.Option(help="ordinary, major or emergency.")] = Severity.ORDINARY.value,
    label: Annotated[Words | None, typer.Option(metavar="K=V", help="A label of the device or incident.")] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Which clauses apply, when each is due, and why."""
    rules = load_rules(root)
    for problem in rules.told_first:
        warn(str(problem))
    book = book_of(contract, rules)
    facts = tuple(_fact(word, book.calendar.zone) for word in event)
    labels = dict(_pair(word, "--label") for word in label or [])
    _refuse_unknown(unknown_words(book, service=service, severity=severity, labels=labels, open_labels=False))
    case = Case(
        incident=IncidentId("supposed"),
        contract=book.contract.id,
        service=only_service(book) if service is None else service,
        kind=kind,
        severity=Severity(severity),
        labels=labels,
        facts=facts,
        hypothetical=True,
    )
    clocks = _begun(book, case, max(fact.at for fact in facts))
    if json_output:
        print_json({"contract": book.contract.id, "clocks": [deadline_json(clock, book) for clock in clocks]})
        return
    _print_deadlines(clocks, book, language_of(rules.settings))


def _begun(book: ContractRules, case: Case, now: datetime) -> list[SlaClock]:
    """The clocks that have begun by the last fact; without a service those of each, told once."""
    services = [case.service] if case.service is not None else list(book.contract.services)
    found: dict[tuple[object, ...], SlaClock] = {}
    for service in services:
        for clock in book.clocks(_of_service(case, service)):
            if state_at(clock, now) is not None:
                found.setdefault((clock.clause, clock.target, clock.variant, clock.due_at, clock.strict_due_at), clock)
    order = [clause.id for clause in book.contract.clauses]
    return sorted(found.values(), key=lambda clock: order.index(clock.clause))


def _of_service(case: Case, service: str) -> Case:
    return Case(
        case.incident,
        case.contract,
        service,
        case.kind,
        case.severity,
        case.labels,
        case.facts,
        hypothetical=case.hypothetical,
    )


def _print_deadlines(clocks: Iterable[SlaClock], book: ContractRules, language: str) -> None:
    listed = list(clocks)
    if not listed:
        say(NONE_STARTED.in_(language))
        return
    rows = [
        (clock.clause, named(TARGETS, clock.target, language), short(clock.starts_at, book, language),
         short(clock.due_at, book, language), short(clock.strict_due_at, book, language),
         short(clock.at_risk_at, book, language),
         named(CLOCK_MODES, "provisional", language) if clock.provisional else "")
        for clock in listed
    ]  # fmt: skip
    print_table(headings(("clause", "target", "starts", "due", "stricter reading", "at risk", ""), language), rows)
    colon = "：" if language == "zh" else ": "
    for clock in listed:
        say(f"\n{clock.clause}{colon}{why(book.contract, book.calendar, clock).in_(language)}")
        reading = interpretation_of(clock, book, language)
        if reading:
            say(f"    {'解释' if language == 'zh' else 'interpretation'}{colon}{reading}")


def replay_timeline(
    file: Annotated[Path, typer.Argument(metavar="TIMELINE.yaml", help="Incidents with their dated events.")],
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Run a written timeline through its contract's clocks.

    The time is a virtual one; the engine is the daemon's.
    """
    rules = load_rules(root)
    for problem in rules.told_first:
        warn(str(problem))
    timeline = load_timeline(file, rules.contracts)
    replayed = replay(timeline.book, timeline.cases, timeline.until, timeline.findings)
    named = zip(replayed, timeline.devices, strict=True)
    affairs = [IncidentClocks(one.case, one.clocks, device) for one, device in named]
    account = account_of(timeline.book, affairs, timeline.until)
    if json_output:
        print_json(_replay_json(timeline, replayed, account))
        return
    _print_replay(timeline, replayed, language_of(rules.settings))
    print_account(account, timeline.book, language_of(rules.settings))


def _replay_json(timeline: Timeline, replayed: tuple[Replayed, ...], account: MonthlyStatement) -> dict[str, object]:
    return {
        "contract": timeline.book.contract.id,
        "incidents": [replayed_json(one, timeline.book, timeline.until) for one in replayed],
        **account_document(account),
    }


def _print_replay(timeline: Timeline, replayed: tuple[Replayed, ...], language: str) -> None:
    book, until = timeline.book, timeline.until
    rows = [
        (one.case.incident, clock.clause, named(TARGETS, clock.target, language),
         named(CLOCK_STATES, state_at(clock, until), language), short(clock.starts_at, book, language),
         short(clock.due_at, book, language), short(clock.met_at, book, language),
         seconds(overrun_at(clock, until)) or "")
        for one in replayed
        for clock in one.clocks
    ]  # fmt: skip
    print_table(
        headings(("incident", "clause", "target", "state", "starts", "due", "met", "overrun s"), language), rows
    )
    for one in replayed:
        for refusal in one.refusals:
            told = refusal_json(refusal, book)
            warn(f"{one.case.incident}: {told['type']} at {told['at']} refused: {refusal.reason}")


def _fact(word: str, zone: tzinfo) -> Fact:
    told, text = _pair(word, "--event")
    name, _, by = told.partition("@")
    at = parse_moment(text, zone, "--event").astimezone(UTC)
    return Fact(FactType(_one_of(name, FactType, "--event")), at, by, note="supposed")


def _pair(word: str, option: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals or not key:
        raise typer.BadParameter(Sentence(f"{option}: {shown(word)} has no `=`", f"{option}：{shown(word)} 缺少 `=`"))
    return key.strip(), value.strip()


def _one_of(word: str, words: Iterable[str], option: str) -> str:
    known = [str(one) for one in words]
    if word not in known:
        raise typer.BadParameter(
            Sentence(
                f"{option}: {shown(word)} is not known ({nearest(word, known) or ', '.join(known)})",
                f"{option}：无法识别 {shown(word)}（{nearest(word, known, language='zh') or '、'.join(known)}）",
            )
        )
    return word


def _refuse_unknown(words: Sequence[UnknownWord]) -> None:
    """All of them at once. Raises ConfigError (exit code 2)."""
    if words:
        raise ConfigError(tuple(Problem(OPTIONS[word.field], 0, 0, word.message, word.hint) for word in words))
