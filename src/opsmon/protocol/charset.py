"""What a device's octets mean as text. Total: any octets give a text, and what is broken costs its own piece alone.

Devices near Beijing speak UTF-8 or GB 18030 (of which GBK and GB 2312 are parts), put either into fields of 16 to 255
octets, and cut where the field ends, which may be inside a character. Agents written in C leave what lay behind a NUL.
"""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),  # U+FEFF in GB 18030
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MIN_UTF_16 = 4  # octets, with its mark; of fewer nobody can tell
_MAX_CHARACTER = 4  # octets, of UTF-8 and of GB 18030
_NOT_EAST_ASIAN: Final = bytes((*range(0x2F), *range(0xD8, 0xE0)))  # high octets of UTF-16, the halves of pairs too


def decode_octets(octets: bytes) -> str:
    """UTF-8, else GB 18030, else Latin-1, which takes anything; a byte-order mark says which, UTF-16 as well.

    A character that the end cuts in two is left out, and so is one that is broken within.
    """
    for mark, encoding in _MARKS:
        if octets.startswith(mark) and len(octets) >= _MIN_UTF_16:
            return octets[len(mark) :].decode(encoding, "ignore")
    return _decode_unmarked(octets)


def decode_field(octets: bytes) -> str:
    """The text of a field of a C string or of an OCTET STRING: what stands behind a NUL is no part of it, unless
    nothing stands before."""
    encoding = _utf_16_of(octets)
    if encoding is not None:
        return octets.decode(encoding, "ignore").strip("\0")
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(octets) >= _MIN_UTF_16:
        return decode_octets(octets).strip("\0")
    return decode_octets(octets.lstrip(b"\0").partition(b"\0")[0])


def _utf_16_of(octets: bytes) -> str | None:
    """Agents of Windows give UTF-16 without a mark: every other octet of a text in Latin letters is NUL."""
    if len(octets) < _MIN_UTF_16 or len(octets) % 2:
        return None
    even, odd = octets[::2], octets[1::2]
    if not any(odd) and all(even.rstrip(b"\0")) and even[0]:
        return "utf-16-le" if even[1] else None
    return "utf-16-be" if not any(even) and all(odd) else None


def _decode_unmarked(octets: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError as error:
            if _is_cut(error):
                return octets[: error.start].decode(encoding)
            if (text := _mostly(octets, encoding)) is not None:
                return text
    return octets.decode("latin-1")


def _is_cut(error: UnicodeDecodeError) -> bool:
    """Whether all is sound but a character that has begun when the octets end."""
    rest = len(error.object) - error.start
    return rest < _MAX_CHARACTER and error.reason in ("unexpected end of data", "incomplete multibyte sequence")


def _east_asian(text: str) -> int:
    """How many of its characters are from U+2F00 to U+FFEF. By whole octets, because a text may be a page of a MiB."""
    high_octets = text.encode("utf-16-be", "surrogatepass")[::2]
    others = text.count("\ufffd")  # of the last 256 nothing else is met
    return len(high_octets.translate(None, _NOT_EAST_ASIAN)) - others


def _mostly(octets: bytes, encoding: str) -> str | None:
    """The text of octets that are broken within (two cut texts, one after the other) and far more sound than broken.

    Sound is what East Asia writes. Octets of another code are broken at nearly every character, or give odd letters.
    """
    text = octets.decode(encoding, "replace")
    broken = text.count("\ufffd")
    sound = _east_asian(text) - broken
    return text.replace("\ufffd", "") if sound > 2 * broken else None
