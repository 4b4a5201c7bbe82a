"""Which bytes a device wrote: each line decoded by itself, and the way back to exactly the same bytes. Pure.

Command lines have no declared character set. One device may hold names in GBK from its old software beside names in
UTF-8 from its new one, and may cut a name in the middle of a character at the length that it allows. So the text of a
device has one main encoding, single lines may have another, and bytes that fit none are kept as they are: in memory as
surrogates (PEP 383), in what is stored as `\\xNN`, on lines that are named.
"""

import re
from dataclasses import dataclass

UTF8, GB18030, LATIN1 = "utf-8", "gb18030", "latin-1"
_BROKEN = re.compile("[\udc80-\udcff]+")
_ESCAPES = re.compile(r"\\x([0-9a-f]{2})")
_LETTER = re.compile(rb"(?<=[A-Za-z])[\xc0-\xfe](?![\x80-\xff])|(?<![\x80-\xff])[\xc0-\xfe](?=[A-Za-z])")
_WITHIN = re.compile(rb"[A-Za-z][\xc0-\xfe][A-Za-z]")
_HIGH = re.compile(rb"[\x80-\xff]")
# UTF-8, with the beginning of a character that was cut at its end.
_CUT_UTF8 = re.compile(
    rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+"
    rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})?"
)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_WIDE = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")  # UTF-8 of three and more bytes is hardly ever met by chance


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with surrogates for bytes that fit nothing, its main encoding, and the lines (from 1) of another."""

    text: str
    encoding: str = UTF8
    others: tuple[tuple[int, str], ...] = ()

    @property
    def raw(self) -> bytes:
        """The bytes that came."""
        others = dict(self.others)
        lines = self.text.split("\n")
        return b"\n".join(_bytes(line, others.get(n, self.encoding)) for n, line in enumerate(lines, 1))

    def chosen(self, numbers: list[int]) -> "Decoded":
        """These of its lines (from 1, in order), as a text of its own."""
        lines, others = self.text.split("\n"), dict(self.others)
        kept = "\n".join(lines[number - 1] for number in numbers)
        places = [(place, others[number]) for place, number in enumerate(numbers, 1) if number in others]
        return Decoded(kept, self.encoding, tuple(places))


def decoded(text: str) -> Decoded:
    """What came as UTF-8 with strays (PEP 383), decoded line by line."""
    if text.isascii():
        return Decoded(text)
    raw = [line.encode(UTF8, "surrogateescape") for line in text.split("\n")]
    main = _main_encoding([line for line in raw if not line.isascii()])
    lines, others = [], []
    for number, line in enumerate(raw, 1):
        encoding = main if line.isascii() else _encoding_of(line, main)
        lines.append(_text(line, encoding))
        if encoding != main:
            others.append((number, encoding))
    return Decoded("\n".join(lines), main, tuple(others))


def _main_encoding(lines: list[bytes]) -> str:
    """The encoding that most lines can only have. Latin-1 fits everything, so it is the last that is thought of."""
    if all(_fits(line, UTF8) for line in lines):
        return UTF8
    utf8 = sum((_fits(line, UTF8) and _WIDE.search(line) is not None) or _is_cut_utf8(line) for line in lines)
    rest = [line for line in lines if not _fits(line, UTF8) and not _is_cut_utf8(line)]
    latin = sum(_looks_latin(line) for line in rest)
    chinese = sum(_fits(line, GB18030) and not _looks_latin(line) for line in rest)
    if latin > chinese and latin > utf8 and any(_WITHIN.search(line) for line in rest):
        return LATIN1
    if chinese or not utf8:
        return GB18030 if chinese >= utf8 else UTF8
    return UTF8


def _encoding_of(line: bytes, main: str) -> str:
    """The encoding of one line, given that of most."""
    if _fits(line, UTF8) and (main != GB18030 or _WIDE.search(line)):
        return UTF8
    if main == LATIN1:
        return LATIN1 if _looks_latin(line) or not _fits(line, GB18030) else GB18030
    if _is_cut_utf8(line) or (main == UTF8 and _WIDE.search(line) and not _fits(line, GB18030)):
        return UTF8
    return GB18030 if main == GB18030 or (_fits(line, GB18030) and not _looks_latin(line)) else main


def _is_cut_utf8(line: bytes) -> bool:
    """Whether it is UTF-8 but for a character that was cut. What is left often fits GB 18030, as rare characters."""
    if _fits(line, UTF8) or not _WIDE.search(line):
        return False
    return all(_CUT_UTF8.fullmatch(run) for run in _HIGH_RUN.findall(line))


def _looks_latin(line: bytes) -> bool:
    """Whether letters beyond ASCII stand alone between others, as `Zürich` does: Chinese ones come in pairs."""
    return len(_LETTER.findall(line)) == len(_HIGH.findall(line))


def _fits(line: bytes, encoding: str) -> bool:
    try:
        return line.decode(encoding).encode(encoding) == line
    except UnicodeDecodeError:
        return False


def _text(line: bytes, encoding: str) -> str:
    """The line, with surrogates for what does not fit; where the way back would not be exact, for more than that."""
    if encoding == LATIN1:
        return line.decode(LATIN1)
    text = line.decode(encoding, "surrogateescape")
    return text if _bytes(text, encoding) == line else line.decode("ascii", "surrogateescape")


def _bytes(line: str, encoding: str) -> bytes:
    return line.encode(encoding, "surrogateescape")


def stored(text: str) -> tuple[str, tuple[int, ...]]:
    """The text as it is kept, plain UTF-8, and the numbers of its lines on which `\\xNN` stands for a byte."""
    if text.isascii() or not _BROKEN.search(text):
        return text, ()
    lines, named = text.split("\n"), []
    for index, line in enumerate(lines):
        if _BROKEN.search(line):
            # a backslash that the device wrote before what looks like an escape is escaped itself
            plain = _ESCAPES.sub(lambda found: rf"\x5cx{found[1]}", line)
            lines[index] = _BROKEN.sub(_escaped, plain)
            named.append(index + 1)
    return "\n".join(lines), tuple(named)


def noted(others: tuple[tuple[int, str], ...], escaped: tuple[int, ...]) -> str:
    """What of the lines is not of the main encoding, in words; `parse_note` is the way back."""
    by_encoding: dict[str, list[int]] = {}
    for number, encoding in others:
        by_encoding.setdefault(encoding, []).append(number)
    words = [f"{name} on line {_ranges(numbers)}" for name, numbers in by_encoding.items()]
    words += [rf"bytes of no encoding, kept as \xNN, on line {_ranges(list(escaped))}"] if escaped else []
    return "; ".join(words)


def parse_note(note: str) -> tuple[dict[int, str], frozenset[int]]:
    """The lines of other encodings, and those with escaped bytes, that a note names."""
    others: dict[int, str] = {}
    escaped: set[int] = set()
    for part in filter(None, note.split("; ")):
        name, _, places = part.rpartition(" on line ")
        numbers = [n for place in places.split(",") for n in _range(place)]
        if name in (UTF8, GB18030, LATIN1):
            others |= dict.fromkeys(numbers, name)
        else:
            escaped |= set(numbers)
    return others, frozenset(escaped)


def _ranges(numbers: list[int]) -> str:
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in found)


def _range(place: str) -> range:
    first, _, last = place.partition("-")
    return range(int(first), int(last or first) + 1)


def _escaped(found: "re.Match[str]") -> str:
    return "".join(rf"\x{ord(char) - 0xDC00:02x}" for char in found[0])


def device_bytes(text: str, encoding: str, others: dict[int, str], escaped: frozenset[int]) -> bytes:
    """The bytes that the device wrote, from a stored text and what was noted of its lines."""
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        if number in escaped:
            line = _ESCAPES.sub(_byte, line)  # noqa: PLW2901 - the same line, as it was
        lines.append(_bytes(line, others.get(number, encoding)))
    return b"\n".join(lines)


def _byte(found: "re.Match[str]") -> str:
    code = int(found[1], 16)
    return chr(code) if code < 0x80 else chr(0xDC00 + code)
