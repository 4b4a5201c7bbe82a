"""Which line is a pager's, and which key turns the page. Pure.

A pager is known by its own words at the beginning of the line that the cursor stands in. Where a device falls silent in
a line that speaks of keys or pages without being known, that line is taken for a pager of its own and remembered.
"""

import re

# Lines as makes write them: Cisco, Huawei, H3C, ASA, Junos, Fortinet, Ruijie, ZTE, HP, Dell, Extreme, less(1), …
ANY_PAGER = "|".join(
    (
        r"^\s*[\-<(\[*=]+[\s\-<(]*(?i:more)\b(?=\s*(?:[-–>)(:?,.\d/%\]\[]|or\b|$))[^\n]{0,80}$",
        r"^\s*(?i:more)\s*[:?(][^\n]{0,80}$",
        r"^\W*(?i:press|hit|strike)\b[^\n]{0,40}?(?i:\bkey\b|space|\benter\b|\breturn\b)[^\n]{0,80}$",
        r"^\W*(?i:next page|<space>|space\s*(?:bar)?\s*[:=]|q(?:uit)?\s*[:=]\s*(?:quit|exit|q\b))[^\n]{0,80}$",
        r"^\W*(?i:lines?)\s+\d+-\d+(?:[/ ]\s*\d+)?(?:\s*\(END\)|\s*\d+%|\s*\(\d+%\))?\s*$|^\s*\(END\)\s*$",
        r"^[^\n]{0,60}(?i:display the next \d+ entries)[^\n]{0,20}$",
        r"^[\s\-<(\[【]*(?:更多|继续|下一页|(?:请)?(?:按|敲)[^\n]{0,20}(?:键|空格|回车))[^\n]{0,40}$",
    )
)
_UNKNOWN = re.compile(
    r"(?i)\b(?:more|pages?|space(?:bar)?|keys?|continue|quit|next|enter|return)\b|^:$|更多|继续|页|键|空格|回车"
)
_ENDED = re.compile(r"\(END\)\s*$")
_ONLY_ENTER = re.compile(r"(?i)\b(?:enter|return)\b|回车")
_OTHER_KEYS = re.compile(r"(?i)space|\b(?:any|a) key\b|任意键|空格")
_CLOSED = re.compile(r"(?:--|[^\s\w(\[<\-])\s*$")
MORE_ENTRIES = re.compile(r"(?i)display the next \d+ entries")


def key_of(line: str, usual: str) -> str:
    """What turns the page that ends in this line; `usual` is the make's key."""
    if _ENDED.search(line):
        return "q"
    if MORE_ENTRIES.search(line):
        return "y"
    return "\n" if _ONLY_ENTER.search(line) and not _OTHER_KEYS.search(line) else usual


def may_be_pager(line: str) -> bool:
    """Whether a line in which a device fell silent speaks of keys or pages."""
    return len(line) <= 160 and _UNKNOWN.search(line) is not None


def is_closed(line: str) -> bool:
    """Whether it looks complete, so that no second piece of it need be waited for."""
    return _CLOSED.search(line) is not None
