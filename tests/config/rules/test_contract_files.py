"""Rule files with one mistake each, and exactly what is said about it; and what right ones come to."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsmon.config.rules.calendars import CalendarSpec
from opsmon.config.rules.clauses import ClauseSpec, IncidentSelectorSpec
from opsmon.config.rules.contracts import ContractSpec
from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from opsmon.contract.calendar.calendar import DayKind
from opsmon.contract.clock.case import Case
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ContractId, IncidentId
from tests.support.places import REPOSITORY

CALENDAR = """\
seasons:
  flood-season: {title: flood season, dates: 06-01..10-07}
dated:
  two-sessions: {title: the two sessions, expected: 03-01..03-15, dates: {"2026": 2026-03-04..2026-03-11}}
events:
  events:
    - {name: congress, from: "2026-11-20", to: "2026-11-21"}
    - {name: match, from: "2026-11-25T18:00:00+08:00", to: "2026-11-25T22:00:00+08:00", contracts: [other]}
closures:
  - {name: moving house, dates: 2026-11-23..2026-11-24, contracts: [hall]}
"""
CONTRACT = """\
contract: hall
title: {en: a hall, zh: 会场}
term: {from: "2026-01-01", to: "2026-12-31"}
services:
  vc: {title: video conference}
labels:
  venue: [main, side]
hours:
  office: {title: office hours, hours: ["09:00-12:00", "13:00-18:00"]}
periods:
  key: {title: key periods, sets: [holidays, events]}
scopes:
  main: {labels: {venue: main}}
clauses:
  - id: X1
    source: 1
    what: answered
    applies: main
    target: acknowledge
    from: reported
    limit: 10 min
    runs: office
    starts: outside key
  - id: X2
    source: "2"
    what: told
    target: acknowledge
    breach_of: [X1]
    limit: 5 min
