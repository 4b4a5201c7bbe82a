"""`opsmon rules export`, judged by promtool: the file is valid, and its alerts fire when the conditions say so."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from opsmon.cli.main import run
from tests.support.places import REPOSITORY
from tests.support.programs import require

pytestmark = pytest.mark.real
Fired = tuple[dict[str, str], str]  # the labels of an alert, and its summary
RULES = REPOSITORY / "rules"
INVENTORY = """\
site: hall
devices:
  - {name: core-1, address: 192.0.2.1, kind: switch, labels: {role: core}, checks: [icmp], important: [uplink]}
  - {name: ups-1, address: 192.0.2.2, kind: ups, checks: [icmp]}
  - {name: nvr-1, address: 192.0.2.3, kind: nvr, checks: [icmp]}
"""
LINK = '{instance="core-1",ifIndex="1",ifName="GE1",ifDescr="",ifAlias="uplink"}'
OTHER_LINK = '{instance="core-1",ifIndex="2",ifName="GE2",ifDescr="",ifAlias=""}'


@pytest.fixture
def rule_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The stock conditions of a small root, exported."""
    root = tmp_path / "root"
    shutil.copytree(RULES, root / "rules")
    (root / "inventories").mkdir()
    (root / "inventories" / "hall.yaml").write_text(INVENTORY, encoding="utf-8")
    (root / "opsmon.yaml").write_text("language: en\n")
    assert run(["--root", str(root), "rules", "export", "--format", "prometheus"]) == 0
    file = tmp_path / "opsmon-rules.yml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    return file


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    program = require("promtool", "prometheus")
    return subprocess.run([program, *words], capture_output=True, text=True, check=False)


