"""Troubleshooting by symptom: the texts are those of the programme, the commands run, both languages say the same."""

import re
import shlex
from pathlib import Path

import pytest

from opsmon.store.store import open_store
from tests.support.cli.month import story
from tests.support.cli.said import Opsmon
from tests.support.cli.told_texts import is_told
from tests.support.contract.rulebook import local
from tests.support.places import REPOSITORY

GUIDE, CHINESE = (REPOSITORY / "docs" / name for name in ("troubleshooting.md", "troubleshooting.zh.md"))
ROW = re.compile(r"^\| (?:`` (?P<ticked>.+?) ``|`(?P<plain>[^`]+)`) \| .+? \| `(?P<ask>opsmon [^`]+)` \| .+ \|$", re.M)


def rows_of(guide: Path) -> list[tuple[str, str]]:
    """What is seen, and what is asked."""
    found = ROW.finditer(guide.read_text(encoding="utf-8"))
    return [(row["ticked"] or row["plain"], row["ask"]) for row in found]


def test_every_text_of_the_guide_is_one_of_the_programme() -> None:
    seen = [text for text, _ in rows_of(GUIDE)]
    assert len(seen) >= 25
    assert [text for text in seen if not is_told(text)] == []


def test_a_text_that_is_told_no_more_is_found() -> None:
    assert not is_told("no answer from … (…); is the moon full?")
    assert is_told("no answer from … (…); is the daemon running?")


def test_both_languages_have_every_row_and_nothing_else() -> None:
    rows = rows_of(GUIDE)
    assert rows_of(CHINESE) == rows
    for guide in (GUIDE, CHINESE):
        lines = [line for line in guide.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
        assert len(lines) == len(rows)


CONTRACT = """\
contract: c
title: t
services: {vc: {title: v}}
clauses: [{id: E1, source: s, what: ack, target: acknowledge, from: reported, limit: 3 min}]
"""
ROTA = """\
rotas:
  office:
    calendar: c
    shifts: [{name: all, on: daily, from: "00:00", to: "00:00+1", crews: [[duty-a]]}]
"""


@pytest.mark.parametrize("ask", sorted({ask for _, ask in rows_of(GUIDE)}))
def test_what_the_guide_asks_is_answered(ask: str, command: Opsmon, root: Path) -> None:
    """On a root with a journal and no daemon: exit code 0, 1 for what is bad (the devices answer nobody here), 3 for
    what the daemon would answer; never 2, wrong words."""
    (root / "opsmon.yaml").write_text('language: en\nhttp: {listen: "127.0.0.1:1"}\n', encoding="utf-8")
    (root / "people.yaml").write_text("people: {duty-a: {name: {zh: 值班甲, en: on duty A}}}\n", encoding="utf-8")
    (root / "rules" / "contracts").mkdir()
    (root / "rules" / "contracts" / "c.yaml").write_text(CONTRACT, encoding="utf-8")
    (root / "rules" / "oncall.yaml").write_text(ROTA, encoding="utf-8")
    inventory = root / "inventories" / "hall.yaml"
    inventory.write_text(inventory.read_text(encoding="utf-8").replace("192.0.2.1,", "127.0.0.1,"), encoding="utf-8")
    store = open_store("sqlite:///var/opsmon.db", root)
    store.commit(story(), (), local("2026-11-20 10:00:00"))
    store.close()
    said = command(*shlex.split(ask)[1:], "--root", root)
    assert said.code in (0, 1, 3), said.err
    assert said.out or said.err
    assert (said.code == 3) == ("is the daemon running" in said.err)
