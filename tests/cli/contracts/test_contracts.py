"""`opsmon contracts …` as a shell sees it: the shapes that other programs hold on to, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli.said import Opsmon
from tests.support.places import REPOSITORY

E = "xicheng-vc-2025"
DEADLINE_KEYS = {
    "clause", "target", "starts_at", "due_at", "strict_due_at", "at_risk_at", "provisional", "interpretation", "why",
}  # fmt: skip
STATE_KEYS = {"clause", "target", "state", "starts_at", "at_risk_at", "due_at", "met_at", "overrun_s"}
TIMELINE = """\
contract: xicheng-vc-2025
until: 2026-12-01T00:00:00+08:00
incidents:
  - id: i1
    device: mcu-1
    kind: mcu
    service: vc
    severity: ordinary
    labels: {venue: bureau}
    events:
      - {at: 2026-11-20T11:00:00+08:00, type: resolved}
      - {at: 2026-11-20T10:00:00+08:00, type: reported}
      - {at: 2026-11-20T10:11:00+08:00, type: remote_started}
      - {at: 2026-11-20T09:00:00+08:00, type: on_site}
      - {at: 2026-12-02T09:00:00+08:00, type: report_filed}
  - {id: i2, labels: {venue: main-hall}, events: [{at: 2026-11-30T23:59:00+08:00, type: detected}]}
