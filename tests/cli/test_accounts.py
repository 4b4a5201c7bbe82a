"""`opsmon user` and `opsmon token`: what they write, what they refuse, and that no secret is shown or kept."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from opsmon.access.secret_word import kept_of
from opsmon.model.access_event import AccountChange, AccountChanged
from opsmon.store.store import Store, open_store
from tests.support.cli.said import Opsmon, Said

PASSWORD = "four words nobody says"


Typing = Callable[..., Said]


@pytest.fixture
def typing(command: Opsmon, root: Path, monkeypatch: pytest.MonkeyPatch) -> Typing:
    """`typing("add", "wang", said="password")`: a command of `opsmon user` that reads a line."""

    def run(*words: str, said: str = PASSWORD) -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{said}\n"))
        return command("user", *words, "--root", root)

    return run


def store_of(root: Path) -> Store:
    return open_store("sqlite:///var/opsmon.db", root)


def test_an_account_is_added_listed_changed_and_disabled(command: Opsmon, root: Path, typing: Typing) -> None:
    assert json.loads(command("user", "list", "--root", str(root), "--json").out) == []
    added = typing("add", "wang", "--role", "admin", "--title", "甲工")
    assert (added.code, added.err) == (0, "")
    assert PASSWORD not in added.out
    typing("add", "li")
    assert command("user", "role", "li", "responder", "--money", "--root", str(root)).code == 0
    assert command("user", "disable", "li", "--root", str(root)).code == 0
    listed = json.loads(command("user", "list", "--root", str(root), "--json").out)
    assert [(one["name"], one["role"], one["money"], one["disabled"]) for one in listed] == [
        ("li", "responder", True, True),
        ("wang", "admin", True, False),
    ]
    notes = [note for _, note in store_of(root).access.notes()]
    assert [(note.account, note.change) for note in notes if isinstance(note, AccountChanged)] == [
        ("wang", AccountChange.ADDED),
        ("li", AccountChange.ADDED),
        ("li", AccountChange.GRANTED),
        ("li", AccountChange.DISABLED),
    ]
    assert all(isinstance(note, AccountChanged) and note.via.startswith("local:") for note in notes)


def test_what_cannot_be_is_refused_in_words(typing: Typing) -> None:
    def refused(*words: str, said: str = PASSWORD) -> str:
        told = typing(*words, said=said)
        assert told.code == 2, told
        return told.err

    assert "10 to 200 characters" in refused("add", "wang", said="short")
    assert "too few different" in refused("add", "wang", said="aaaaaaaaaaaa")
    assert "is no name for an account" in refused("add", "王")
    assert "no contract `nobody`" in refused("add", "wang", "--contract", "nobody")
    typing("add", "wang", "--role", "admin")
    assert "already" in refused("add", "wang")
    assert "did you mean `wang`?" in refused("passwd", "wagn")
    assert "the last admin" in refused("disable", "wang")
    assert "the last admin" in refused("role", "wang", "viewer")


def test_a_token_is_shown_once_and_kept_as_a_digest(command: Opsmon, root: Path) -> None:
    made = json.loads(command("token", "add", "grafana", "--days", "30", "--root", str(root), "--json").out)
    kept = store_of(root).access.token(kept_of(made["token"]))
    assert kept is not None
    assert (kept.name, kept.grant.role.value, (kept.ends_at - kept.made_at).days) == ("grafana", "viewer", 30)
    listed = command("token", "list", "--root", str(root)).out
    assert "grafana" in listed
    assert made["token"] not in listed
    assert command("token", "add", "grafana", "--root", str(root)).code == 2
    assert command("token", "add", "other", "--days", "400", "--root", str(root)).code == 2
    assert command("token", "revoke", "grafana", "--root", str(root)).code == 0
    assert command("token", "revoke", "grafana", "--root", str(root)).code == 2
    assert store_of(root).access.token(kept_of(made["token"])) is None


def test_a_refusal_is_told_in_the_language_of_the_reader(
    command: Opsmon, root: Path, typing: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing("add", "wang")
    monkeypatch.setenv("OPSMON_LANG", "zh")
    refused = command("user", "disable", "wnag", "--root", str(root))
    assert refused.err == "没有账号 `wnag`（是否为 `wang`？）\n"
    monkeypatch.setenv("OPSMON_LANG", "en")
    assert command("user", "disable", "wnag", "--root", str(root)).err == "no account `wnag` (did you mean `wang`?)\n"
