"""Lines of a manual page in the macros of man(7), which groff and mandoc read alike."""

import re
from collections.abc import Iterator

_BOLD = re.compile(r"\*\*(.+?)\*\*|`([^`]+)`")


def title(name: str, section: int, date: str, source: str) -> str:
    """The first line; hyphens and blanks are left as they are: no line is filled to both margins."""
    return f'.TH {name} {section} {date} "{source}"\n.nh\n.ad l'


def heading(text: str) -> str:
    return f".SH {_plain(text)}"


def sub_heading(text: str) -> str:
    return f".SS {_plain(text)}"


def paragraph(text: str, *, first: bool = False) -> Iterator[str]:
    """`first` behind a heading, where a break would be one too many. What is in backticks is printed bold."""
    if not first:
        yield ".PP"
    yield _line(" ".join(text.split()))


def definition(term: str, text: str) -> Iterator[str]:
    """A term, and what it means indented below it."""
    yield ".TP"
    yield f"\\fB{_plain(term)}\\fR"
    yield _line(" ".join(text.split())) if text.strip() else "\\&"


def _line(text: str) -> str:
    parts, end = [], 0
    for found in _BOLD.finditer(text):
        parts += [_plain(text[end : found.start()]), f"\\fB{_plain(found[1] or found[2])}\\fR"]
        end = found.end()
    line = "".join([*parts, _plain(text[end:])])
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _plain(text: str) -> str:
    """Signs that stand for themselves: a minus is one to copy, and a quote or a caret no ornament."""
    signs = {
        "\\": "\\e", "-": "\\-", "'": "\\(aq", '"': "\\(dq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti",
        "|": "|\\:", "、": "、\\:",  # a line may be broken behind them
    }  # fmt: skip
    return "".join(signs.get(sign, sign) for sign in text)
