"""`opsmon oncall`: who, list and lint without a daemon, and the swaps that the journal holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsmon.model.name import OverrideId, PersonId, RotaName
from opsmon.model.roster import OverrideSet
from opsmon.store.store import open_store
from tests.support.cli.said import Opsmon

CONTRACT = """\
contract: c
title: t
services: {vc: {title: v}}
clauses: [{id: E1, source: s, what: ack, target: acknowledge, from: reported, limit: 3 min}]
"""
PEOPLE = "people: {p-a: {name: {zh: 甲工, en: A}, mail: a@x.org}, p-b: {name: {zh: 乙工, en: B}, mail: b@x.org}}\n"
ONCALL = """\
channels: {mail: {kind: mail, server: "smtp.example.org:465", from: o@example.org}}
rotas:
  vc:
    title: {zh: 视频组, en: video}
    calendar: c
    shifts:
      - {title: {zh: 白班, en: days}, name: day, on: workday, from: "09:00", to: "18:00", crews: [[p-a, p-b]], need: 2}
      - {name: night, on: workday, from: "18:00", to: "09:00+1", crews: [p-a, p-b], since: "2026-11-02"}
      - {name: rest, on: rest, from: "09:00", to: "09:00+1", crews: [p-a, p-b], since: "2026-11-07"}
