"""`opsmon top` against a console that is served: one picture, JSON, mistakes, and a daemon that is not there."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome
from opsmon.model.secret import Secret
from opsmon.web.api.load.port import LoadFigures, LoadPort, QueueLengths
from opsmon.web.settings import PortSettings
from tests.support.cli.pseudo_terminal import ENTERS, on_a_terminal
from tests.support.cli.said import Opsmon
from tests.support.port import free_port
from tests.support.web.scene import TOKEN, WebScene, everything_answers
from tests.support.web.served import served_beside

PATIENCE_S = 60.0


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A root whose daemon answers, with four devices."""
    scene = WebScene(tmp_path, PortSettings(port=0, token=Secret(TOKEN)))
    everything_answers(scene)
    scene.ping("mcu-1", Outcome.TIMEOUT)
    load = LoadPort(lambda: LoadFigures(uptime_s=60.0, queues=QueueLengths(inputs=7)), lambda device, check: "due")
    with served_beside(replace(scene.parts, load=load)) as url:
        settings = f'http: {{listen: "127.0.0.1:{urlsplit(url).port}", token: {TOKEN}}}\nlanguage: en\n'
        (tmp_path / "opsmon.yaml").write_text(settings, encoding="utf-8")
        yield tmp_path


def test_in_a_pipe_one_picture_of_every_table_is_printed(command: Opsmon, root: Path) -> None:
    said = command("top", "--root", root)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith("opsmon top  4 devices, 2 sites, 4 checks  up 1m")
    assert "inputs 7" in said.out
    for told in ("checks", "sites", "slowest", "CPU"):
        assert told in lines
    (slow,) = [line.split() for line in lines if line.startswith("mcu-1")]
    assert slow[1:5] == ["MCU", "icmp", "2.00", "s"]
    assert "timeout" in slow
    assert "\x1b" not in said.out
    assert all(line == line.rstrip() for line in lines)


def test_one_table_alone_sorted_and_filtered(command: Opsmon, root: Path) -> None:
    said = command("top", "--once", "--table", "devices", "--sort", "device", "--filter", "-1", "--root", root)
    names = [line.split()[0] for line in said.out.splitlines() if " icmp " in line]
    assert names == sorted(names)
    assert set(names) == {"core-1", "mcu-1", "ups-1", "会议终端-1"}
    assert "sites\n" not in said.out


def test_json_has_the_facts_of_the_api(command: Opsmon, root: Path) -> None:
    told = command("top", "--json", "--root", root).json
    assert told["sizes"]["devices"] == 4
    assert {row["device"] for row in told["slowest"]} >= {"mcu-1"}
    assert DeviceName("mcu-1") == told["slowest"][0]["device"]


def test_json_with_every_is_a_line_each_time_until_nobody_reads_on(root: Path) -> None:
    words = [sys.executable, "-m", "opsmon", "top", "--json", "--every", "500ms", "--root", str(root)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr.read() == b""
    assert all(line["sizes"]["devices"] == 4 for line in lines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--every", "soon"), "from 500ms to 1h, not soon"),
        (("--every", "1ms"), "from 500ms to 1h, not 1ms"),
        (("--every", "2d"), "from 500ms to 1h, not 2d"),
        (("--table", "device"), "devices"),
        (("--table", "sites", "--sort", "device"), "no device here"),
    ],
)
def test_a_wrong_option_is_told(command: Opsmon, root: Path, words: tuple[str, ...], told: str) -> None:
    said = command("top", *words, "--root", root)
    assert said.code == 2
    assert told in said.err


@pytest.mark.parametrize("words", [(), ("--once",), ("--json",), ("--json", "--every", "1s")])
def test_without_a_daemon_it_says_so(command: Opsmon, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{free_port()}"}}\nlanguage: en\n')
    said = command("top", *words, "--root", tmp_path)
    assert said.code == 3
    assert "is the daemon running? `opsmon run` starts it" in said.err


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_colours_and_screens_are_for_terminals_that_want_them(root: Path, environment: dict[str, str]) -> None:
    with on_a_terminal("top", "--once", "--root", str(root), environment=environment) as terminal:
        assert terminal.end() == 0
    assert "\x1b" not in terminal.said
    assert "opsmon top" in terminal.said


def test_a_dumb_terminal_is_given_one_picture(root: Path) -> None:
    with on_a_terminal("top", "--root", str(root), environment={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
    assert "opsmon top" in terminal.said
    assert ENTERS not in terminal.said
