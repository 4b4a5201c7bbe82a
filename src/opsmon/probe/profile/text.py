"""What an agent's octets mean as text and as numbers. Total: any input gives a clean text, and a number or nothing."""

import re
from math import isnan

from opsmon.bounds import CELL_CHARS
from opsmon.protocol.charset import decode_field
from opsmon.protocol.snmp.session import Oid, SnmpValue
from opsmon.text.safe import UNSEEN, is_seen

MAX_VALUE_CHARS = 128
_NUMBER = re.compile(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*([kmgt]i?b(?:ytes)?\b)?", re.IGNORECASE)
_SIZES = {"k": 2.0**10, "m": 2.0**20, "g": 2.0**30, "t": 2.0**40}
_OID = re.compile(r"\.?[0-9]{1,10}(?:\.[0-9]{1,10}){0,127}\.?")
_DIRT = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_HIDDEN = re.compile(f"[{UNSEEN}]+")
_MAX_OCTETS_A_CHARACTER = 4  # UTF-8, GB 18030


def raw_text(raw: SnmpValue | None, longest: int = CELL_CHARS) -> str:
    """The text of a value up to a bound, lines and all; an OID dotted; nothing for a missing value."""
    if raw is None:
        return ""
    if isinstance(raw, bytes):
        return decode_field(raw[: _MAX_OCTETS_A_CHARACTER * longest])[:longest]
    if isinstance(raw, tuple):
        return ".".join(str(arc) for arc in raw)
    return str(raw)


def oid_in(text: str) -> Oid:
    """The OID that a device's text is; the empty one where it is none."""
    return tuple(int(arc) for arc in text.strip(". ").split(".")) if _OID.fullmatch(text.strip()) else ()


def clean_text(text: str, longest: int = MAX_VALUE_CHARS) -> str:
    """A text fit for a label: one line, no control characters or direction marks, bounded, valid UTF-8."""
    tidy = text if is_seen(text) and "  " not in text else _DIRT.sub(" ", _HIDDEN.sub("", text))
    tidy = tidy.strip()
    return tidy if len(tidy) <= longest else tidy[: longest - 1].rstrip() + "…"


def number_in(text: str) -> float | None:
    """The number that a text begins with; sizes such as "357.762 MB" in bytes; a decimal comma is a point."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    return number * _SIZES[found[2][0].lower()] if found[2] else number


def number_of(raw: SnmpValue | None, pattern: re.Pattern[str] | None = None, *, unsigned: bool = False) -> float | None:
    """A value as a number, or None where it holds none. `pattern` names the part of a text that is the number.

    `unsigned` adds 2³² to what an agent's 31-bit type made negative (hrStorageSize of a big disk).
    """
    if raw is None or isinstance(raw, tuple):
        return None
    if isinstance(raw, bytes):
        return _number_of_text(raw_text(raw), pattern)
    number = float(raw)
    if unsigned and number < 0:
        return number + 2.0**32
    return None if isnan(number) else number


def _number_of_text(text: str, pattern: re.Pattern[str] | None) -> float | None:
    if pattern is None:
        return number_in(text)
    found = pattern.search(text)
    return number_in(found[1]) if found and found[1] is not None else None
