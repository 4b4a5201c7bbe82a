"""What a terminal would show: erased words of a pager gone, escape sequences applied, one `\\n` a line. Pure.

Pagers erase themselves with backspaces (Cisco), with carriage returns and blanks (Cisco ASA, Fortinet), or by moving
the cursor left and writing blanks over it (Huawei, H3C: ECMA-48 CUB). Only lines with such characters are worked on.
"""

import re

_STRIPPED = re.compile(
    r"\x1b\[[0-9;?]*[hlmnrcHJABC]|\x1b[()][A-Z0-9]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>78ME]|[\x00\x07\x0e\x0f\x7f]"
)
_STEP = re.compile(
    r"\x1b\[(?P<count>[0-9]{0,4})(?P<move>[DK])|(?P<back>\x08)|(?P<home>\r)|(?P<text>[^\x1b\x08\r]+)|\x1b"
)
_MARKS = re.compile(r"[\x1b\x08\r]")
# No pager draws so much in one line. Each erasing costs as much as the line is long, so a longer one is not drawn.
MAX_DRAWN_CHARS = 8_192


def render(raw: str) -> str:
    """The text as it stands on the screen."""
    text = raw.replace("\r\n", "\n") if "\r" in raw else raw
    if "\x1b" in text or "\x07" in text or "\x00" in text:
        text = _STRIPPED.sub("", text)
    if not any(mark in text for mark in "\x1b\x08\r"):
        return text
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    line = line.rstrip("\r")
    if not any(mark in line for mark in "\x1b\x08\r"):
        return line
    if len(line) > MAX_DRAWN_CHARS:
        return _MARKS.sub("", line)
    shown: list[str] = []
    column = 0
    for step in _STEP.finditer(line):
        if step["text"]:
            text = step["text"]
            shown += " " * (column - len(shown))
            shown[column : column + len(text)] = text
            column += len(text)
        elif step["back"]:
            column = max(0, column - 1)
        elif step["home"]:
            column = 0
        elif step["move"] == "D":
            column = max(0, column - int(step["count"] or 1))
        elif step["move"] == "K":
            _erase(shown, column, step["count"])
    return "".join(shown) if step_is_plain(line) else "".join(shown).rstrip(" ")


def _erase(shown: list[str], column: int, how: str) -> None:
    """ECMA-48 EL: to the end of the line, to its beginning, or all of it."""
    if how in ("", "0"):
        del shown[column:]
    elif how == "2":
        shown.clear()
    else:
        shown[:column] = " " * column


def step_is_plain(line: str) -> bool:
    """Whether nothing of the line was erased: then its blanks at the end are its own."""
    return not re.search(r"[\x08\r]|\x1b\[[0-9]{0,4}[DK]", line)


def last_line(tail: str) -> str:
    """The line that the cursor stands in, as it looks on the screen, without blanks at either end."""
    return render(tail[tail.rfind("\n") + 1 :]).strip(" ")
