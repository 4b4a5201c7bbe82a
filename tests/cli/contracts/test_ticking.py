"""`contracts done` and `undo` on a root without a daemon: spans, places, what was a mistake."""

import os
import pwd
from pathlib import Path

import pytest

from tests.support.cli.said import Opsmon
from tests.support.places import REPOSITORY

E = "xicheng-vc-2025"
BY = ("--by", "值班员")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "rules").symlink_to(REPOSITORY / "rules")
    return tmp_path


def states(command: Opsmon, root: Path, obligation: str, first: str, last: str) -> list[str]:
    said = command("contracts", "obligations", E, "--from", first, "--to", last, "--root", root, "--json")
    return [one["state"] for one in said.json["tasks"] if one["obligation"] == obligation]


def test_a_span_is_ticked_and_a_mistake_is_taken_back_and_forth(command: Opsmon, kept: Path) -> None:
    said = command("contracts", "done", E, "E13", "2026-01-05..2026-01-07", "2026-01-09", *BY, "--root", kept, "--json")
    assert said.code == 0, said.err
    assert [one["day"] for one in said.json["ticked"]] == ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-09"]
    week = states(command, kept, "E13", "2026-01-05", "2026-01-09")
    assert week == ["done", "done", "done", "overdue", "done"]
    words = ("contracts", "undo", E, "E13", "2026-01-06", *BY, "--reason", "another hall", "--root", kept)
    assert command(*words).out == "E13 2026-01-06 已撤回登记\n"
    assert states(command, kept, "E13", "2026-01-06", "2026-01-06") == ["overdue"]
    assert command(*words).code == 1
    assert command(*words, "--again").code == 0
    assert states(command, kept, "E13", "2026-01-06", "2026-01-06") == ["done"]


def test_a_tick_without_a_daemon_says_which_account_made_it(command: Opsmon, kept: Path) -> None:
    words = ("--by", "\u202eLi\u200b", "--note", "two\nlines\x07")
    assert command("contracts", "done", E, "E18", "2026-01-05", *words, "--root", kept).code == 0
    undo = ("contracts", "undo", E, "E18", "2026-01-05", *BY, "--reason", "another hall", "--root", kept)
    assert command(*undo).code == 0
    done, undone = command("journal", "show", "--root", kept, "--json").json
    account = f"local:{pwd.getpwuid(os.getuid()).pw_name}"
    assert (done["by"], done["note"], done["via"]) == ("Li", "two\nlines", account)
    assert undone["via"] == account
    assert f"来源=本机:{account.removeprefix('local:')}" in command("journal", "show", "--root", kept).out


def test_places_are_shown_with_their_count(command: Opsmon, kept: Path) -> None:
    for place in ("bureau:1..36", "bureau:财政局"):
        said = command("contracts", "done", E, "E15", "2026-02-10", *BY, "--place", place, "--root", kept)
        assert said.code == 0, said.err
    listed = ("contracts", "obligations", E, "--from", "2026-03-31", "--to", "2026-03-31", "--root", kept)
    said = command(*listed, "--json")
    (task,) = [one for one in said.json["tasks"] if one["obligation"] == "E15"]
    counts = {one["group"]: (one["done"], one["of"]) for one in task["places"]}
    assert (counts["bureau"], counts["sub-district"], counts["community"]) == ((37, 52), (0, 15), (0, 156))
    assert "bureau:财政局" in next(one["ticked"] for one in task["places"] if one["group"] == "bureau")
    said = command(*listed)
    assert "bureaus 37 of 52" in said.out or "委办局 37/52" in said.out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("done", E, "E13", "2026-01-07..2026-01-05", *BY), 2, "ends before it begins"),
        (("done", E, "E13", "2026-01-05..soon", *BY), 2, "is no date"),
        (("done", E, "E13", "2026-01-05", "--by", " "), 2, "a name is needed"),
        (("done", E, "E13", "2026-01-05", "--by", "\u200b\u202e"), 2, "a name is needed"),
        (("done", E, "E13", "2026-01-05", "--by", "x" * 201), 2, "by is longer than 200 characters"),
        (("done", E, "E13", "2026-01-05", "--by", "monitoring"), 2, "the name of the programme itself"),
        (("done", E, "E15", "2026-02-10", *BY), 1, "is ticked place by place"),
        (("done", E, "E15", "2026-02-10", *BY, "--place", "bureua:1"), 1, "did you mean `bureau`?"),
        (("done", E, "E1", "2026-02-10", *BY), 1, "E1 runs as a clock of each incident"),
        (("done", E, "E133", "2026-02-10", *BY), 1, "has no obligation E133 (did you mean `E"),
        (("undo", E, "E13", "2026-01-05", *BY, "--reason", "no"), 1, "E13 of 2026-01-05 is not ticked off"),
        (("undo", E, "E13", "2026-01-05", *BY, "--reason", " "), 1, "a reason is needed"),
        (("undo", E, "E13", "2026-01-05", *BY), 2, "--reason"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    command: Opsmon, kept: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    said = command("contracts", *words, "--root", kept)
    assert (said.code, told in said.err) == (code, True), said.err


def test_without_a_daemon_too_the_engine_decides_and_a_refusal_is_written_down(command: Opsmon, kept: Path) -> None:
    undo = ("contracts", "undo", E, "E13", "2026-01-05", *BY, "--reason", "no", "--root", kept)
    assert command(*undo).code == 1
    (refused,) = command("journal", "show", "--root", kept, "--json").json
    assert (refused["type"], refused["command"], refused["by"]) == ("command_refused", "MarkUndone", "值班员")
    assert refused["reason"] == "E13 of 2026-01-05 is not ticked off"
