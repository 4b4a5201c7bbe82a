"""The files in `deploy/`, judged by the programs that they are for."""

import configparser
import subprocess
from pathlib import Path

import pytest

from tests.support.places import REPOSITORY
from tests.support.programs import require

pytestmark = pytest.mark.real
DEPLOY = REPOSITORY / "deploy"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)


def test_promtool_takes_the_scrape_configuration() -> None:
    done = run(require("promtool", "prometheus"), "check", "config", DEPLOY / "prometheus" / "opsmon.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_amtool_takes_the_alertmanager_configuration() -> None:
    amtool = require("amtool", "prometheus-alertmanager")
    done = run(amtool, "check-config", DEPLOY / "alertmanager" / "alertmanager.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_breach_goes_out_at_once() -> None:
    amtool = require("amtool", "prometheus-alertmanager")
    config = f"--config.file={DEPLOY / 'alertmanager' / 'alertmanager.yml'}"
    done = run(amtool, "config", "routes", "test", config, "--verify.receivers=oncall", "alertname=TargetBreached")
    assert done.returncode == 0, done.stdout + done.stderr


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = require("systemd-analyze", "systemd")
    text = (DEPLOY / "systemd" / "opsmon.service").read_text(encoding="utf-8")
    assert "ExecStart=/opt/opsmon/bin/opsmon " in text
    unit = tmp_path / "opsmon.service"
    unit.write_text(text.replace("/opt/opsmon/bin/opsmon ", "/bin/true "), encoding="utf-8")
    done = run(analyze, "verify", "--man=no", unit)
    complaints = [line for line in done.stderr.splitlines() if "opsmon.service" in line]
    assert complaints == []


def test_systemd_takes_the_nightly_backup(tmp_path: Path) -> None:
    analyze = require("systemd-analyze", "systemd")
    for name in ("opsmon-backup.service", "opsmon-backup.timer"):
        text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/opsmon/bin/opsmon ", "/bin/true "), encoding="utf-8")
    done = run(analyze, "verify", "--man=no", tmp_path / "opsmon-backup.service", tmp_path / "opsmon-backup.timer")
    assert [line for line in done.stderr.splitlines() if "opsmon-backup" in line] == []


@pytest.mark.parametrize("name", ["opsmon.service", "opsmon-backup.service"])
def test_systemd_finds_little_to_expose(name: str) -> None:
    analyze = require("systemd-analyze", "systemd")
    done = run(analyze, "security", "--offline=true", "--threshold=20", "--no-pager", DEPLOY / "systemd" / name)
    assert done.returncode == 0, done.stdout  # above 2.0 it ends with 1


def test_the_unit_may_ping_and_little_else() -> None:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names keep their case
    unit.read(DEPLOY / "systemd" / "opsmon.service")
    service = unit["Service"]
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == "CAP_NET_RAW"
    assert service["Type"] == "notify"
    assert service["ProtectSystem"] == "strict"
