"""What the guides have people type works, in their order and as they say, in both languages."""

import os
import re
import shlex
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.store.store import open_store
from tests.support.cli.guide import Shell, Statement, Step, pattern_of, steps_of
from tests.support.cli.month import story
from tests.support.cli.named_commands import commands_in, refusal_of, typed, unknown_word
from tests.support.cli.said import Opsmon
from tests.support.contract.rulebook import local
from tests.support.places import REPOSITORY
from tests.support.port import free_port

DOCS = REPOSITORY / "docs"
SHELL_SIGNS = re.compile(r"[|&;<>`$*]|\$\(")
NAMING_TEXTS = sorted(
    path
    for folder in (REPOSITORY, DOCS, REPOSITORY / "deploy", REPOSITORY / "deploy" / "compose", REPOSITORY / "probes")
    for path in folder.glob("*.md")
    if path.name != "CHANGELOG.md"  # it tells of what was
)
# The guide's number of an incident stands for the one that was printed, its ports for two that are free.
GUIDES_INCIDENT = "20261120-1"
INCIDENT = re.compile(r"\b\d{8}-\d+\b")
READS = re.compile(r"opsmon (?:check|(?:incidents|store|journal) (?:list|show|status|verify))\b")
PATIENCE_S = 60.0
pytestmark = pytest.mark.timeout(300)


class Reader:
    """Somebody who types what a guide says. A command of opsmon alone is run in this process, anything else by bash."""

    def __init__(self, folder: Path, command: Opsmon, monkeypatch: pytest.MonkeyPatch) -> None:
        tools = folder / "bin"
        home = folder / "home"
        for made in (tools, home):
            made.mkdir(parents=True)
        (tools / "opsmon").write_text(f'#!/bin/sh\nexec {sys.executable} -m opsmon "$@"\n')
        (tools / "opsmon").chmod(0o755)
        kept = {name: os.environ[name] for name in ("LC_ALL", "LANG") if name in os.environ}
        environment = {
            **kept, "HOME": str(home), "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY / "src"),
        }  # fmt: skip
        self.shell = Shell(home, environment)
        self._command, self._monkeypatch = command, monkeypatch
        self._stand_ins = {"9876": str(free_port()), "8642": str(free_port())}

    def stand_in(self, of_guide: str, ours: Path) -> None:
        """A folder of the test stands for one that the guide names."""
        self._stand_ins[of_guide] = str(ours)

    def follow(self, step: Step, also: Step | None = None) -> None:
        """Types a block and looks whether it prints what the guide says. `also` is the block of the Chinese guide: of
        it those lines are typed that only read, and what they print is compared."""
        told = self._typed(step)
        if step.prints is not None:
            assert pattern_of(self._here(step.prints)).fullmatch(told), f"line {step.line} prints:\n{told}"
        if also is None or also.prints is None:
            return
        before = self.shell.environment
        self.shell.environment = {**before, "OPSMON_LANG": "zh"}
        told = self._typed(replace(also, text="\n".join(line for line in also.text.splitlines() if READS.match(line))))
        self.shell.environment = before
        assert pattern_of(self._here(also.prints)).fullmatch(told), f"line {also.line} prints:\n{told}"

    def _typed(self, step: Step) -> str:
        told = ""
        for statement in step.statements:
            told += self._until_right(statement, pattern_of(self._here(step.prints or "")))
        return told

    def _until_right(self, statement: Statement, wanted: re.Pattern[str]) -> str:
        until_s = time.monotonic() + PATIENCE_S
        while True:
            code, told = self._run(self._here(statement.text))
            if not statement.again or wanted.fullmatch(told) or time.monotonic() > until_s:
                break
            time.sleep(0.5)
        assert code == statement.code, f"{statement.text}: exit code {code}\n{told}"
        seen = INCIDENT.search(told)
        if seen is not None:
            self._stand_ins[GUIDES_INCIDENT] = seen[0]
        return told

    def _here(self, text: str) -> str:
        for of_guide, of_ours in self._stand_ins.items():
            text = text.replace(of_guide, of_ours)
        return text

    def _run(self, text: str) -> tuple[int, str]:
        if not text.startswith("opsmon ") or SHELL_SIGNS.search(text):
            return self.shell.type(text)
        with self._monkeypatch.context() as patch:
            for name in ("OPSMON_LANG", "OPSMON_TOKEN"):
                patch.delenv(name, raising=False)
            for name, value in self.shell.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.shell.folder)
            words = [str(Path(word).expanduser()) if word.startswith("~") else word for word in shlex.split(text)]
            said = self._command(*words[1:])
        return said.code, said.out + said.err