plans: {all: {steps: [{tell: "rota:vc", by: mail}]}}
"""
MONDAY = "2026-11-02T10:00:00+08:00"


@pytest.fixture
def duty_root(root: Path) -> Path:
    for path, text in {
        "rules/contracts/c.yaml": CONTRACT,
        "rules/oncall.yaml": ONCALL,
        "people.yaml": PEOPLE,
        "opsmon.yaml": "language: en\n",
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def test_who_is_on_duty_at_a_time(command: Opsmon, duty_root: Path) -> None:
    said = command("oncall", "who", "--at", MONDAY, "--root", duty_root)
    assert said.code == 0
    assert said.out.splitlines()[1].split("  ")[0] == "video"
    assert "days" in said.out
    assert "A, B" in said.out
    assert "11-02 Mon 09:00" in said.out
    assert "11-02 Mon 18:00" in said.out


def test_who_speaks_chinese(command: Opsmon, duty_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSMON_LANG", "zh")
    said = command("oncall", "who", "--at", MONDAY, "--root", duty_root)
    assert "值班表" in said.out
    assert "视频组" in said.out
    assert "白班" in said.out
    assert "甲工、乙工" in said.out
    assert "周一" in said.out


def test_who_as_json(command: Opsmon, duty_root: Path) -> None:
    (duty,) = command("oncall", "who", "--at", MONDAY, "--root", duty_root, "--json").json
    assert (duty["rota"], duty["shift"], duty["day"], duty["need"]) == ("vc", "day", "2026-11-02", 2)
    assert duty["people"] == [
        {"id": "p-a", "name": "A", "name_zh": "甲工"},
        {"id": "p-b", "name": "B", "name_zh": "乙工"},
    ]
    assert (duty["since"], duty["until"]) == ("2026-11-02T01:00:00Z", "2026-11-02T10:00:00Z")
    assert (duty["provisional"], duty["doubts"], duty["overrides"]) == (False, [], [])


def test_a_year_that_is_not_announced_is_told_with_everybody(command: Opsmon, duty_root: Path) -> None:
    said = command("oncall", "who", "--at", "2027-06-16T10:00:00+08:00", "--root", duty_root)
    assert "days / rest" in said.out
    assert "provisional: the holidays of 2027 are not announced; everybody who may be on duty is named" in said.err


def test_nobody_on_duty_is_exit_code_1(command: Opsmon, duty_root: Path) -> None:
    hole = ONCALL.replace(
        '      - {name: rest, on: rest, from: "09:00", to: "09:00+1", crews: [p-a, p-b], since: "2026-11-07"}\n', ""
    )
    (duty_root / "rules/oncall.yaml").write_text(hole, encoding="utf-8")
    said = command("oncall", "who", "--at", "2026-11-07T12:00:00+08:00", "--root", duty_root)
    assert said.code == 1
    assert "nobody" in said.out


def test_the_days_to_come_are_listed(command: Opsmon, duty_root: Path) -> None:
    listed = command("oncall", "list", "--at", MONDAY, "--days", "3", "--root", duty_root, "--json").json
    assert [(one["shift"], [person["id"] for person in one["people"]]) for one in listed] == [
        ("day", ["p-a", "p-b"]), ("night", ["p-a"]), ("day", ["p-a", "p-b"]), ("night", ["p-b"]),
        ("day", ["p-a", "p-b"]), ("night", ["p-a"]), ("day", ["p-a", "p-b"]),
    ]  # fmt: skip


def keep_swap(root: Path, person_out: str | None, person_in: str | None) -> None:
    """In the journal: of the night of 2 November."""
    (root / "var").mkdir()
    store = open_store(f"sqlite:///{root}/var/opsmon.db", root)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    left = None if person_out is None else PersonId(person_out)
    came = None if person_in is None else PersonId(person_in)
    swap = OverrideSet(at, OverrideId("swap-1"), RotaName("vc"), "night", "2026-11-02", left, came, "lead")
    store.commit((swap,), (), at)
    store.close()


@pytest.mark.parametrize(
    ("person_out", "person_in", "shown"),
    [("p-a", "p-b", "B (for A)"), (None, "p-b", "A, B (besides)"), ("p-a", None, "nobody, without A")],
)
def test_a_swap_is_marked_in_the_list(
    command: Opsmon, duty_root: Path, person_out: str | None, person_in: str | None, shown: str
) -> None:
    keep_swap(duty_root, person_out, person_in)
    listed = command("oncall", "list", "--at", MONDAY, "--days", "3", "--root", duty_root).out
    nights = [line for line in listed.splitlines() if "11-02" in line and "night" in line]
    assert len([line for line in nights if shown in line]) == 1
    assert listed.count("(") + listed.count("without") == 1  # no other night is marked


def test_a_swap_of_the_journal_counts(command: Opsmon, duty_root: Path) -> None:
    keep_swap(duty_root, "p-a", "p-b")
    (duty,) = command("oncall", "who", "--at", "2026-11-02T20:00:00+08:00", "--root", duty_root, "--json").json
    assert [person["id"] for person in duty["people"]] == ["p-b"]
    assert duty["overrides"] == ["swap-1"]


def test_a_sound_rota_has_nothing_to_change(command: Opsmon, duty_root: Path) -> None:
    said = command("oncall", "lint", "--days", "60", "--root", duty_root)
    assert (said.code, said.out.strip()) == (0, "nothing to change in the next 60 days")


def test_lint_names_the_line_and_what_to_do(command: Opsmon, duty_root: Path) -> None:
    (duty_root / "rules/oncall.yaml").write_text(ONCALL.replace("need: 2", "need: 3"), encoding="utf-8")
    said = command("oncall", "lint", "--root", duty_root)
    assert said.code == 1
    first = said.out.splitlines()[0]
    assert first.startswith("rules/oncall.yaml:7:9: 2 instead of 3 on duty in day (p-a, p-b), first on ")
    assert first.endswith("(add people to the crew, or correct `need`)")
    (found,) = command("oncall", "lint", "--root", duty_root, "--json").json
    assert (found["rule"], found["line"], found["key"]) == ("too_few", 7, "rotas.vc.shifts.0")


def test_a_rota_that_is_not_there(command: Opsmon, duty_root: Path, root: Path) -> None:
    said = command("oncall", "who", "--rota", "vcc", "--root", duty_root)
    assert (said.code, said.err.strip().splitlines()[-1]) == (2, "no rota `vcc` (did you mean `vc`?)")
    (duty_root / "rules/oncall.yaml").unlink()
    said = command("oncall", "who", "--root", duty_root)
    assert said.code == 2
    assert "rules/oncall.yaml: the root has no rota" in said.err


def test_a_swap_needs_the_daemon(command: Opsmon, duty_root: Path) -> None:
    (duty_root / "opsmon.yaml").write_text('http: {listen: "127.0.0.1:9", token: x}\n', encoding="utf-8")
    words = ("--rota", "vc", "--shift", "day", "--day", "2026-11-03", "--out", "p-a")
    said = command("oncall", "override", "add", *words, "--root", duty_root)
    assert said.code == 3


def test_check_counts_what_is_on_call(command: Opsmon, duty_root: Path) -> None:
    counts = command("check", "--root", duty_root, "--json").json["counts"]
    assert [counts[name] for name in ("people", "channels", "rotas", "plans")] == [2, 1, 1, 1]
    assert "2 people, 1 channel, 1 rota, 1 plan" in command("check", "--root", duty_root).out
