"""The command line itself: where the root comes from, what errors become, help for everything."""

import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import opsmon
from opsmon.cli.main import COMMANDS, exit_code_of, first_word
from opsmon.errors import ConfigError, DaemonUnreachableError, StoreError
from tests.support.cli.said import Opsmon


@pytest.mark.parametrize(
    "words",
    [
        ("--root", "ROOT", "inventory", "list", "--json"),
        ("inventory", "--root", "ROOT", "list", "--json"),
        ("inventory", "list", "--root", "ROOT", "--json"),
        ("inventory", "list", "--json", "--root=ROOT"),
    ],
)
def test_the_root_may_stand_anywhere(command: Opsmon, root: Path, words: tuple[str, ...]) -> None:
    said = command(*(word.replace("ROOT", str(root)) for word in words))
    assert said.code == 0
    assert len(said.json) == 5


def test_the_root_nearest_to_the_command_wins_then_the_environment_then_the_current_directory(
    command: Opsmon, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "nowhere"
    assert command("--root", nowhere, "check", "--root", root).code == 0
    monkeypatch.setenv("OPSMON_ROOT", str(nowhere))
    assert command("check").code == 2
    assert command("check", "--root", root).code == 0
    monkeypatch.setenv("OPSMON_ROOT", str(root))
    assert command("check").code == 0
    monkeypatch.delenv("OPSMON_ROOT")
    monkeypatch.chdir(root)
    assert command("check").code == 0


def test_an_error_is_one_line_on_stderr_and_a_code(command: Opsmon, tmp_path: Path) -> None:
    said = command("inventory", "list", "--root", tmp_path / "nowhere")
    assert (said.code, said.out) == (2, "")
    assert said.err == f"{tmp_path}/nowhere: no such directory (`opsmon init DIR` writes a new root)\n"


@pytest.mark.parametrize("words", ["contracts list", "contracts calendar 2026", "journal verify", "incidents list"])
def test_a_root_that_is_not_there_is_wrong_input_whatever_is_asked(command: Opsmon, tmp_path: Path, words: str) -> None:
    assert command(*words.split(), "--root", tmp_path / "nowhere").code == 2


@pytest.mark.parametrize("words", ["frobnicate", "probe", "probe 192.0.2.1 --checks smtp", "contracts deadlines"])
def test_wrong_words_under_json_are_one_document_too(command: Opsmon, tmp_path: Path, words: str) -> None:
    said = command(*words.split(), "--json", "--root", tmp_path)
    assert (said.code, said.json["exit_code"]) == (2, 2)
    assert said.json["error"] in " ".join(said.err.split())


def test_an_error_under_json_is_one_document_too(command: Opsmon, tmp_path: Path) -> None:
    said = command("inventory", "list", "--root", tmp_path / "nowhere", "--json")
    assert said.code == 2
    assert said.json["exit_code"] == 2
    assert "no such directory" in said.json["error"]
    assert [problem["message"] for problem in said.json["problems"]] == ["no such directory"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--root", "check", "inventory", "list"), "inventory"),
        (("--root=check", "--version", "run"), "run"),
        (("--help",), ""),
        (("--root",), ""),
    ],
)
def test_the_command_is_the_first_word_that_belongs_to_no_option(words: tuple[str, ...], expected: str) -> None:
    assert first_word(words) == expected


