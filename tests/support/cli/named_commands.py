"""The commands that a text names, in blocks and within lines, and whether opsmon has them."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import typer

from opsmon.cli.main import build_app, first_word

FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4,}((?:\S*/)?opsmon .*)$", re.MULTILINE)
WITHIN = re.compile(r"(?<!`)`(opsmon [^`\n]+)`(?!`)")
OF_A_BLOCK = re.compile(r"(?:^|[$&|;(] ?)(?:\S*/)?(opsmon (?:[^#\n&;>)]|\\\n)+)", re.MULTILINE)
PLACEHOLDER = re.compile(r"[A-Z]+|…|<[^>]+>")
WORDS = re.compile(r"[a-z][a-z-]*")


def commands_in(text: str) -> Iterator[str]:
    """Each as it is written, without the comment behind it."""
    for block in FENCED.finditer(text):
        if block[1] in ("", "sh", "console"):
            yield from (found[1].strip() for found in OF_A_BLOCK.finditer(block[2]))
    prose = FENCED.sub("", text)
    yield from (found.strip() for found in WITHIN.findall(prose))
    yield from (found[found.index("opsmon ") :].partition("    ")[0] for found in INDENTED.findall(prose))


def unknown_word(written: str) -> str:
    """The first word of the command that is no command and no option of opsmon; "" where all are known.

    What is in brackets may be left away, and `|` stands between alternatives: `opsmon oncall who [--at TIME] | list`.
    """
    without_choices = re.sub(r"\[[^]]*\]", lambda found: found[0].replace("|", " "), written)
    first, *others = re.split(r" \\?\| ", without_choices)
    words = _words_of(first)
    group = _group_of(words)
    lines = [words, *([*group, *_words_of(other)] for other in others)]
    return next((wrong for line in lines if (wrong := _unknown_in(line))), "")


def _words_of(text: str) -> list[str]:
    return [word.strip("[]，。") for word in re.split(r"[\s=]+", text.partition("  ")[0]) if word]


def _group_of(words: list[str]) -> list[str]:
    """The words that lead to a group: alternatives behind them are commands of the same one."""
    found, leading = _app(words), []
    for word in words[1:]:
        found = found.get_command(_context(found), word) if hasattr(found, "get_command") else None
        if not hasattr(found, "get_command"):
            break
        leading.append(word)
    return ["opsmon", *leading]


def _unknown_in(words: list[str]) -> str:
    found = _app(words)
    options = {"--help", "--version", "-h"}
    for before, word in pairwise(words):
        if before == "--root":
            continue
        options |= {name for one in found.params for name in (*one.opts, *one.secondary_opts)}
        if word.startswith("--"):
            if word not in options:
                return word
        elif hasattr(found, "get_command"):
            if not WORDS.fullmatch(word):
                if PLACEHOLDER.match(word):
                    return ""
                continue
            below = found.get_command(_context(found), word)
            if below is None:
                return word
            found = below
    return ""


def refusal_of(words: list[str]) -> str:
    """What the parser of the command has against its words; "" for nothing."""
    found, rest = _app(words), words[1:]
    while hasattr(found, "get_command") and rest:
        found, rest = found.get_command(_context(found), rest[0]), rest[1:]
        if found is None:
            return f"no command in {words}"
    try:
        found.make_context(found.name, list(rest))
    except typer.Exit:
        return ""
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error, of typer's own copy of click or of an installed one
            return str(error.format_message())
        raise
    return ""


def typed(line: str) -> list[str]:
    """The words of a command line."""
    return shlex.split(line, comments=True)


def _app(words: list[str]) -> Any:
    return _app_with(first_word(words[1:]))


@cache
def _app_with(word: str) -> Any:
    return typer.main.get_command(build_app([word] if word else ["--help"]))


def _context(command: Any) -> Any:
    return command.make_context("opsmon", [], resilient_parsing=True)
