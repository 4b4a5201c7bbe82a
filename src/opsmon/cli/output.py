"""How commands speak: data on stdout, everything else on stderr; JSON is one document and nothing else.

A table fits the terminal (long cells are folded, wide Chinese characters count two); in a pipe, where no COLUMNS says
otherwise, a row is one line however long, so that `grep` and `awk` work. Nothing that a device says reaches the
terminal as a control character or as markup. `rich` is imported when a table is drawn.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from opsmon.errors import Problem
from opsmon.text.safe import escaped_json, is_seen

if TYPE_CHECKING:
    from rich.table import Table

UNFOLDED = 100_000


def print_json(document: object) -> None:
    """The one JSON document of a command."""
    sys.stdout.write(escaped_json(json.dumps(document, ensure_ascii=False, indent=2)) + "\n")


def problem_json(problem: Problem) -> dict[str, object]:
    """A problem as plain data."""
    return asdict(problem)


def is_coloured() -> bool:
    """Only a terminal is given colours, and none where NO_COLOR is set (no-color.org) or the terminal is a dumb one."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, colour: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
    """The text in a colour, where stdout is shown in colours."""
    if not text or not is_coloured():
        return text
    return typer.style(text, fg=colour, bold=bold or None, dim=dim or None)


def problem_line(problem: Problem, language: str) -> str:
    """`path:line:column: message (hint)`; an error in red, a warning in yellow."""
    where, message, hint = problem.parts_in(language)
    return (
        f"{styled(where, bold=True)}{styled(message, 'yellow' if problem.warning else 'red')}{styled(hint, dim=True)}"
    )


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table with a bold head."""
    if terminal_width() is None:
        sys.stdout.write(f"{_plain(title)}\n" if title else "")
        _print_unfolded([columns, *rows])
        return
    from rich.table import Table

    table = Table(title=_cell(title) or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(_cell(column), overflow="fold", no_wrap=index == 0)  # a name that is cut is no name
    for row in rows:
        table.add_row(*map(_cell, row))
    _print(table)


def print_pairs(pairs: Mapping[str, object]) -> None:
    """Names and values, one a line, names aligned."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs.items():
        table.add_row(_cell(name), _cell(value))
    _print(table)


def terminal_width() -> int | None:
    """How wide a line may be; None in a pipe."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        from rich.console import Console

        return Console().width
    return None


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    if is_seen(text):
        return text
    return "".join(char if is_seen(char) or char == "\n" else "�" for char in text)


def _cell(value: object) -> str:
    from rich.markup import escape

    return escape(_plain(value))


def _print_unfolded(rows: Sequence[Sequence[object]]) -> None:
    """Rows as lines, columns as wide as their widest cell; the lines of a cell stand between bars."""
    from rich.cells import cell_len

    cells = [[_plain(cell).replace("\n", " | ") for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def _print(table: "Table") -> None:
    from rich.console import Console

    console = Console(width=terminal_width() or UNFOLDED)
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    sys.stdout.writelines(line.rstrip() + "\n" for line in captured.get().splitlines())


def say(text: str = "") -> None:
    """A line for a person on stdout."""
    print(text)


def warn(text: str) -> None:
    """A line for a person on stderr."""
    print(text, file=sys.stderr)
