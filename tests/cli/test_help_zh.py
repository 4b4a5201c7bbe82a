"""The help of every command in Chinese, and how the language is chosen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from opsmon.cli.language import spoken_language
from opsmon.cli.main import COMMANDS, build_app
from opsmon.text.help_zh import PARAGRAPHS, in_chinese
from tests.support.cli.said import Opsmon


def commands(word: str) -> Iterator[tuple[str, Any]]:
    """A command and every one below it, with the words that call it."""
    command: Any = typer.main.get_command(build_app([word]))
    context = command.make_context("opsmon", [], resilient_parsing=True)
    yield from _below(command, context, "opsmon")


def _below(command: Any, context: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        below = command.get_command(context, name)
        yield from _below(below, type(context)(below, parent=context, info_name=name), f"{path} {name}")


@pytest.mark.parametrize("word", COMMANDS)
def test_every_help_has_its_chinese_words(word: str) -> None:
    """Whoever adds a command or an option adds its words to text/help_zh.py."""
    for path, command in commands(word):
        for text in (command.help or "", *(getattr(one, "help", None) or "" for one in command.params)):
            for paragraph in text.split("\n\n"):
                told = in_chinese(paragraph)
                assert not told or not told.isascii() or paragraph in PARAGRAPHS or _is_list(paragraph), (
                    path,
                    paragraph,
                )


def _is_list(text: str) -> bool:
    """Words of the programme, which are typed as they are."""
    return all(word.rstrip(",").islower() and " " not in word for word in text.split(", "))


def test_every_line_of_the_list_has_its_chinese_words() -> None:
    assert [one.summary for one in COMMANDS.values() if in_chinese(one.summary).isascii()] == []


def test_help_is_in_the_language_of_the_shell(command: Opsmon, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Usage: opsmon" in command("--help").out
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    told = command("--help").out
    assert "用法：opsmon" in told
    assert "服务合同：条款、日历、时限、推演。" in told
    below = command("incidents", "ack", "-h").out
    assert "以本人姓名确认（接单）一个事件。" in below
    assert "[必填]" in below
    assert "Usage" not in told + below


def test_a_page_fits_a_terminal_of_eighty_cells(command: Opsmon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSMON_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "80")
    for words in (["--help"], ["incidents", "open", "-h"], ["inventory", "diff", "-h"], ["contracts", "-h"]):
        for line in command(*words).out.splitlines():
            assert sum(2 if ord(char) > 0x2E80 else 1 for char in line) <= 82, line  # a stop may hang over


def test_the_nearest_word_on_the_language_counts(tmp_path: Path) -> None:
    assert spoken_language(tmp_path, {}) == "en"
    assert spoken_language(tmp_path, {"LANG": "zh_CN.UTF-8"}) == "zh"
    assert spoken_language(tmp_path, {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}) == "en"
    (tmp_path / "opsmon.yaml").write_text("# 设置\nlanguage: en  # of messages\n", encoding="utf-8")
    assert spoken_language(tmp_path, {"LANG": "zh_CN.UTF-8"}) == "en"
    assert spoken_language(tmp_path, {"OPSMON_LANG": "zh"}) == "zh"
    (tmp_path / "opsmon.yaml").write_text("hold_down: 30s\n", encoding="utf-8")
    assert spoken_language(tmp_path, {}) == "zh"  # what a root speaks that does not say


def test_the_root_of_the_command_line_is_asked(command: Opsmon, root: Path) -> None:
    (root / "opsmon.yaml").write_text("language: zh\n", encoding="utf-8")
    assert "用法" in command("--root", root, "--help").out
    assert "用法" in command("inventory", "list", f"--root={root}", "-h").out
