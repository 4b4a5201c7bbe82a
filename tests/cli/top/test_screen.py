"""`opsmon top` on a terminal: keys, another size, a daemon that goes away, and the terminal given back at every end."""

import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from opsmon.model.secret import Secret
from opsmon.web.settings import PortSettings
from tests.support.cli.pseudo_terminal import ENTERS, XTERM, PseudoTerminal, on_a_terminal
from tests.support.port import free_port
from tests.support.web.scene import TOKEN, WebScene, everything_answers
from tests.support.web.served import served_beside


@pytest.fixture
def scene(tmp_path: Path) -> WebScene:
    made = WebScene(tmp_path, PortSettings(port=0, token=Secret(TOKEN)))
    everything_answers(made)
    return made


def write_settings(root: Path, port: int | None, language: str = "en") -> None:
    settings = f'http: {{listen: "127.0.0.1:{port}", token: {TOKEN}}}\nlanguage: {language}\n'
    (root / "opsmon.yaml").write_text(settings, encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path, scene: WebScene) -> Iterator[Path]:
    with served_beside(scene.parts) as url:
        write_settings(tmp_path, urlsplit(url).port)
        yield tmp_path


@pytest.fixture
def screen(root: Path) -> Iterator[PseudoTerminal]:
    with on_a_terminal("top", "--root", str(root), "--every", "500ms") as made:
        made.until("q quit")
        yield made


def test_keys_choose_sort_filter_and_end(screen: PseudoTerminal) -> None:
    assert ENTERS in screen.said
    mark = screen.mark()
    screen.press("d")
    screen.until("DEVICE", mark)
    mark = screen.mark()
    screen.press("/ups")
    screen.until("filter: ups_", mark)
    screen.press("\r")
    seen = screen.until("filter: ups  q quit", mark)
    last = seen.rpartition("DEVICE")[2]
    assert "ups-1" in last
    assert "core-1" not in last
    mark = screen.mark()
    screen.press("p")
    screen.until("paused", mark)
    mark = screen.mark()
    screen.press("t")
    screen.until("nothing of that name", mark)
    mark = screen.mark()
    screen.press("\x1b")
    screen.until("erlong-hall", mark)
    screen.press("q")
    assert screen.end() == 0
    assert screen.is_as_before


def test_it_goes_on_by_itself_and_takes_another_size(screen: PseudoTerminal, scene: WebScene) -> None:
    mark = screen.mark()
    scene.clock.at = scene.clock.at.replace(second=37)
    screen.until(":37", mark)
    mark = screen.mark()
    screen.resize(140, 30)
    screen.until("DEGRADED", mark)  # a column for which 80 have no room
    screen.press("q")
    assert screen.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_the_terminal_is_as_it_was(screen: PseudoTerminal, number: signal.Signals) -> None:
    if number is signal.SIGINT:
        screen.press("\x03")
    else:
        screen.process.send_signal(number)
    assert screen.end() == 128 + number
    assert screen.is_as_before
    assert "Traceback" not in screen.said


def test_a_daemon_that_goes_away_is_told_and_found_again(tmp_path: Path) -> None:
    port = free_port()
    scene = WebScene(tmp_path, PortSettings(port=port, token=Secret(TOKEN)))
    write_settings(tmp_path, port)
    with served_beside(scene.parts):
        screen = PseudoTerminal(("top", "--root", str(tmp_path), "--every", "500ms"), XTERM, (80, 24))
        screen.until("q quit")
    try:
        mark = screen.mark()
        screen.until("no answer from", mark)
        mark = screen.mark()
        with served_beside(scene.parts):
            screen.until("q quit", mark)
            screen.press("q")
            assert screen.end() == 0
            assert screen.is_as_before
    finally:
        screen.close()


def test_without_a_daemon_the_terminal_is_not_touched(tmp_path: Path) -> None:
    write_settings(tmp_path, free_port())
    with on_a_terminal("top", "--root", str(tmp_path)) as screen:
        assert screen.end() == 3
    assert "is the daemon running?" in screen.said
    assert ENTERS not in screen.said


def test_a_chinese_root_has_a_chinese_screen(tmp_path: Path, scene: WebScene) -> None:
    with served_beside(scene.parts) as url:
        write_settings(tmp_path, urlsplit(url).port, "zh")
        with on_a_terminal("top", "--root", str(tmp_path), "--table", "devices") as screen:
            screen.until("会议终端-1")
            screen.until("q 退出")
            screen.press("\x1b[B")
            screen.press("q")
            assert screen.end() == 0
