"""With `language: zh` nothing that people read is a word of the programme."""

import re
from pathlib import Path

import pytest

from opsmon.text import vocabulary as words
from tests.support.cli.month import E, story, write_root
from tests.support.cli.said import Opsmon

# What may stand in Latin letters: protocols, units, names of things that people gave them, words to be typed.
FREE = frozenset({"icmp", "snmp", "mcu", "ups", "port", "d", "h", "m", "s"})
TABLES = (
    words.KINDS, words.DEVICE_STATES, words.OUTCOMES, words.SEVERITIES, words.PHASES, words.ENDINGS, words.FACTS,
    words.TARGETS, words.CLOCK_STATES, words.CLOCK_MODES, words.TASK_STATES, words.BUDGET_STATES, words.READINGS,
    words.DAY_KINDS, words.CHECKS, words.ALERT_STATUSES, words.LINKS,
)  # fmt: skip
OURS = {
    form.lower()
    for table in TABLES
    for value, name in table.items()
    for form in (value, value.replace("_", " "), name.en)
} | set(words.HEADINGS_ZH)
SAID_BY_US = re.compile(
    r"(?<![\w.:/=-])(" + "|".join(sorted(map(re.escape, OURS - FREE), key=len, reverse=True)) + r")(?![\w.:/=-])",
    re.IGNORECASE,
)


@pytest.fixture
def kept(tmp_path: Path, root: Path) -> Path:
    """The small root of the command line's tests, with a contract, a month of faults and a Chinese reader."""
    (root / "rules" / "conditions.yaml").unlink()
    (root / "rules").rmdir()
    return write_root(root, story(), "language: zh\n")


COMMANDS = (
    ("inventory", "list"),
    ("inventory", "show", "core-1"),
    ("contracts", "list"),
    ("contracts", "show", E),
    ("contracts", "deadlines", E, "--event", "reported=2026-09-30T23:00:00+08:00", "--severity", "emergency"),
    ("contracts", "deadlines", E, "--event", "resolved=2027-01-04T10:00:00+08:00"),
    ("contracts", "assess", E, "--month", "2026-11"),
    ("contracts", "obligations", E, "--from", "2026-11-01", "--to", "2026-11-07"),
    ("contracts", "calendar", "2026"),
    ("report", "month", E, "--month", "2026-11"),
)


@pytest.mark.parametrize("command_line", COMMANDS, ids=lambda one: " ".join(one[:2]))
def test_no_word_of_the_programme_is_shown_in_english(
    command: Opsmon, kept: Path, command_line: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_ERLONG", "x")
    said = command(*command_line, "--root", kept)
    assert said.code == 0, said.err
    assert len(re.findall(r"[\u4e00-\u9fff]", said.out)) > 10
    assert [(found[0], line) for line in said.out.splitlines() for found in SAID_BY_US.finditer(line)] == []


def test_the_programmes_own_words_stay_in_json(command: Opsmon, kept: Path) -> None:
    assert {one["kind"] for one in command("inventory", "list", "--root", kept, "--json").json} == {
        "switch", "mcu", "camera",
    }  # fmt: skip
    assert command("contracts", "show", E, "--root", kept, "--json").json["clauses"][0]["target"] == "acknowledge"
