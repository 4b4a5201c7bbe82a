"""Runs command lines in this process, as a shell would see them."""

from pathlib import Path

import pytest

from opsmon.cli.main import run
from tests.support.cli.said import Opsmon, Said


@pytest.fixture(autouse=True)
def english_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that says nothing of a language, whoever runs the tests."""
    monkeypatch.delenv("OPSMON_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Opsmon:
    """`command("check", "--root", root)`; the environment has no root and no secrets of ours."""
    monkeypatch.delenv("OPSMON_ROOT", raising=False)

    def say(*words: str | Path) -> Said:
        capfd.readouterr()
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return say


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small root that loads: one site, a core, an MCU and three cameras."""
    files = {
        "probes/generic.yaml": "name: generic\ntitle: any device\nkind: other\n",
        "rules/conditions.yaml": "{}\n",
        "inventories/hall.yaml": """\
site: hall
title: 二龙路主会场
labels: {venue: main-hall}
defaults: {snmp: {version: 2c, community: planted-secret-17}}
devices:
  - {name: core-1, formerly: [hub], title: 核心交换机, address: 192.0.2.1, kind: switch, important: [Gi0/1]}
  - {name: mcu-1, address: 192.0.2.11, kind: mcu, parents: [core-1], checks: [icmp, {tcp: {port: 5060}}]}
ranges:
  - {name: "cam-{n}", title: "摄像机 {n}", address: 192.0.2.0/24, first: 21, count: 3, kind: camera, parents: [core-1]}
""",
    }
    for path, text in files.items():
        (tmp_path / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / path).write_text(text, encoding="utf-8")
    return tmp_path / "root"
