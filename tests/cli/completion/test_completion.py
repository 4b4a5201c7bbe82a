"""What TAB offers: asked as the shells ask, and with bash, zsh and fish themselves."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from opsmon.cli.completion.scripts import SCRIPTS, Shell
from opsmon.web.identity import ROOT_HEADER, as_header
from tests.support.cli.said import Opsmon
from tests.support.programs import require

Tab = Callable[..., list[str]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands are kept once they were found; to find them anew in every test takes two seconds each."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def environ(tmp_path: Path, cache: Path) -> dict[str, str]:
    """A shell in which `opsmon` is this very one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "opsmon").write_text(f'#!/bin/sh\nexec {sys.executable} -m opsmon "$@"\n')
    (folder / "opsmon").chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache), "LANG": "C.UTF-8"}


@pytest.fixture
def tab(environ: dict[str, str]) -> Tab:
    """`tab("opsmon inv")`: what bash is told; `shell="zsh"` and the others."""

    def ask(line: str, shell: str = "bash", **more: str) -> list[str]:
        words = [sys.executable, "-m", "opsmon", "_complete", shell, line.rpartition(" ")[2], line]
        ran = subprocess.run(words, env=environ | more, capture_output=True, text=True, check=True)
        assert ran.stderr == ""
        return ran.stdout.splitlines()

    return ask


def test_commands_and_their_options(tab: Tab) -> None:
    assert tab("opsmon in") == ["init", "inventory", "incidents"]
    assert {"list", "show", "ack", "event"} <= set(tab("opsmon incidents "))
    assert {"--kind", "--site", "--json", "--root"} <= set(tab("opsmon inventory list --"))
    assert "--json" not in tab("opsmon inventory list --json --")


def test_words_to_choose_from(tab: Tab) -> None:
    assert tab("opsmon inventory list --kind s") == ["switch", "security", "storage", "server"]
    assert tab("opsmon incidents event some-id acknow") == ["acknowledged"]
    assert tab("opsmon schema cont") == ["contract"]
    assert tab("opsmon contracts replay ") == [":files"]


def test_names_of_the_root(tab: Tab, root: Path) -> None:
    asked = f"opsmon --root {root} inventory"
    assert tab(f"{asked} show ") == ["core-1", "mcu-1", "cam-21", "cam-22", "cam-23"]
    assert tab("opsmon inventory show mc", OPSMON_ROOT=str(root)) == ["mcu-1"]
    assert tab(f"{asked} list --site ") == ["hall"]
    assert tab(f"{asked} show co", "zsh") == ["core-1:核心交换机"]
    assert tab(f"{asked} show co", "fish") == ["core-1\t核心交换机"]


def test_a_root_with_mistakes_completes_as_well(tab: Tab, root: Path) -> None:
    (root / "inventories" / "wrong.yaml").write_text("site: wrong\nzite: x\ndevices:\n  - name: odd-1\n\taddress: 1\n")
    assert tab(f"opsmon --root {root} inventory show odd") == ["odd-1"]


def test_contracts_and_profiles_are_the_stock_ones_where_the_root_has_none(tab: Tab, tmp_path: Path) -> None:
    asked = f"opsmon --root {tmp_path}"
    assert "xicheng-vc-2025" in tab(f"{asked} contracts show xi")
    assert "huawei-vrp" in tab(f"{asked} probe --profile huawei-")


def test_what_makes_no_sense_gives_nothing_and_says_nothing(tab: Tab) -> None:
    for line in ("opsmon nonsense ", "opsmon inventory show 'open", "opsmon check x y z ", "opsmon --root"):
        assert tab(line) in ([], ["--root"])


@pytest.fixture
def daemon(root: Path) -> Iterator[list[str | None]]:
    """What stands for the daemon of the root: two incidents, and the roots that it was asked for."""
    asked: list[str | None] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers[ROOT_HEADER])
            found = [{"id": "i-17", "condition": "DeviceDown", "device": "core-1"}, {"id": "j-18"}]
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        (root / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{server.server_port}"}}\n')
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield asked
        server.shutdown()
        thread.join()


def test_incidents_are_those_of_the_running_daemon(tab: Tab, root: Path, daemon: list[str | None]) -> None:
    assert tab(f"opsmon --root {root} incidents ack i", "fish") == ["i-17\tDeviceDown core-1"]
    assert daemon == [as_header(root.resolve())]


def test_a_daemon_that_is_away_is_no_word_at_all(tab: Tab, root: Path) -> None:
    (root / "opsmon.yaml").write_text('http: {listen: "127.0.0.1:1"}\n')
    assert tab(f"opsmon --root {root} incidents ack ") == []


def test_the_commands_are_found_once_and_kept(tab: Tab, tmp_path: Path) -> None:
    empty = str(tmp_path / "empty")
    first = tab("opsmon report month --", XDG_CACHE_HOME=empty)
    (kept,) = Path(empty, "opsmon").glob("commands-*-report.json")
    before = kept.stat().st_mtime_ns
    assert tab("opsmon report month --", XDG_CACHE_HOME=empty) == first
    assert kept.stat().st_mtime_ns == before
    kept.write_text("{broken")
    assert tab("opsmon report month --", XDG_CACHE_HOME=empty) == first


def run_in(shell: str, script: str, environ: dict[str, str]) -> str:
    program = require(shell)
    ran = subprocess.run([program, "-c", script], env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


BASH = """source <(opsmon completion bash)
COMP_LINE="$1"; COMP_POINT=${#COMP_LINE}; read -ra COMP_WORDS <<< "$COMP_LINE"
[[ "$COMP_LINE" == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { printf 'compopt %s %s\\n' "$@"; }
_opsmon
printf '%s\\n' "${COMPREPLY[@]}"
complete -p opsmon
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("opsmon inventory show m", ["mcu-1", "complete -F _opsmon opsmon"]),
        ("opsmon contracts replay ", ["compopt -o default", "", "complete -F _opsmon opsmon"]),
    ],
)
def test_bash_completes(environ: dict[str, str], root: Path, line: str, told: list[str]) -> None:
    script = f'set -- "{line}"\n{BASH}'
    assert run_in("bash", script, environ | {"OPSMON_ROOT": str(root)}).splitlines() == told


def test_fish_completes(environ: dict[str, str], root: Path) -> None:
    script = "opsmon completion fish | source; complete -C 'opsmon inventory show m'"
    assert run_in("fish", script, environ | {"OPSMON_ROOT": str(root)}) == "mcu-1\n"


def test_zsh_takes_the_script_and_asks_for_the_word_of_the_cursor(environ: dict[str, str], root: Path) -> None:
    """What zsh shows needs a terminal; its own functions are stood in for, the words are those that it would show."""
    script = """compdef() { print "compdef $*" }
_describe() { shift; print -l -- ${(P)2} }
source <(opsmon completion zsh)
words=(opsmon inventory show m); CURRENT=4
_opsmon
"""
    assert run_in("zsh", script, environ | {"OPSMON_ROOT": str(root)}).splitlines() == [
        "compdef _opsmon opsmon",
        "mcu-1",
    ]


@pytest.mark.parametrize("shell", Shell)
def test_each_script_is_printed(command: Opsmon, shell: Shell) -> None:
    said = command("completion", shell.value)
    assert (said.code, said.out) == (0, SCRIPTS[shell])