"""


@pytest.fixture
def contracts(command: Opsmon) -> Opsmon:
    def run(*words: str | Path) -> Any:
        return command("contracts", *words, "--root", REPOSITORY)

    return run


def deadlines(contracts: Opsmon, *words: str) -> dict[str, Any]:
    said = contracts("deadlines", *words, "--json")
    assert said.code == 0, said.err
    return {clock["clause"]: clock for clock in said.json["clocks"]}


def test_the_list_names_all_five(contracts: Opsmon) -> None:
    said = contracts("list", "--json")
    assert [one["contract"] for one in said.json] == [
        "baizhifang-2026", "bj-hrss-2021", "stations-it", "xicheng-stats-2023", "xicheng-vc-2025",
    ]  # fmt: skip
    assert {one["contract"]: one["term"] for one in said.json}[E] == {
        "from": "2025-10-24", "to": "2027-03-24", "goes_on": False,
    }  # fmt: skip
    assert "xicheng-vc-2025" in contracts("list").out.replace("\n", "")


def test_a_contract_is_shown_with_its_clauses(contracts: Opsmon) -> None:
    shown = contracts("show", E, "--json").json
    assert [clause["clause"] for clause in shown["clauses"]] == [f"E{number}" for number in range(1, 10)]
    assert shown["clauses"][8]["limit"] == "1 workday to 18:00"
    assert shown["clauses"][5]["limit"] == (
        "30 min, started inside holidays-and-events or 30 min, started inside flood-season (disputed)"
    )
    assert shown["clauses"][1]["variants"][0]["applies"] == [{"labels": {"venue": ["main-hall", "north-campus"]}}]
    assert contracts("show", E).code == 0


def test_a_calendar_shows_holidays_make_up_days_and_what_is_not_announced(contracts: Opsmon) -> None:
    year = contracts("calendar", "2026", "--json").json
    assert year["announced"]
    assert [day["date"] for day in year["make_up_workdays"]] == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip
    weekdays_off = {day["date"] for day in year["holidays"]}
    assert {"2026-02-23", "2026-04-06", "2026-06-19", "2026-09-25", "2026-10-07"} <= weekdays_off
    assert year["key_periods"]["flood-season"] == [{"from": "2026-06-01", "to": "2026-10-07"}]
    unknown = contracts("calendar", "2027", "--json").json
    assert not unknown["announced"]
    assert any("2027 are not announced" in warning for warning in unknown["warnings"])
    told = contracts("calendar", "2027")
    assert "2027年节假日安排尚未公布：涉及该时段的结果为暂定" in told.err
    assert contracts("calendar", "2026", "--contract", E).code == 0


def test_deadlines_have_the_agreed_shape_and_explain_themselves(contracts: Opsmon) -> None:
    clock = deadlines(contracts, E, "--event", "resolved=2026-09-30T23:00:00+08:00")["E9"]
    assert set(clock) >= DEADLINE_KEYS
    assert clock["starts_at"] == "2026-09-30T23:00:00+08:00"
    assert clock["due_at"] == "2026-10-08T18:00:00+08:00"
    assert clock["strict_due_at"] is None
    assert clock["provisional"] is False
    assert "Thu 8 Oct is day 1; ends at close of business 18:00" in clock["why"]
    assert "10月8日（周四）为第1个工作日" in clock["why_zh"]


def test_deadlines_take_kind_service_severity_and_labels(contracts: Opsmon) -> None:
    found = deadlines(
        contracts, "baizhifang-2026", "--event", "detected=2026-07-06T12:00:00Z", "--service", "office",
        "--kind", "server", "--severity", "emergency", "--label", "cause=external",
    )  # fmt: skip
    assert set(found) == {"C2", "C4", "C6", "C19", "C20", "C21"}
    assert found["C4"]["due_at"] is None
    assert found["C4"]["strict_due_at"] == "2026-07-06T20:30:00+08:00"
    assert "flood season" in found["C4"]["interpretation"]


def test_only_clocks_that_have_started_are_listed(contracts: Opsmon) -> None:
    before = deadlines(
        contracts, "baizhifang-2026", "--service", "cctv", "--event", "reported=2026-11-20T10:00:00+08:00"
    )
    assert set(before) == {"C5"}
    late = deadlines(
        contracts, "baizhifang-2026", "--service", "cctv", "--event", "reported=2026-11-20T10:00:00+08:00",
        "--event", "acknowledged=2026-11-20T12:00:01+08:00",
    )  # fmt: skip
    assert set(late) == {"C5", "C8"}


def test_without_a_service_every_lot_is_told(contracts: Opsmon) -> None:
    said = contracts("deadlines", "bj-hrss-2021", "--event", "reported=2021-10-08T20:00:00+08:00", "--json")
    calls = [clock["due_at"] for clock in said.json["clocks"] if clock["clause"] == "B1"]
    assert calls == ["2021-10-09T09:05:00+08:00", "2021-10-08T20:05:00+08:00"]


def test_outside_the_term_nothing_is_due(contracts: Opsmon) -> None:
    assert deadlines(contracts, E, "--event", "notified=2025-10-23T23:59:59+08:00") == {}
    assert "没有适用的条款" in contracts("deadlines", E, "--event", "notified=2025-10-23T23:59:59+08:00").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["deadlines", "xicheng-vc-2024", "--event", "reported=2026-11-20T10:00:00Z"],
            "did you mean `xicheng-vc-2025`?",
        ),
        (["deadlines", E, "--event", "reported=2026-11-20T10:00:00"], "did you mean `2026-11-20T10:00:00+08:00`?"),
        (["deadlines", E, "--event", "repoted=2026-11-20T10:00:00Z"], "did you mean `reported`?"),
        (["deadlines", E, "--event", "reported"], "has no `=`"),
        (["deadlines", E, "--event", "reported=yesterday"], "is no time"),
        (["deadlines", E, "--event", "reported=2026-11-20T10:00:00Z", "--service", "vcc"], "did you mean `vc`?"),
        (["deadlines", E, "--event", "reported=2026-11-20T10:00:00Z", "--kind", "mcv"], "did you mean `mcu`?"),
        (["deadlines", E, "--event", "reported=2026-11-20T10:00:00Z", "--severity", "huge"], "no severity `huge`"),
        (
            ["deadlines", E, "--event", "reported=2026-11-20T10:00Z", "--label", "venue=burau"],
            "did you mean `bureau`?",
        ),
        (
            ["deadlines", E, "--event", "reported=2026-11-20T10:00Z", "--label", "venu=bureau"],
            "did you mean `venue`?",
        ),
        (
            ["deadlines", E, "--event", "reported=2026-11-20T10:00Z", "--label", "ven=bureau"],
            "selects on no label `ven` (did you mean `venue`?)",
        ),
        (
            ["deadlines", E, "--event", "reported=2026-11-20T10:00Z", "--label", "rack=7"],
            "selects on no label `rack` (its labels: ",
        ),
        (["deadlines", E, "--event", "reported=2026-11-20T10:00:00Z", "--label", "venue"], "has no `=`"),
        (["show", "E"], "no such contract: `E`"),
    ],
)
def test_wrong_words_are_refused_with_a_hint(contracts: Opsmon, words: list[str], message: str) -> None:
    said = contracts(*words)
    assert said.code == 2
    assert message in said.err.replace("\n", " ")


def write(folder: Path, text: str = TIMELINE) -> Path:
    file = folder / "timeline.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_replay_tells_how_every_clock_ended_and_what_was_refused(contracts: Opsmon, tmp_path: Path) -> None:
    told = contracts("replay", write(tmp_path), "--json").json
    assert told["contract"] == E
    first, second = told["incidents"]
    clocks = {clock["clause"]: clock for clock in first["clocks"]}
    assert set(clocks) == {"E1", "E3", "E9"}
    assert set(clocks["E3"]) >= STATE_KEYS
    assert (clocks["E3"]["state"], clocks["E3"]["overrun_s"]) == ("met_late", 60)
    assert clocks["E3"]["met_at"] == "2026-11-20T10:11:00+08:00"
    assert (clocks["E9"]["state"], clocks["E9"]["met_at"]) == ("breached", None)
    assert clocks["E9"]["overrun_s"] == (7 * 24 + 6) * 3600
    assert [(one["type"], one["reason"]) for one in first["refused"]] == [
        ("on_site", "on_site before its incident began")
    ]
    assert [(clock["clause"], clock["state"]) for clock in second["clocks"]] == [("E2", "running")]
    assert [(one["subject"], one["used"]) for one in told["budgets"]] == [("all", 2), ("i2", 1), ("mcu-1", 1)]
    table = contracts("replay", write(tmp_path))
    assert table.code == 0
    assert "on_site before its incident began" in table.err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("contract: xicheng-vc-2025", "contract: xicheng-vc", "timeline.yaml:1:11: no such contract"),
        (
            "until: 2026-12-01T00:00:00+08:00",
            "until: 2026-12-01T00:00:00",
            "timeline.yaml:2:8: a time without an offset",
        ),
        ("at: 2026-11-20T11:00:00+08:00", "at: 2026-11-20T11:00:00", "timeline.yaml:11:14: a time without an offset"),
        ("at: 2026-11-20T11:00:00+08:00", "at: 2026-11-20", "timeline.yaml:11:14: not a time"),
        ("type: resolved", "type: solved", "timeline.yaml:11:47: unknown word `solved` (did you mean `resolved`?)"),
        (
            "service: vc",
            "service: vcc",
            "timeline.yaml:7:14: `xicheng-vc-2025` has no service `vcc` (did you mean `vc`?)",
        ),
        (
            "venue: bureau",
            "venue: burau",
            "knows no `venue` `burau`: its clauses pass it over (did you mean `bureau`?)",
        ),
        ("id: i2", "id: i1", "timeline.yaml:16:10: a second incident `i1`"),
        ("kind: mcu", "kind: mcuu", "timeline.yaml:6:11: unknown word `mcuu` (did you mean `mcu`?)"),
        ("severity: ordinary", "serverity: ordinary", "unknown key `serverity` (did you mean `severity`?)"),
    ],
)
def test_a_mistake_in_a_timeline_is_said_at_its_line(
    contracts: Opsmon, tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in TIMELINE
    said = contracts("replay", write(tmp_path, TIMELINE.replace(old, new, 1)))
    assert said.code == 2
    assert message in said.err


def test_the_ways_to_write_one_moment_are_one(contracts: Opsmon, tmp_path: Path) -> None:
    told = contracts("replay", write(tmp_path), "--json").json
    at = "2026-11-20T10:11:00+08:00"
    for other in ("2026-11-20T02:11:00Z", '"2026-11-20T10:11:00+08:00"', "2026-11-20 10:11:00+08:00"):
        again = contracts("replay", write(tmp_path, TIMELINE.replace(at, other, 1)), "--json").json
        assert again["incidents"] == told["incidents"]


def test_a_timeline_that_is_not_there_is_wrong_input(contracts: Opsmon, tmp_path: Path) -> None:
    assert contracts("replay", tmp_path / "none.yaml").code == 2


def test_a_contract_tells_what_its_calendar_leaves_open(contracts: Opsmon) -> None:
    told = "the holidays of 2027 are not announced: results that touch it are provisional"
    assert told in contracts("show", E).err
    assert told not in contracts("list").err


TIMELINE_WITH_FINDINGS = """\
contract: xicheng-vc-2025
until: 2026-12-01T00:00:00+08:00
incidents:
  - id: i1
    labels: {venue: bureau}
    events:
      - {at: 2026-11-20T10:00:00+08:00, type: reported, by: user}
      - {at: 2026-11-20T10:10:00+08:00, type: judged, labels: {venue: main-hall}, by: lead, reason: moved}
      - {at: 2026-11-20T10:20:00+08:00, type: on_site, by: engineer}
      - {at: 2026-11-20T10:30:00+08:00, type: withdrawn, fact: 3, by: lead, reason: another hall}
      - {at: 2026-11-20T11:00:00+08:00, type: excluded, clauses: [E1], approved_by: customer, by: lead, reason: power}
