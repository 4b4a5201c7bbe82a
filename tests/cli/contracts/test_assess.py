"""`contracts assess` reads a month out of a real journal, and agrees with a replay of the same facts."""

from datetime import timedelta
from pathlib import Path

import pytest

from opsmon.model.device import Kind
from opsmon.model.duty import ContractWatched, ObligationDone, TaskChanged, TaskState
from opsmon.model.event import Event, FactAdded, IncidentOpened
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ClauseId, ContractId, DeviceName, IncidentId, SiteName
from opsmon.store.store import open_store
from tests.support.cli.said import Opsmon
from tests.support.contract.rulebook import local
from tests.support.places import REPOSITORY

ID = IncidentId("20260910-1")
FACTS = (
    (FactType.REPORTED, "2026-09-29 10:00:00"),
    (FactType.ACKNOWLEDGED, "2026-09-29 10:02:00"),
    (FactType.REMOTE_STARTED, "2026-09-29 10:05:00"),
    (FactType.REMOTE_FAILED, "2026-09-29 10:10:00"),
    (FactType.ON_SITE, "2026-09-29 11:00:00"),
    (FactType.RESOLVED, "2026-09-29 14:00:00"),
    (FactType.REPORT_FILED, "2026-09-30 17:00:00"),
)
TIMELINE = """\
contract: xicheng-vc-2025
until: "2026-10-20T00:00:00+08:00"
incidents:
  - id: "20260910-1"
    device: mcu-1
    kind: mcu
    labels: {venue: bureau}
    events:
"""


def journal() -> list[Event]:
    begun = local(FACTS[0][1])
    opened = IncidentOpened(
        at=begun, incident=ID, condition="DeviceDown", subject="", device=DeviceName("mcu-1"), site=SiteName("hall"),
        kind=Kind.MCU, contract=ContractId("xicheng-vc-2025"), service="vc", severity=Severity.ORDINARY,
        starts_at=begun, detail="no answer", labels={"venue": "bureau"},
    )  # fmt: skip
    added = [FactAdded(local(at), ID, Fact(type_, local(at), "noc")) for type_, at in FACTS]
    return [opened, *added]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A root with the stock rules and a journal of one late fault."""
    (tmp_path / "rules").symlink_to(REPOSITORY / "rules")
    store = open_store("sqlite:///var/opsmon.db", tmp_path)
    events = journal()
    store.commit(events, (), events[-1].at + timedelta(seconds=1))
    store.close()
    return tmp_path


def test_a_month_is_assessed_from_the_journal(command: Opsmon, kept: Path) -> None:
    said = command("contracts", "assess", "xicheng-vc-2025", "--month", "2026-09", "--root", kept, "--json")
    assert said.code == 0, said.err
    assert [(one["clause"], one["overrun_s"]) for one in said.json["breaches"]] == [
        ("E5", 6600), ("E6", 1800), ("E7", 10800),
    ]  # fmt: skip
    assert [(one["subject"], one["used"], one["limit"]) for one in said.json["budgets"]] == [
        ("all", 1, 5), ("mcu-1", 1, 5),
    ]  # fmt: skip
    assert [(one["clause"], one["cny_min"], one["cny_max"]) for one in said.json["penalties"]] == [
        ("E5", 40750, 407500), ("E6", 0, 20375),
    ]  # fmt: skip


def test_the_replay_of_the_same_facts_costs_the_same(command: Opsmon, kept: Path, tmp_path: Path) -> None:
    events = [f'      - {{at: "{at.replace(" ", "T")}+08:00", type: {type_}}}\n' for type_, at in FACTS]
    timeline = tmp_path / "timeline.yaml"
    timeline.write_text(TIMELINE + "".join(events), encoding="utf-8")
    replayed = command("contracts", "replay", timeline, "--root", kept, "--json").json
    assessed = command("contracts", "assess", "xicheng-vc-2025", "--month", "2026-09", "--root", kept, "--json").json
    assert replayed["penalties"] == assessed["penalties"]
    assert replayed["totals"] == assessed["totals"]


def test_another_month_has_nothing_of_it(command: Opsmon, kept: Path) -> None:
    said = command("contracts", "assess", "xicheng-vc-2025", "--month", "2026-08", "--root", kept, "--json")
    assert (said.json["breaches"], said.json["penalties"]) == ([], [])
    assert [one["used"] for one in said.json["budgets"]] == [0]


@pytest.mark.parametrize("month", ["2026-13", "september", "2026-9"])
def test_a_month_that_is_none_is_wrong_input(command: Opsmon, kept: Path, month: str) -> None:
    said = command("contracts", "assess", "xicheng-vc-2025", "--month", month, "--root", kept)
    assert said.code == 2
    assert "is no month such as 2026-11" in said.err


def test_a_task_that_was_late_is_listed_and_priced(command: Opsmon, tmp_path: Path) -> None:
    (tmp_path / "rules").symlink_to(REPOSITORY / "rules")
    contract, weekly, due = ContractId("xicheng-vc-2025"), ClauseId("E12"), local("2026-09-21 00:00:00")
    late = local("2026-09-23 09:00:00")
    events: list[Event] = [
        ContractWatched(local("2026-09-01 00:00:00"), contract),
        TaskChanged(due, contract, weekly, "", "", due, TaskState.AT_RISK, TaskState.OVERDUE),
        ObligationDone(late, contract, weekly, "", "", due, "2026-09-20", late, "noc"),
        TaskChanged(late, contract, weekly, "", "", due, TaskState.OVERDUE, TaskState.DONE_LATE),
    ]
    store = open_store("sqlite:///var/opsmon.db", tmp_path)
    store.commit(events, (), late + timedelta(seconds=1))
    store.close()
    said = command("contracts", "assess", str(contract), "--month", "2026-09", "--root", tmp_path, "--json")
    assert [(one["obligation"], one["done_at"]) for one in said.json["late_tasks"]] == [
        ("E12", "2026-09-23T09:00:00+08:00")
    ]
    # Due on Sunday 20 Sep at 24:00, filed on the 23rd: three days late counts as refused, 0.5 %.
    (price,) = said.json["penalties"]
    assert (price["clause"], price["month"], price["cny_min"], price["cny_max"]) == ("E12", "2026-09", 20375, 20375)
