"""What may stand where the cursor is: the answer to the scripts of `opsmon completion`. Asked at every TAB, so quick.

Nothing is loaded that reads a root strictly: a root with mistakes completes as well. Whatever goes wrong, the answer
is empty and nothing is said: a shell would show it in the middle of what is being typed.
"""

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from opsmon.cli.completion.known_names import known_words
from opsmon.cli.completion.tree import Node, TakenValue, tree_of

WORD = "_complete"  # `opsmon _complete SHELL WORD LINE`
ASK_FOR_FILES = ":files"
MAX_OFFERED = 500
Offer = tuple[str, str]  # a word, and what it is


class _Place(NamedTuple):
    """Where the cursor is: the command, and what is expected there; None where its words or options may stand."""

    node: Node
    expected: TakenValue | None


def complete(arguments: Sequence[str]) -> int:
    """Print what may stand there, as the shell wants it. Returns the exit code, which is always 0."""
    shell, bare, line = [*arguments, "", "", ""][:3]
    try:
        *before, begun = _words_of(line)
        place = _place_of(before[1:], begun)
        if place.expected is not None and place.expected.is_file:
            print(ASK_FOR_FILES)
            return 0
        found = (offer for offer in _offers(place, before[1:], begun) if offer[0].startswith(begun))
        offers = list(islice(found, MAX_OFFERED))
        _print(shell, offers, begun[: len(begun) - len(bare)] if shell == "bash" and begun.endswith(bare) else "")
    except (OSError, ValueError, LookupError):
        return 0
    return 0


def _words_of(line: str) -> list[str]:
    """The words of a command line, the last one as far as it is typed; a quote that is open is closed."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return [*words, ""] if not line or (line[-1].isspace() and not closing) else words
    return line.split(" ")


def _print(shell: str, offers: Iterable[Offer], cut: str) -> None:
    for word, told in offers:
        if shell == "zsh":
            print(word.replace("\\", "\\\\").replace(":", "\\:") + (f":{told}" if told else ""))
        elif shell == "fish":
            print(f"{word}\t{told}" if told else word)
        else:
            print(word.removeprefix(cut))


def _offers(place: _Place, before: Sequence[str], begun: str) -> Iterator[Offer]:
    if place.expected is not None:
        yield from _values(place.expected, _root_of(before), begun)
    elif begun.startswith("-"):
        used = set(before)
        yield from ((name, one.told) for name, one in place.node.options.items() if name not in used or one.is_repeated)
    else:
        yield from ((word, node.told) for word, node in place.node.words.items() if not word.startswith("_"))


def _place_of(before: Sequence[str], begun: str) -> _Place:
    node = tree_of(next(_plain_words(before), ""))
    positions, expected, reading = 0, None, iter(before)
    for word in reading:
        option = node.options.get(word)
        if option is not None and not option.is_flag:
            if next(reading, None) is None:
                return _Place(node, option)
        elif word in node.words:
            node = node.words[word]
        elif node.words and not word.startswith("-"):
            return _Place(Node(), TakenValue())  # a command that is none
        elif not word.startswith("-"):
            positions += 1
    if node.arguments and not node.words and not begun.startswith("-"):
        last = node.arguments[-1]
        expected = node.arguments[positions] if positions < len(node.arguments) else last if last.is_repeated else None
        return _Place(node, expected or TakenValue())
    return _Place(node, None)


def _plain_words(before: Sequence[str]) -> Iterator[str]:
    """The words of a line that are no `--root DIR`."""
    reading = iter(before)
    for word in reading:
        if word == "--root":
            next(reading, None)
        elif not word.startswith("-"):
            yield word


def _root_of(before: Sequence[str]) -> Path:
    pairs = dict(pairwise(before))
    return Path(pairs.get("--root") or os.environ.get("OPSMON_ROOT") or ".").expanduser()


def _values(expected: TakenValue, root: Path, begun: str) -> Iterator[Offer]:
    if expected.choices:
        yield from ((word, "") for word in expected.choices)
    elif expected.of:
        yield from known_words(expected.of, root, begun)