"""


def test_a_timeline_takes_back_judges_and_excludes(contracts: Opsmon, tmp_path: Path) -> None:
    file = tmp_path / "timeline.yaml"
    file.write_text(TIMELINE_WITH_FINDINGS, encoding="utf-8")
    (incident,) = contracts("replay", file, "--json").json["incidents"]
    states = {clock["clause"]: (clock["state"], clock["met_at"]) for clock in incident["clocks"]}
    assert states == {"E1": ("cancelled", None), "E2": ("breached", None)}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("fact: 3", "fact: 4", "there is no event 4 above this one"),
        ("fact: 3", "fact: 2", "event 2 is a finding"),
        ("type: on_site", "type: on_site, fact: 1", "`fact` and `type: withdrawn` belong together"),
        ("clauses: [E1]", "clauses: [E99]", "no such clause: `E99`"),
        ("type: on_site", "type: on_site, clauses: [E1]", "belong to `excluded` and `included`"),
        ("labels: {venue: main-hall}, by", "by", "says what was found"),
        ("venue: main-hall", "venue: main-hal", "did you mean `main-hall`"),
        ("type: excluded, clauses: [E1], approved_by: customer", "type: withdrawn, fact: 3", "withdrawn by event 4"),
    ],
)
def test_what_cannot_be_in_a_timeline_is_said_at_its_line(
    contracts: Opsmon, tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    file = tmp_path / "timeline.yaml"
    assert right in TIMELINE_WITH_FINDINGS
    file.write_text(TIMELINE_WITH_FINDINGS.replace(right, wrong), encoding="utf-8")
    refused = contracts("replay", file)
    assert refused.code == 2
    assert said in refused.err.replace("\n", " ")
    assert "timeline.yaml:" in refused.err


def test_deadlines_of_a_message_of_our_own_are_provisional_or_only_warn(contracts: Opsmon) -> None:
    found = deadlines(
        contracts, E, "--severity", "emergency", "--label", "venue=main-hall",
        "--event", "notified@opsmon/oncall=2026-11-20T10:00:00+08:00",
    )  # fmt: skip
    assert (found["E1"]["due_at"], found["E1"]["provisional"]) == ("2026-11-20T10:03:00+08:00", True)
    assert (found["E8"]["due_at"], found["E8"]["strict_due_at"]) == (None, "2026-11-20T12:00:00+08:00")


def test_the_table_of_a_contract_tells_the_stricter_reading(contracts: Opsmon) -> None:
    assert "【从严：自监测发现或报修起】" in contracts("show", "xicheng-stats-2023").out
    (call,) = [one for one in contracts("show", "bj-hrss-2021", "--json").json["clauses"] if one["clause"] == "B1"]
    assert call["variants"][1]["strict_runs"] == "always"
