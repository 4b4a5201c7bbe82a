"""How commands speak: data on stdout, everything else on stderr; JSON is one document and nothing else."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_json(document: object) -> None:
    """The one JSON document of a command."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table no wider than the terminal; wide (Chinese) characters count two. Text is never read as markup."""
    table = Table(title=escape(title) or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(escape(column), overflow="fold")
    for row in rows:
        table.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    Console(soft_wrap=False).print(table)


def print_pairs(pairs: Mapping[str, object]) -> None:
    """Names and values, one a line, names aligned."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs.items():
        table.add_row(escape(name), escape(str(value)))
    Console().print(table)


def say(text: str = "") -> None:
    """A line for a person on stdout."""
    print(text)


def warn(text: str) -> None:
    """A line for a person on stderr."""
    print(text, file=sys.stderr)