def test_the_file_is_valid(rule_file: Path) -> None:
    done = promtool("check", "rules", str(rule_file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


def judge(rule_file: Path, series: dict[str, str], expected: dict[tuple[str, str], list[Fired]]) -> None:
    """Plays series of one value a minute; `expected` says what fires of which alert at which time, and nothing else."""
    alerts: list[dict[str, Any]] = [
        {
            "eval_time": at,
            "alertname": name,
            "exp_alerts": [
                {"exp_labels": labels, "exp_annotations": {"summary": summary}} for labels, summary in fired
            ],
        }
        for (at, name), fired in expected.items()
    ]
    played = [{"series": name, "values": values} for name, values in series.items()]
    tests = [{"interval": "1m", "input_series": played, "alert_rule_test": alerts}]
    file = rule_file.with_name("test.yml")
    document = {"rule_files": [str(rule_file)], "evaluation_interval": "1m", "tests": tests}
    file.write_text(json.dumps(document), encoding="utf-8")
    done = promtool("test", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_alert_waits_for_its_time_and_holds_through_its_hysteresis(rule_file: Path) -> None:
    labels = {"instance": "core-1", "cpu": "1", "severity": "ordinary"}
    judge(
        rule_file,
        {'opsmon_device_cpu_ratio{instance="core-1",cpu="1"}': "0.95x15 0.85x10 0.7x9 0.85x20"},
        {
            ("9m", "CpuHigh"): [],
            ("11m", "CpuHigh"): [(labels, "core-1: CPU at 95% (1)")],
            ("25m", "CpuHigh"): [(labels, "core-1: CPU at 85% (1)")],
            ("28m", "CpuHigh"): [(labels, "core-1: CPU at 85% (1)")],  # it may be a restart that gives no more values
            ("31m", "CpuHigh"): [],
            ("50m", "CpuHigh"): [],  # between the thresholds nothing new begins
        },
    )


def test_severity_follows_the_labels_of_the_inventory(rule_file: Path) -> None:
    judge(
        rule_file,
        {
            'opsmon_device_state{instance="core-1",state="down"}': "0x2 1x5",
            'opsmon_device_state{instance="nvr-1",state="down"}': "0x2 1x5",
            'opsmon_device_inventory_info{instance="core-1",kind="switch",site="hall"}': "1x10",
            'opsmon_device_inventory_info{instance="nvr-1",kind="nvr",site="hall"}': "1x10",
        },
        {
            ("1m", "DeviceDown"): [],
            ("5m", "DeviceDown"): [
                ({"instance": "core-1", "state": "down", "severity": "major"}, "core-1 does not answer"),
                ({"instance": "nvr-1", "state": "down", "severity": "ordinary"}, "nvr-1 does not answer"),
            ],
        },
    )


def test_only_links_that_the_inventory_marks_are_faults(rule_file: Path) -> None:
    labels = {"instance": "core-1", "ifIndex": "1", "ifName": "GE1", "ifAlias": "uplink", "severity": "ordinary"}
    judge(
        rule_file,
        {
            'opsmon_interface_important{instance="core-1",interface="uplink"}': "1x20",
            f"ifOperStatus{LINK}": "1x3 2x3 7x3 2x9",
            f"ifOperStatus{OTHER_LINK}": "2x20",
            f"ifAdminStatus{LINK}": "1x10 2x9",
            f"ifAdminStatus{OTHER_LINK}": "1x20",
        },
        {
            ("2m", "LinkDown"): [],
            ("5m", "LinkDown"): [(labels, "core-1: link GE1 is down")],
            ("9m", "LinkDown"): [(labels, "core-1: link GE1 is down")],
            ("15m", "LinkDown"): [],  # somebody switched it off
        },
    )


def test_an_uplink_that_lldp_finds_is_judged_like_a_marked_link(rule_file: Path) -> None:
    labels = {"instance": "core-1", "ifIndex": "2", "ifName": "GE2", "severity": "ordinary"}
    judge(
        rule_file,
        {
            f"opsmon_interface_uplink{OTHER_LINK}": "1x20",
            f"ifOperStatus{LINK}": "2x20",
            f"ifOperStatus{OTHER_LINK}": "2x20",
            f"ifAdminStatus{LINK}": "1x20",
            f"ifAdminStatus{OTHER_LINK}": "1x20",
        },
        {("5m", "LinkDown"): [(labels, "core-1: link GE2 is down")]},
    )


def test_the_busier_direction_of_a_link_counts(rule_file: Path) -> None:
    labels = {"instance": "core-1", "ifIndex": "1", "ifName": "GE1", "ifAlias": "uplink", "severity": "ordinary"}
    octets_a_minute = 950_000_000 * 60 // 8
    judge(
        rule_file,
        {
            'opsmon_interface_important{instance="core-1",interface="uplink"}': "1x40",
            f"ifOperStatus{LINK}": "1x40",
            f"ifHighSpeed{LINK}": "1000x40",
            f"ifHCInOctets{LINK}": "0+1000x40",
            f"ifHCOutOctets{LINK}": f"0+{octets_a_minute}x40",
        },
        {("20m", "LinkUtilisationHigh"): [(labels, "core-1: link GE1 is 95% used")]},
    )


@pytest.mark.parametrize(
    ("high", "plain"),
    [(0, 100_000_000), (100_000_000, 100_000_000), (100_000, 100_000_000), (100, 4294967295), (100, None), (None, 1e8)],
)
def test_a_link_is_measured_by_whichever_speed_can_be_meant(
    rule_file: Path, high: int | None, plain: float | None
) -> None:
    labels = {"instance": "core-1", "ifIndex": "1", "ifName": "GE1", "ifAlias": "uplink", "severity": "ordinary"}
    series = {
        'opsmon_interface_important{instance="core-1",interface="uplink"}': "1x40",
        f"ifOperStatus{LINK}": "1x40",
        f"ifInOctets{LINK}": f"0+{95_000_000 * 60 // 8}x40",
        f"ifOutOctets{LINK}": "0+1000x40",
    }
    speeds = {f"ifHighSpeed{LINK}": high, f"ifSpeed{LINK}": plain}
    series |= {name: f"{value}x40" for name, value in speeds.items() if value is not None}
    judge(rule_file, series, {("20m", "LinkUtilisationHigh"): [(labels, "core-1: link GE1 is 95% used")]})


def test_a_battery_is_held_against_the_limit_of_the_contract_unless_it_is_on_mains(rule_file: Path) -> None:
    labels = {"instance": "ups-1", "severity": "major"}
    summary = "ups-1: the battery lasts 25m 0s, less than the contract's 30m 0s to be on site"
    judge(
        rule_file,
        {
            'opsmon_device_limit_seconds{instance="ups-1",limit="contract_on_site_limit"}': "1800x30",
            'opsmon_ups_runtime_remaining_seconds{instance="ups-1"}': "1500x30",
            'opsmon_ups_on_battery{instance="ups-1"}': "0x9 1x20",
        },
        {("5m", "UpsRuntimeShort"): [], ("12m", "UpsRuntimeShort"): [(labels, summary)]},
    )


def test_a_fault_budget_that_is_spent_is_told_and_then_that_it_is_overspent(rule_file: Path) -> None:
    clause = {"contract": "xicheng-vc-2025", "clause": "E10"}
    labels, summary = clause | {"severity": "major"}, "contract xicheng-vc-2025 clause E10: "
    series = 'opsmon_fault_budget_%s{contract="xicheng-vc-2025",clause="E10"}'
    judge(
        rule_file,
        {series % "used": "4x3 5x3 6x9", series % "limit": "5x30"},
        {
            ("2m", "FaultBudgetSpent"): [],
            ("6m", "FaultBudgetSpent"): [(labels, f"{summary}5 faults, the next costs")],
            ("6m", "FaultBudgetOverspent"): [],
            ("10m", "FaultBudgetSpent"): [],
            ("10m", "FaultBudgetOverspent"): [(labels, f"{summary}6 faults, over the limit")],
        },
    )


def test_opsmon_itself_is_watched(rule_file: Path) -> None:
    own = {"job": "opsmon", "instance": "127.0.0.1:9876"}
    judge(
        rule_file,
        {'up{job="opsmon",instance="127.0.0.1:9876"}': "1x3 0x9"},
        {
            ("3m", "OpsmonDown"): [],
            ("8m", "OpsmonDown"): [(own | {"severity": "major"}, "opsmon does not answer: nobody sees the faults")],
        },
    )


def test_a_restart_of_the_daemon_resolves_nothing(rule_file: Path) -> None:
    """Its series are gone for a scrape or two, and come back as they were."""
    labels = {"instance": "core-1", "state": "down", "severity": "major"}
    fired = [(labels, "core-1 does not answer")]
    judge(
        rule_file,
        {
            'opsmon_device_state{instance="core-1",state="down"}': "1x5 stale 1x6 0x10",
            'opsmon_device_inventory_info{instance="core-1",kind="switch",site="hall"}': "1x5 stale 1x17",
        },
        {
            ("5m", "DeviceDown"): fired,
            ("6m", "DeviceDown"): fired,
            ("7m", "DeviceDown"): fired,
            ("9m", "DeviceDown"): fired,
            ("19m", "DeviceDown"): [],
        },
    )


def test_an_alert_of_a_clock_names_device_site_and_due_time(rule_file: Path) -> None:
    labels = {
        "contract": "c1", "clause": "E2", "target": "on_site", "site": "hall", "device": "core-1", "severity": "major",
    }  # fmt: skip
    series = "opsmon_clock_due_timestamp_seconds{contract='c1',clause='E2',target='on_site',site='hall',device='core-1'"
    words = "hall core-1: contract c1 clause E2"
    judge(
        rule_file,
        {
            f"{series},state='running'}}": "1795140000x2 stale",
            f"{series},state='at_risk'}}": "_x3 1795140000x4 stale",
            f"{series},state='breached'}}": "_x8 1795140000x10",
        },
        {
            ("2m", "TargetAtRisk"): [],
            ("4m", "TargetAtRisk"): [(labels, f"{words} at risk, due 2026-11-20 02:00:00 +0000 UTC")],
            ("12m", "TargetAtRisk"): [],
            ("12m", "TargetBreached"): [(labels, f"{words} breached, was due 2026-11-20 02:00:00 +0000 UTC")],
        },
    )


def test_a_device_that_nobody_watches_and_a_blind_daemon_are_told(rule_file: Path) -> None:
    series = {
        'opsmon_device_state{instance="typo-1",state="unknown"}': "1x10",
        'opsmon_checks_unmeasured{check="icmp"}': "0 1x10",
        "opsmon_blind": "0 1x10",
    }
    unwatched = "typo-1 cannot be measured (its name, our network or rights): nobody watches it"
    blind = "opsmon cannot measure most devices: its own network, resources, rights or name service fail"
    judge(
        rule_file,
        series,
        {
            ("0m", "OpsmonBlind"): [],
            ("2m", "OpsmonBlind"): [({"severity": "major"}, blind)],
            ("2m", "DeviceUnwatched"): [({"instance": "typo-1", "state": "unknown", "severity": "major"}, unwatched)],
            ("2m", "CheckUnmeasured"): [
                (
                    {"check": "icmp", "severity": "major"},
                    "the check icmp cannot be made on 1 device: see the log of opsmon",
                )
            ],
        },
    )