"""


def write(root: Path, contract: str = CONTRACT, calendar: str = CALENDAR) -> Path:
    for folder, text in (("contracts", contract), ("calendars", calendar)):
        (root / "rules" / folder).mkdir(parents=True, exist_ok=True)
        (root / "rules" / folder / "hall.yaml").write_text(text, encoding="utf-8")
    return root


def load(root: Path) -> tuple[Mapping[ContractId, ContractRules], Problems]:
    problems = Problems()
    return load_contracts(root, ZoneInfo("Asia/Shanghai"), problems), problems


def right(text: str) -> str:
    return text.replace("source: 1\n", 'source: "1"\n')


def said(root: Path) -> list[str]:
    return [str(problem) for problem in load(root)[1].errors]


MISTAKES = [
    ("services: [vc]", "main: {labels: {venue: main}}", "main: {services: [vcc]}",
     "13:21: no such service: `vcc` (did you mean `vc`?)"),
    ("a label's value", "venue: main}}", "venue: mane}}",
     "13:26: matches nothing: no such value: `mane` (did you mean `main`?)"),
    ("a scope", "applies: main", "applies: mian", "18:14: no such scope: `mian` (did you mean `main`?)"),
    ("hours", "runs: office", "runs: ofice", "22:11: no such hours or key periods: `ofice` (did you mean `office`?)"),
    ("time that never runs", "runs: office", "runs: events",
     "22:11: `events` may not come for more than a year: a clock would never be due"),
    ("a side", "starts: outside key", "starts: beside key",
     "23:13: `beside key` is no window (such as `inside 5x9`, `outside 5x9` or `5x9`)"),
    ("key periods", "sets: [holidays, events]", "sets: [holydays]",
     "11:35: no such key periods: `holydays` (did you mean `holidays`?)"),
    ("overlapping hours", '"13:00-18:00"', '"11:30-18:00"',
     "9:40: hours that overlap (join them into one stretch)"),
    ("hours backwards", '"13:00-18:00"', '"18:00-13:00"',
     "9:56: `18:00-13:00` is no stretch of hours (such as `09:00-18:00`; over midnight takes two)"),
    ("hours of the night", '"13:00-18:00"', '"13:00-24:01"', "9:56: 24:01 is no time of day (such as `09:00-18:00`)"),
    ("a limit", "limit: 10 min", "limit: ten minutes",
     "21:12: not a limit (such as `3 min`, `2 h`, `5 days`, `1 workday to 18:00`"),
    ("a limit of nothing", "limit: 10 min", "limit: 0 min",
     "21:12: a limit of nothing (a clause that says `at once` is encoded in minutes, with an interpretation)"),
    ("a limit in hours that ends at a time", "limit: 10 min", "limit: 10 h to 18:00",
     "21:12: only a limit in days, workdays, months or years ends at a time of day or rolls (such as `3 min`, `2 h`, "
     "`5 days`, `1 workday to 18:00`, `3 months` or `10 days, not rolled`)"),
    ("a clause twice", "id: X2", "id: X1", "24:9: a second clause `X1`"),
    ("a breach of nothing", "breach_of: [X1]", "breach_of: [X3]", "28:17: no such clause: `X3`"),
    ("a term backwards", 'to: "2026-12-31"', 'to: "2025-12-31"', "3:7: the term ends before it begins"),
    ("a date", 'to: "2026-12-31"', 'to: "2026-02-30"', "3:32: `2026-02-30` is no date (such as `2026-10-01`)"),
    ("a fact", "from: reported", "from: repoted", "20:11: unknown word `repoted` (did you mean `reported`?)"),
    ("a comma in braces", "title: {en: a hall, zh: 会场}", "title: {en: a hall, big, zh: 会场}",
     "2:8: a text in braces ends at its comma (put the whole text in quotes)"),
    ("no start", "    breach_of: [X1]\n", "", "24:5: nothing starts this clause"),
    ("no limit", "    limit: 5 min\n", "",
     "24:5: `limit` is missing (a paper or a task without a limit belongs under `obligations:`)"),
    ("every value refused", "main: {labels: {venue: main}}", "main: {labels: {venue: main}, not_labels: {venue: main}}",
     "13:9: a selector that takes nothing: no value of the label `venue` is left"),
    ("every kind refused", "main: {labels: {venue: main}}", "main: {kinds: [mcu], not_kinds: [mcu]}",
     "13:9: a selector that takes nothing: every one of `kinds` is in `not_kinds` too"),
]  # fmt: skip
CALENDAR_MISTAKES = [
    ("a season", "06-01..10-07", "06-31..10-07", "2:46: `06-31..10-07` is no season"),
    ("dates backwards", "2026-11-23..2026-11-24", "2026-11-24..2026-11-23", "ends before it begins"),
    ("an event without an offset", "2026-11-25T18:00:00+08:00", "2026-11-25T18:00:00", "has no offset"),
    ("an event backwards", 'to: "2026-11-21"', 'to: "2026-11-19"', "it ends before it begins"),
    ("a year", "closures:", 'notices: {"26": {source: x}}\nclosures:', "`26` is no year"),
    ("a contradiction", "closures:",
     'notices: {"2026": {source: a notice, holidays: {National Day: 2026-10-01..2026-10-08}}}\nclosures:',
     "2026-01-01 is a plain workday here, and a holiday in the library's 2026 "
     "(correct it, or say under `amends:` which newer notice changed it)"),
    ("a day twice", "closures:",
     'notices: {"2030": {source: x, holidays: {A: 2030-10-01, B: 2030-10-01}}}\nclosures:',
     "2030-10-01 is listed twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_in_a_contract_is_said_at_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in CONTRACT
    found = said(write(tmp_path, right(CONTRACT).replace(old, new, 1)))
    assert found
    assert found[0].startswith(f"rules/contracts/hall.yaml:{expected}")


@pytest.mark.parametrize(
    ("old", "new", "expected"), [row[1:] for row in CALENDAR_MISTAKES], ids=[row[0] for row in CALENDAR_MISTAKES]
)
def test_a_mistake_in_a_calendar_is_said_at_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in CALENDAR
    found = said(write(tmp_path, right(CONTRACT), CALENDAR.replace(old, new, 1)))
    assert found[0].startswith("rules/calendars/hall.yaml:")
    assert expected in found[0]


def test_a_number_where_text_belongs_is_said(tmp_path: Path) -> None:
    assert said(write(tmp_path, CONTRACT.replace("starts: outside key", "starts: 5"))) == [
        "rules/contracts/hall.yaml:23:13: expected text, found a number (put it in quotes)"
    ]


@pytest.mark.parametrize("guide", ["contracts.md", "contracts.zh.md"])
def test_the_contract_of_the_guide_loads_and_counts(tmp_path: Path, guide: str) -> None:
    text = (REPOSITORY / "docs" / guide).read_text(encoding="utf-8")
    (found,) = re.findall(r"```yaml\n(contract: .*?)```", text, re.DOTALL)
    books, problems = load(write(tmp_path, found))
    assert not problems.errors
    library = books[ContractId("library-2026")]
    assert [clause.id for clause in library.contract.clauses] == ["L1", "L2", "L3"]
    late = Fact(FactType.REPORTED, datetime(2026, 9, 30, 3, 50, tzinfo=UTC))
    case = Case(IncidentId("i"), library.contract.id, "ops", Kind.SWITCH, Severity.ORDINARY, facts=(late,))
    due = {clock.clause: clock.due_at for clock in library.clocks(case)}
    assert due == {"L1": datetime(2026, 9, 30, 5, 5, tzinfo=UTC), "L2": datetime(2026, 10, 8, 10, tzinfo=UTC)}


def test_every_key_of_a_clause_is_in_both_guides() -> None:
    for guide in ("contracts.md", "contracts.zh.md"):
        text = (REPOSITORY / "docs" / guide).read_text(encoding="utf-8")
        for spec in (ClauseSpec, IncidentSelectorSpec, ContractSpec, CalendarSpec):
            for name, field in spec.model_fields.items():
                assert f"`{field.alias or name}" in text or f"{field.alias or name}:" in text, f"{guide}: {name}"


def test_every_mistake_of_a_contract_shows_at_once(tmp_path: Path) -> None:
    text = right(CONTRACT).replace("runs: office", "runs: ofice").replace("breach_of: [X1]", "breach_of: [X9]")
    assert len(said(write(tmp_path, text))) == 2


def test_two_files_of_one_contract_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, right(CONTRACT))
    (tmp_path / "rules" / "contracts" / "second.yaml").write_text(right(CONTRACT), encoding="utf-8")
    assert said(tmp_path) == ["rules/contracts/second.yaml:1:11: a second contract `hall`"]


def test_a_contract_counts_in_its_own_time_zone(tmp_path: Path) -> None:
    text = right(CONTRACT).replace("contract: hall\n", "contract: hall\ntimezone: UTC\n")
    contract = load(write(tmp_path, text))[0][ContractId("hall")].contract
    assert contract.term.start == datetime(2026, 1, 1, tzinfo=UTC)
    nowhere = text.replace("timezone: UTC", "timezone: Mars/Olympus")
    assert said(write(tmp_path, nowhere))[0].startswith("rules/contracts/hall.yaml:2:11: not a time zone")


def test_closures_and_events_belong_to_the_contracts_that_they_name(tmp_path: Path) -> None:
    write(tmp_path, right(CONTRACT))
    (tmp_path / "rules" / "contracts" / "other.yaml").write_text(
        right(CONTRACT).replace("contract: hall", "contract: other"), encoding="utf-8"
    )
    books, problems = load(tmp_path)
    assert not problems.errors
    hall, other = books[ContractId("hall")].calendar, books[ContractId("other")].calendar
    assert hall.day(date(2026, 11, 23)).kind is DayKind.CLOSURE
    assert other.is_workday(date(2026, 11, 23))
    assert hall.next_workday(date(2026, 11, 20)) == date(2026, 11, 25)
    assert hall.period_spans("events", date(2026, 11, 20)) == ((0, 86400),)
    assert hall.period_spans("events", date(2026, 11, 25)) == ()
    assert other.period_spans("events", date(2026, 11, 25)) == ((18 * 3600, 22 * 3600),)


def test_a_newer_notice_amends_the_library_when_it_says_so(tmp_path: Path) -> None:
    notice = '{source: a later notice, amends: "typhoon", holidays: {National Day: 2026-10-01..2026-10-08}}'
    text = CALENDAR + f'notices:\n  "2026": {notice}\n'
    books, problems = load(write(tmp_path, right(CONTRACT), text))
    assert not problems.errors
    calendar = books[ContractId("hall")].calendar
    assert calendar.day(date(2026, 10, 8)).kind is DayKind.HOLIDAY
    assert calendar.is_workday(date(2026, 1, 1))


def test_a_notice_makes_a_year_known(tmp_path: Path) -> None:
    text = CALENDAR + 'notices:\n  "2027": {source: notice, holidays: {New Year\'s Day: 2027-01-01..2027-01-03}}\n'
    long_term = right(CONTRACT).replace('to: "2026-12-31"', 'to: "2027-12-31"')
    unknown = load(write(tmp_path, long_term))[1].doubts["hall"]
    assert [problem.message for problem in unknown] == [
        "the holidays of 2027 are not announced: results that touch it are provisional"
    ]
    books, problems = load(write(tmp_path, long_term, text))
    assert not problems.doubts
    assert 2027 in books[ContractId("hall")].calendar.announced
    assert not books[ContractId("hall")].calendar.doubts(date(2027, 1, 1), date(2027, 12, 31))


def test_an_occasion_that_a_duty_waits_for_and_that_is_not_dated_is_warned_of(tmp_path: Path) -> None:
    long_term = right(CONTRACT).replace('to: "2026-12-31"', 'to: "2027-12-31"')
    duty = "obligations:\n  - {id: E17, source: s, what: test, due: {before: {sets: [two-sessions]}}}\n"
    told = [problem.message for problem in load(write(tmp_path, long_term + duty))[1].doubts["hall"]]
    assert "two-sessions of 2027 is not dated yet: results that touch it are provisional" in told
    assert not any("two-sessions" in problem.message for problem in load(write(tmp_path, long_term))[1].doubts["hall"])


def test_the_days_fixed_by_law_stand_in_for_a_year_that_is_not_announced(tmp_path: Path) -> None:
    text = CALENDAR + 'law_days: {"10-01": {en: National Day, zh: 国庆节}}\n'
    calendar = load(write(tmp_path, right(CONTRACT), text))[0][ContractId("hall")].calendar
    assert calendar.day(date(2031, 10, 1)).kind is DayKind.HOLIDAY
    assert calendar.doubts(date(2031, 10, 1), date(2031, 10, 1))
    assert calendar.is_workday(date(2031, 10, 2))


def test_a_set_that_is_dated_year_by_year_is_in_doubt_until_it_is(tmp_path: Path) -> None:
    calendar = load(write(tmp_path, right(CONTRACT)))[0][ContractId("hall")].calendar
    (doubt,) = calendar.period_doubts(("two-sessions",), date(2027, 3, 5))
    assert (doubt.en, doubt.zh) == ("two-sessions of 2027 is not dated yet", "2027年the two sessions日期尚未确定")
    assert not calendar.period_doubts(("two-sessions",), date(2027, 4, 5))
    assert not calendar.period_doubts(("two-sessions",), date(2026, 3, 5))


def test_the_term_of_a_service_wins_over_that_of_the_contract(tmp_path: Path) -> None:
    text = right(CONTRACT).replace(
        "vc: {title: video conference}", 'vc: {title: video conference, term: {from: "2026-06-01", to: "2026-06-30"}}'
    )
    contract = load(write(tmp_path, text))[0][ContractId("hall")].contract
    assert not contract.covers("vc", datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC))
    assert contract.covers("vc", datetime(2026, 5, 31, 16, tzinfo=UTC))
    assert contract.covers("vc", datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC))
    assert not contract.covers("vc", datetime(2026, 6, 30, 16, tzinfo=UTC))
    assert contract.covers(None, datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize("written", ["3.1", "3.10", "7", '"3.10"'])
def test_a_section_is_text_as_it_was_written(tmp_path: Path, written: str) -> None:
    clause = f"clauses:\n  - {{id: S1, source: {written}, what: w, target: on_site, from: reported, limit: 1 h}}\n"
    text = right(CONTRACT)
    head = text[: text.index("clauses:")]
    books, problems = load(write(tmp_path, head + clause))
    assert not problems.errors, problems.errors
    (one,) = books[ContractId("hall")].contract.clauses
    assert one.source == written.strip('"')
