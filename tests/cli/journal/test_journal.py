"""`opsmon journal`: what was written down is shown and proved, and what was tampered with is named."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import IncidentId
from opsmon.store.store import open_store
from tests.support.cli.said import Opsmon

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture
def journal(root: Path) -> Path:
    store = open_store("sqlite:///var/opsmon.db", root)
    names = ["20261120-1", "20261120-2", "20261120-1"]
    events = [
        DiagnosisAttached(NOW + timedelta(minutes=number), IncidentId(name), f"第 {number} 跳\n不通")
        for number, name in enumerate(names)
    ]
    store.commit(events, [], NOW)
    store.close()
    return root


def damage(root: Path, statement: str) -> None:
    connection = sqlite3.connect(root / "var" / "opsmon.db")
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_whole_journal_is_proved(command: Opsmon, journal: Path) -> None:
    said = command("journal", "verify", "--root", journal)
    assert said.code == 0
    assert "The journal is whole: 3 entries, head " in said.out
    document = command("journal", "verify", "--json", "--root", journal).json
    assert (document["ok"], document["entries"], document["damage"]) == (True, 3, [])
    assert document["head"]["seq"] == 3


def test_a_changed_entry_is_named_and_the_exit_code_says_so(command: Opsmon, journal: Path) -> None:
    damage(journal, "UPDATE journal SET payload = replace(payload, '第 1 跳', '第 9 跳') WHERE seq = 2")
    said = command("journal", "verify", "--root", journal)
    assert said.code == 1
    assert "entry 2 was changed: its content does not give its hash" in said.out
    said = command("journal", "verify", "--json", "--root", journal)
    assert (said.code, said.json["ok"]) == (1, False)
    assert [one["seq"] for one in said.json["damage"]] == [2]


def test_a_journal_that_is_rewritten_whole_is_found_by_a_head_that_was_kept(
    command: Opsmon, journal: Path, tmp_path: Path
) -> None:
    heads = [command("journal", "verify", "--json", "--root", journal).json["head"]["hash"]]
    assert command("journal", "verify", "--against", heads[0], "--root", journal).code == 0
    for file in (journal / "var").glob("opsmon.db*"):
        file.unlink()
    store = open_store("sqlite:///var/opsmon.db", journal)
    store.commit([DiagnosisAttached(NOW, IncidentId("20261120-1"), "nothing of note")], [], NOW)
    store.close()
    assert command("journal", "verify", "--root", journal).code == 0
    log = tmp_path / "kept.log"
    log.write_text(f"INFO stopped; the journal ends at entry 3, head {heads[0]}\n")
    for against in (heads[0], str(log)):
        said = command("journal", "verify", "--against", against, "--root", journal)
        assert (said.code, f"head {heads[0]} was a head once" in said.out) == (1, True)
    for nonsense in ("f00", str(journal / "opsmon.yaml")):
        assert command("journal", "verify", "--against", nonsense, "--root", journal).code == 2


@pytest.mark.parametrize(
    "text",
    [
        "journal of 3 entries, head {head}\nthe digest of a paper is {other}\n",
        'opsmon_journal_head_info{{hash="{head}"}} 1\ncertificate {other}\n',
        '{{"annotations": {{"journal_head": "3 {head}", "fingerprint": "{other}"}}}}',
        '"{{\\"journal_head\\": \\"3 {head}\\"}}" {other}',
        "Journal-Head: 3 {head}\nSealed: {other}\n",
        '{{"ok": true,\n  "head": {{\n    "seq": 3,\n    "hash": "{head}"\n  }}, "x": "{other}"}}',
    ],
)
def test_other_hashes_beside_a_head_are_none(command: Opsmon, journal: Path, tmp_path: Path, text: str) -> None:
    head = command("journal", "verify", "--json", "--root", journal).json["head"]["hash"]
    kept = tmp_path / "kept"
    for other, code in (("f" * 64, 0), (head, 1)):
        kept.write_text(text.format(head=head if code == 0 else "e" * 64, other=other))
        said = command("journal", "verify", "--against", kept, "--root", journal)
        assert said.code == code, said.out


def test_a_cut_tail_is_named(command: Opsmon, journal: Path) -> None:
    damage(journal, "DELETE FROM journal WHERE seq = 3")
    said = command("journal", "verify", "--root", journal)
    assert said.code == 1
    assert "entry 3 is missing: the journal ends at 2" in said.out


def test_entries_are_shown_a_line_each(command: Opsmon, journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSMON_LANG", "en")
    said = command("journal", "show", "--root", journal)
    assert said.code == 0
    lines = said.out.splitlines()
    assert len(lines) == 3
    assert lines[0].split(maxsplit=3) == [
        "1",
        "2026-11-20T10:00:00+08:00",
        "diagnosis_attached",
        "incident=20261120-1  text=第 0 跳 不通",
    ]


@pytest.mark.parametrize(
    ("words", "seqs"),
    [
        ((), [1, 2, 3]),
        (("--incident", "20261120-1"), [1, 3]),
        (("--since", "2026-11-20T10:01:00+08:00"), [2, 3]),
    ],
)
def test_what_is_shown_can_be_narrowed(command: Opsmon, journal: Path, words: tuple[str, ...], seqs: list[int]) -> None:
    rows = command("journal", "show", *words, "--json", "--root", journal).json
    assert [row["seq"] for row in rows] == seqs


@pytest.mark.parametrize(
    ("text", "words"), [("yesterday", "is no time, such as"), ("2026-11-20T10:00:00", "has no offset")]
)
def test_a_time_that_is_none_is_wrong_input(command: Opsmon, journal: Path, text: str, words: str) -> None:
    said = command("journal", "show", "--since", text, "--root", journal)
    assert said.code == 2
    assert words in said.err


@pytest.mark.parametrize("words", ["verify", "show"])
def test_where_no_daemon_ever_ran_there_is_no_journal(command: Opsmon, root: Path, words: str) -> None:
    said = command("journal", words, "--root", root)
    assert said.code == 1
    assert "there is no journal yet" in said.err
    assert not (root / "var").exists()


def test_an_incident_that_the_journal_does_not_know_is_a_slip_and_no_empty_list(command: Opsmon, journal: Path) -> None:
    said = command("journal", "show", "--root", journal, "--incident", "20261120-9")
    assert (said.code, said.out, "knows no incident `20261120-9`" in said.err) == (2, "", True), said.err
    later = command(
        "journal", "show", "--root", journal, "--incident", "20261120-1", "--since", "2026-11-21T00:00+08:00"
    )
    assert (later.code, later.out) == (0, "")