# What takes long to import and what a command may do without.
HEAVY = {"aiohttp", "asyncssh", "rich", "netmiko", "paramiko", "pysnmp", "icmplib", "sqlalchemy", "pyrage", "openpyxl"}


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (("--version",), set()),
        (("--help",), set()),
        (("incidnets",), set()),
        (("check",), set()),
        (("incidents", "list"), set()),
        (("notify", "list"), set()),
        (("contracts", "list"), {"rich"}),  # a table
        (("contracts", "lits"), set()),
        (("rules", "export", "--format", "prometheus"), set()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_brings_in_only_what_it_needs(root: Path, words: tuple[str, ...], needed: set[str]) -> None:
    line = [*words, *([] if words[0].startswith("--") else ["--root", str(root)])]
    script = f"import sys; from opsmon.cli.main import run; run({line!r}); print(); print(*sys.modules)"
    source = {**os.environ, "PYTHONPATH": str(Path(opsmon.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=source)
    brought = set(done.stdout.splitlines()[-1].split())
    assert "opsmon.cli.main" in brought
    assert HEAVY & brought <= needed


def test_a_daemon_has_what_logs_in_from_when_something_does() -> None:
    """They are a seventh of the memory of a small one."""
    script = "import sys, opsmon.cli.run, opsmon.daemon.daemon; print(*sys.modules)"
    source = {**os.environ, "PYTHONPATH": str(Path(opsmon.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=source)
    brought = set(done.stdout.split())
    assert "opsmon.daemon.probes" in brought
    assert brought.isdisjoint({"asyncssh", "netmiko", "paramiko"})


@pytest.mark.parametrize("words", [("inventry",), ("inventory", "list", "--sight", "x"), ("inventory", "show")])
def test_wrong_words_are_wrong_input(command: Opsmon, words: tuple[str, ...]) -> None:
    said = command(*words)
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err


def test_every_error_has_its_code() -> None:
    assert exit_code_of(ConfigError(())) == 2
    assert exit_code_of(DaemonUnreachableError("x")) == 3
    assert exit_code_of(StoreError("x")) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_takes_a_root(command: Opsmon, name: str) -> None:
    said = command(name, "--help")
    assert said.code == 0
    assert "--root" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_the_version(command: Opsmon) -> None:
    assert command("--version").out.startswith("opsmon ")


def test_a_reader_that_goes_away_is_no_error(root: Path) -> None:
    line = f"{sys.executable} -m opsmon inventory schema --root {root} | head -1"
    source = {**os.environ, "PYTHONPATH": str(Path(opsmon.__file__).parents[1])}
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, env=source)
    assert (done.stdout, done.stderr) == ("{\n", "")


@pytest.mark.parametrize("name", ["", *(name for name, listed in COMMANDS.items() if listed.is_group)])
def test_no_line_of_a_list_of_commands_is_cut(command: Opsmon, name: str) -> None:
    said = command(*filter(None, [name]), "--help")
    assert [line for line in said.out.splitlines() if line.startswith("  ") and line.endswith("...")] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_has_every_command_in_its_own_words(command: Opsmon, name: str) -> None:
    listed = COMMANDS[name]
    module, _, word = listed.place.partition(":")
    found = getattr(importlib.import_module(f"opsmon.cli.{module}"), word)
    own = str(found.info.help if listed.is_group else inspect.getdoc(found))
    assert listed.summary == own.split("\n\n", maxsplit=1)[0].replace("\n", " ")
    assert listed.is_group == isinstance(found, typer.Typer)


def test_a_slip_in_a_command_of_a_group_is_named_with_the_one_that_was_meant(command: Opsmon) -> None:
    said = command("contracts", "deadlnes")
    assert (said.code, said.out) == (2, "")
    assert "no command `deadlnes` (did you mean `deadlines`?)" in said.err


def test_a_process_without_files_to_open_is_a_local_fault_and_no_wrong_input(tmp_path: Path) -> None:
    """So many files are enough to start, and too few for a loop and its sockets."""
    code = "import resource, sys; from opsmon.cli.main import run; import opsmon.cli.probe.command;"
    code += "resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6)); sys.exit(run(sys.argv[1:]))"
    words = ["probe", "127.0.0.1", "--checks", "icmp", "--root", str(tmp_path)]
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "this " in ran.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("inventory list --kind swich", "unknown word `swich` (did you mean `switch`?)"),
        ("inventory list --kind 交换鸡", "unknown word `交换鸡` (did you mean `交换机`?)"),
        ("inventory list --kind toaster", "unknown word `toaster` (one of switch, router, "),
        ("incidents event x notifed", "unknown word `notifed` (did you mean `notified`?)"),
        ("incidents severity x majr", "unknown word `majr` (did you mean `major`?)"),
        ("completion bsh", "unknown word `bsh` (did you mean `bash`?)"),
        ("chek", "Did you mean 'check'"),
        ("inventory lst", "no command `lst` (did you mean `list`?)"),
        ("check --jsn", "--json"),
    ],
)
def test_a_misspelt_word_is_told_with_the_one_that_was_meant(command: Opsmon, words: str, told: str) -> None:
    said = command(*words.split())
    assert said.code == 2
    assert told in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("incidents ack", "错误：缺少参数 "),
        ("contracts obligations", "错误：缺少参数 "),
        ("incidents list --sitee x", "错误：没有选项 --sitee"),
        ("incidents list --severity mayor", "选项 --severity：无法识别 `mayor`（"),
        ("contracts calendar soon", "错误：参数 "),
    ],
)
def test_wrong_words_are_told_in_the_readers_language(
    command: Opsmon, monkeypatch: pytest.MonkeyPatch, words: str, told: str
) -> None:
    english = command(*words.split())
    monkeypatch.setenv("OPSMON_LANG", "zh")
    said = command(*words.split())
    assert (said.code, english.code) == (2, 2)
    assert told in said.err, said.err
    assert said.err.startswith("用法：opsmon "), said.err
    assert "错误" not in english.err, english.err
    assert command(*words.split(), "--json").json["error"].isascii() is True
