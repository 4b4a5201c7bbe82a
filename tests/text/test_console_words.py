"""Every sentence of the console's pages has both languages, and each language the same places to fill."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from opsmon.text.console_words import CONSOLE_ZH, told

WEB = Path(__file__).parents[2] / "src" / "opsmon" / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
_CALL = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def sentences() -> dict[str, str]:
    """Every sentence that a template asks for, and where."""
    return {ast.literal_eval(word): path.name for path in TEMPLATES for word in _CALL.findall(path.read_text("utf-8"))}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_sentence_of_a_template_has_chinese() -> None:
    assert {word: where for word, where in sentences().items() if word not in CONSOLE_ZH} == {}


def test_no_sentence_is_left_over() -> None:
    code = "".join(path.read_text("utf-8") for path in WEB.rglob("*.py"))
    assert [word for word in CONSOLE_ZH if word not in sentences() and f'"{word}"' not in code] == []


@pytest.mark.parametrize("words", CONSOLE_ZH)
def test_both_languages_have_the_same_places(words: str) -> None:
    assert places(words) == places(CONSOLE_ZH[words])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_chinese(path: Path) -> None:
    assert _CHINESE.findall(path.read_text("utf-8")) == []


def test_a_sentence_is_told_in_the_language_with_its_places_filled() -> None:
    assert told("zh", "Recovering: {n}", n=3) == "恢复观察中 3"
    assert told("en", "Recovering: {n}", n=3) == "Recovering: 3"
    assert (told("en", "other language"), told("zh", "other language")) == ("中文", "English")
