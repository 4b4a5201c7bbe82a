"""`opsmon report month`: one record of the month on the terminal, as JSON and as a sheet, from the journal alone."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from opsmon.daemon.lock import RootLock
from opsmon.model.duty import ContractWatched, TaskChanged, TaskState
from opsmon.model.event import FactAdded
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId, IncidentId
from opsmon.store.store import open_store
from tests.support.cli.month import SHA, E, story, told, write_root
from tests.support.cli.said import Opsmon
from tests.support.contract.rulebook import local

BAD_NAME = '=cmd|"/C calc"!A0'


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return write_root(tmp_path, story())


def report(command: Opsmon, root: Path, month: str = "2026-11") -> dict[str, Any]:
    said = command("report", "month", E, "--month", month, "--root", root, "--json")
    assert said.code == 0, said.err
    return dict(said.json)


def add(root: Path, *facts: FactAdded) -> None:
    store = open_store("sqlite:///var/opsmon.db", root)
    store.commit(list(facts), (), facts[-1].at)
    store.close()


def test_every_clause_says_how_often_it_was_kept(command: Opsmon, kept: Path) -> None:
    found = report(command, kept)
    clauses = {one["clause"]: one for one in found["clauses"]}
    assert {name: (one["in_time"], one["of"], one["excluded_or_cancelled"]) for name, one in clauses.items()} == {
        "E1": (3, 3, 1), "E3": (3, 3, 1), "E4": (1, 1, 1), "E5": (0, 1, 1), "E9": (2, 4, 0),
    }  # fmt: skip
    assert clauses["E9"]["what_zh"] == "故障分析报告：原因、解决办法、预防措施"


def test_exclusions_name_approver_paper_and_reason_and_free_all_but_the_report(command: Opsmon, kept: Path) -> None:
    found = report(command, kept)
    (one,) = found["exclusions"]
    assert (one["incident"], one["approved_by"], one["paper"], one["paper_sha256"], one["reason"], one["clauses"]) == (
        "20261111-1", "客户负责人", "停电证明.pdf", SHA, "停电", [],
    )  # fmt: skip
    priced = [(one["clause"], one.get("incident")) for one in found["penalties"]]
    assert ("E5", "20261110-1") in priced
    assert ("E5", "20261111-1") not in priced
    assert ("E9", "20261111-1") in priced
    assert [one["used"] for one in found["budgets"]] == [2, 3, 2]


def test_papers_of_closed_faults_are_owed_until_they_are_filed(command: Opsmon, kept: Path) -> None:
    owed = report(command, kept)["papers_owed"]
    assert [(one["incident"], one["clause"]) for one in owed] == [("20261110-1", "E9"), ("20261111-1", "E9")]
    add(kept, told("20261110-1", FactType.REPORT_FILED, "2026-11-20 10:00:00"))
    owed = report(command, kept)["papers_owed"]
    assert [one["incident"] for one in owed] == ["20261111-1"]


def test_a_reason_that_is_justified_frees_the_report_alone(command: Opsmon, kept: Path) -> None:
    reason = told(
        "20261110-1",
        FactType.EXCLUDED,
        "2026-11-25 10:00:00",
        note="客户封楼",
        approved_by="客户负责人",
        clauses=("E9",),
    )
    add(kept, reason)
    found = report(command, kept)
    priced = [(one["clause"], one.get("incident")) for one in found["penalties"]]
    assert ("E9", "20261110-1") not in priced
    assert ("E5", "20261110-1") in priced
    assert [one["clauses"] for one in found["exclusions"]] == [["E9"], []]


def test_an_exclusion_that_is_withdrawn_is_none(command: Opsmon, kept: Path) -> None:
    at = local("2026-11-26 09:00:00")
    wrong = Fact(FactType.WITHDRAWN, at, "组长", "事件编号填错", withdraws=7)
    add(kept, FactAdded(at, IncidentId("20261111-1"), wrong))
    found = report(command, kept)
    assert found["exclusions"] == []
    assert [one["used"] for one in found["budgets"]] == [3, 4, 2, 1]


def test_obligations_are_done_or_not(command: Opsmon, kept: Path) -> None:
    rows = {one["obligation"]: one for one in report(command, kept)["obligations"]}
    assert (rows["E13"]["done"], rows["E13"]["before_watch"]) == (1, 2)  # the 1st and 2nd were nobody's debt yet
    printed = command("report", "month", E, "--month", "2026-11", "--root", kept).out
    (row,) = [re.split(r"\s{2,}", line.strip()) for line in printed.splitlines() if line.startswith("E13 ")]
    assert (len(row), row[-1]) == (8, "2")
    assert rows["E13"]["papers"] == [{"file": "patrol.pdf", "sha256": SHA, "by": "巡检员"}]
    assert rows["E12"]["due"] == 4
    assert {"service": None, "part": "", "due_at": "2026-11-07T00:00:00+08:00"} in rows["E12"]["not_done_tasks"]


def test_the_sum_is_that_of_its_parts_and_assess_says_the_same(command: Opsmon, kept: Path) -> None:
    found = report(command, kept)
    alone = [one for one in found["penalties"] if "incident" not in one]
    parts = [*found["totals"], *alone]
    assert found["sum"] == {key: sum(one[key] for one in parts) for key in ("cny_min", "cny_max")}
    said = command("contracts", "assess", E, "--month", "2026-11", "--root", kept, "--json").json
    for key in ("sum", "penalties", "budgets", "totals", "exclusions", "late_tasks"):
        assert said[key] == found[key]


def test_another_month_has_nothing_of_it_but_papers_that_are_still_owed(command: Opsmon, kept: Path) -> None:
    found = report(command, kept, "2026-10")
    assert (found["clocks"], found["exclusions"], found["papers_owed"], found["faults"]) == ([], [], [], 0)
    assert found["sum"] == {"cny_min": 0, "cny_max": 0}


def test_a_terminal_is_told_in_the_language_of_the_settings(command: Opsmon, tmp_path: Path) -> None:
    root = write_root(tmp_path, story(), "language: en\n")
    english = command("report", "month", E, "--month", "2026-11", "--root", root).out
    assert "2 of 4" in english
    assert "Papers still owed" in english
    (root / "opsmon.yaml").write_text("language: zh\n", encoding="utf-8")
    chinese = command("report", "month", E, "--month", "2026-11", "--root", root).out
    assert "2/4" in chinese
    assert "尚欠报告（含已关闭事件）" in chinese
    assert "every kind" not in chinese


def test_a_daemon_on_the_root_does_not_hinder_the_report(command: Opsmon, kept: Path) -> None:
    lock = RootLock(kept)
    try:
        assert report(command, kept)["faults"] == 4
    finally:
        lock.release()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_holds_text_as_text_and_numbers_as_numbers(command: Opsmon, tmp_path: Path, language: str) -> None:
    root, file = write_root(tmp_path, story(), f"language: {language}\n"), tmp_path / "november.xlsx"
    said = command("report", "month", E, "--month", "2026-11", "--root", root, "--xlsx", file)
    assert said.code == 0, said.err
    book = load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    named = [cell for cell in cells if str(cell.value).startswith(BAD_NAME)]
    assert named
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in named)
    assert any(isinstance(cell.value, datetime) and cell.number_format == "yyyy-mm-dd hh:mm" for cell in cells)
    money = [cell for cell in cells if cell.number_format == "#,##0.00"]
    assert {40750, 407500} <= {cell.value for cell in money}
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_sheet_and_the_json_may_be_asked_for_at_once(command: Opsmon, kept: Path) -> None:
    file = kept / "november.xlsx"
    said = command("report", "month", E, "--month", "2026-11", "--root", kept, "--xlsx", file, "--json")
    assert said.json["month"] == "2026-11"
    assert file.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((E, "--month", "2026-13"), "is no month such as 2026-11"),
        (("xicheng-vc-2024", "--month", "2026-11"), "did you mean `xicheng-vc-2025`?"),
        ((E, "--month", "2026-11", "--xlsx", "month.csv"), "does not end in .xlsx"),
        ((E, "--month", "2026-11", "--xlsx", "no/such/folder/month.xlsx"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_said(command: Opsmon, kept: Path, words: tuple[str, ...], told: str) -> None:
    said = command("report", "month", *words, "--root", kept)
    assert said.code == 2
    assert told in " ".join(said.err.split())


def test_a_justified_reason_frees_a_late_task_and_can_be_taken_back(command: Opsmon, kept: Path) -> None:
    paper = kept / "consent.pdf"
    paper.write_bytes(b"agreed")
    words = ("contracts", "excuse", E, "E12", "2026-11-06", "--by", "组长", "--reason", "office closed", "--root", kept)
    assert "who approved it" in command(*words, "--approved-by", " ").err
    assert command(*words, "--approved-by", "客户负责人", "--file", paper).code == 0
    assert "is excused already" in command(*words, "--approved-by", "客户负责人").err
    found = report(command, kept)
    assert "E12" not in [one["clause"] for one in found["penalties"]]
    (one,) = found["excused_tasks"]
    assert (one["obligation"], one["approved_by"], one["paper"]) == ("E12", "客户负责人", "consent.pdf")
    assert len(one["paper_sha256"]) == 64
    assert "office closed" in command("contracts", "assess", E, "--month", "2026-11", "--root", kept).out
    assert command(*words, "--approved-by", "客户负责人", "--withdraw").code == 0
    assert "E12" in [one["clause"] for one in report(command, kept)["penalties"]]


def test_what_is_told_months_later_is_priced_in_its_month(command: Opsmon, tmp_path: Path) -> None:
    events = [one for one in story() if getattr(one, "incident", None) == "20261110-1"]
    told_late = FactAdded(
        local("2027-01-20 09:00:00"), IncidentId("20261110-1"),
        Fact(FactType.REPORT_FILED, local("2026-11-13 10:00:00"), "组长"),
    )  # fmt: skip
    root = write_root(tmp_path, [*events, told_late])
    (report_line,) = [one for one in report(command, root)["penalties"] if one["clause"] == "E9"]
    assert (report_line["cny_min"], report_line["cny_max"]) == (8150, 8150)  # due on the 11th, two days late
    assert report(command, root)["papers_owed"] == []
    assert report(command, root, "2027-01")["penalties"] == []


def test_what_is_due_at_the_end_of_a_month_belongs_to_it(command: Opsmon, tmp_path: Path) -> None:
    due = local("2026-11-01 00:00:00")  # the 31st of October, 24:00
    missed = TaskChanged(due, E, ClauseId("E16"), "", "", due, TaskState.AT_RISK, TaskState.OVERDUE)
    root = write_root(tmp_path, [ContractWatched(local("2026-10-01 00:00:00"), E), missed])
    october, november = report(command, root, "2026-10"), report(command, root, "2026-11")
    assert [(one["clause"], one["month"]) for one in october["penalties"]] == [("E16", "2026-10")]
    assert (november["penalties"], november["late_tasks"]) == ([], [])
