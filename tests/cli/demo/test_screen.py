"""What the demo prints: folded beside the time on a terminal, one line a message in a pipe, addresses never folded."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from opsmon.cli.demo.screen import DemoScreen

LONG = "[故障] 街道视频监控: 接入交换机 3 (access-3) does not answer, since 03:17:11, 40 devices behind it; C5"
COMMAND = "opsmon incidents ack 20261129-3 --root /tmp/" + "a-long-name-" * 12


def screen_of(width: int, *, terminal: bool) -> tuple[DemoScreen, io.StringIO]:
    written = io.StringIO()
    console = Console(file=written, width=width, force_terminal=terminal, no_color=True, highlight=False)
    return DemoScreen(quiet=False, console=console), written


@pytest.mark.parametrize("width", [80, 160])
def test_on_a_terminal_a_message_is_folded_beside_its_time(width: int) -> None:
    screen, written = screen_of(width, terminal=True)
    screen.tell("firing", LONG)
    lines = [line for line in written.getvalue().splitlines() if line.strip()]
    assert len(lines) == (1 if width == 160 else 2)
    assert all(line.removeprefix("\x1b[1m").startswith(" " * 10) for line in lines[1:])


@pytest.mark.parametrize("width", [40, 80, 160])
def test_a_command_and_an_address_are_never_folded(width: int) -> None:
    screen, written = screen_of(width, terminal=True)
    screen.tell("type", COMMAND)
    screen.tell("url", "http://127.0.0.1:9876/metrics/site/street-cctv")
    assert COMMAND in written.getvalue()
    assert "http://127.0.0.1:9876/metrics/site/street-cctv" in written.getvalue()


def test_in_a_pipe_a_message_is_one_line_and_the_clock_is_told_now_and_then() -> None:
    screen, written = screen_of(80, terminal=False)
    screen.tell("firing", LONG)
    for seconds in range(5):
        screen.tell("clock", f"E2 on site 1:0{seconds} left")
        screen.tell("progress", "1 of 9 devices are up")
    screen.tell("clock", "")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(LONG)
    assert lines[1].endswith("E2 on site 1:00 left")


def test_the_picture_asks_nobody_for_anything(tmp_path: Path) -> None:
    screen, _ = screen_of(80, terminal=False)
    screen.tell("firing", "mcu-1 does not answer")
    screen.save_picture(tmp_path / "demo.svg")
    svg = (tmp_path / "demo.svg").read_text(encoding="utf-8")
    assert "mcu-1" in svg
    assert "@font-face" not in svg
