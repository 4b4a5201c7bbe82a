"""The rows that `make bench` tells: what a bar says of them, how they are written, how they stand in the table."""

import json
from pathlib import Path

from benchmarks._report import Report
from benchmarks._rows import Peer, Row, row_of, table

WALK = Row(
    "a walk",
    500.0,
    "µs",
    None,
    (
        Peer("snmp_exporter", 2_500.0, "without labels", "0.21.0", 0.30),
        Peer("gufo-snmp", 400.0, "", "0.13.0", 1.0),
        Peer("telegraf", note="not in Debian"),
    ),
)


def test_a_ratio_above_its_bar_is_missed_and_named() -> None:
    assert WALK.missed() == ("a walk: 1.25 of gufo-snmp, bar 1",)


def test_a_figure_has_a_bar_of_its_own() -> None:
    assert Row("memory", 300.0, "MB", 300.0).missed() == ()
    assert Row("memory", 301.0, "MB", 300.0).missed() == ("memory: 301 MB, bar 300",)


def test_a_row_comes_back_from_its_json() -> None:
    told = json.loads(json.dumps(WALK.as_json()))
    assert row_of(told) == WALK
    assert told["peers"][0]["ratio"] == 0.2
    assert told["peers"][2]["ratio"] is None
    assert told["missed"] == list(WALK.missed())


def test_the_table_has_a_line_for_each_peer_also_for_one_that_is_not_here() -> None:
    _, exporter, gufo, telegraf = (" ".join(line.split()) for line in table([WALK]).splitlines())
    assert exporter == "a walk 500 µs snmp_exporter 2,500 µs 0.20 0.3 ok; without labels"
    assert gufo == "gufo-snmp 400 µs 1.25 1 MISSED"
    assert telegraf == "telegraf not here not in Debian"


def test_a_row_without_peers_and_bar_is_told_as_well() -> None:
    assert table([Row("pages", 41.0)]).splitlines()[1].split() == ["pages", "41"]


def test_the_report_ends_with_what_was_missed_and_writes_every_row(tmp_path: Path) -> None:
    report, file = Report(), tmp_path / "rows.json"
    report.add("memory", 200.0, "MB", 300.0)
    assert report.end(file) == 0
    report.add("share", 0.2, "", 0.15)
    assert report.end(file) == 1
    assert [row_of(told).name for told in json.loads(file.read_text(encoding="utf-8"))] == ["memory", "share"]