@pytest.fixture
def reader(tmp_path: Path, command: Opsmon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    reader = Reader(tmp_path, command, monkeypatch)
    yield reader
    reader.shell.end()


def until_the_daemon(guide: Path) -> Iterator[Step]:
    for step in steps_of(guide):
        if "opsmon run" in step.text:
            return
        yield step


def test_the_first_site_is_watched_as_the_guide_says(reader: Reader) -> None:
    """With the daemon, and what it then shows in Chinese, too."""
    pairs = zip(steps_of(DOCS / "first-site.md"), steps_of(DOCS / "first-site.zh.md"), strict=True)
    is_running = False
    for step, also in pairs:
        if not step.not_run:
            is_running = is_running or "opsmon run" in step.text
            reader.follow(step, also if is_running else None)


def test_the_first_site_is_made_in_chinese_as_the_guide_says(reader: Reader) -> None:
    for step in until_the_daemon(DOCS / "first-site.zh.md"):
        if not step.not_run:
            reader.follow(step)


@pytest.mark.parametrize(("guide", "language"), [("operations.md", "en"), ("operations.zh.md", "zh")])
def test_operations_go_as_the_guide_says(guide: str, language: str, reader: Reader, root: Path, tmp_path: Path) -> None:
    """On a small root with a journal, at the guide's places."""
    (root / "opsmon.yaml").write_text(f"language: {language}\n", encoding="utf-8")
    store = open_store("sqlite:///var/opsmon.db", root)
    store.commit(story(), (), local("2026-11-20 10:00:00"))
    store.close()
    (tmp_path / "copies").mkdir()
    reader.stand_in("/var/lib/opsmon", root)
    reader.stand_in("/srv/copies", tmp_path / "copies")
    for step in steps_of(DOCS / guide):
        if not step.not_run:
            reader.follow(step)


@pytest.mark.parametrize("text", NAMING_TEXTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_command_that_a_text_names_is_there(text: Path) -> None:
    """Also those that no test can run where they stand, and those within a line."""
    named = list(commands_in(text.read_text(encoding="utf-8")))
    assert {written: wrong for written in named if (wrong := unknown_word(written))} == {}


def test_a_command_that_is_not_there_is_found() -> None:
    block = "```\nopsmon run --trust-clok\n/opt/bin/opsmon store show # gone\n```\n"
    text = f"`opsmon user list | give NAME`, `opsmon chek`\n\n{block}"
    named = list(commands_in(text))
    assert [unknown_word(written) for written in named] == ["--trust-clok", "show", "give", "chek"]


@pytest.mark.parametrize("guide", ["first-site.md", "operations.md"])
def test_what_cannot_be_run_here_can_be_parsed(guide: str) -> None:
    skipped = [step for step in steps_of(DOCS / guide) if step.not_run]
    lines = [line for step in skipped for line in step.text.splitlines() if line.startswith("opsmon ")]
    assert {line: refused for line in lines if (refused := refusal_of(typed(line)))} == {}


@pytest.mark.parametrize("guide", ["first-site", "operations"])
def test_both_languages_have_people_type_the_same(guide: str) -> None:
    """Apart from what stands in the files that they write, and the language that they choose."""

    def lines_of(path: Path) -> list[str]:
        statements = (one.text.partition("\n")[0] for step in steps_of(path) for one in step.statements)
        return [line.replace("OPSMON_LANG=zh", "OPSMON_LANG=en") for line in statements]

    assert lines_of(DOCS / f"{guide}.zh.md") == lines_of(DOCS / f"{guide}.md")
