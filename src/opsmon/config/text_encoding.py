"""The octets of a file of a root as text: UTF-8, with a mark at its beginning or none. Anything else gets its name."""

from dataclasses import dataclass

from opsmon.text.bilingual import Sentence

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NOTEPAD = Sentence(
    "save it as UTF-8 (Notepad: Save As, Encoding UTF-8)", "请另存为 UTF-8（记事本：另存为，编码 UTF-8）"
)


@dataclass(frozen=True, slots=True)
class WrongEncodingError(Exception):
    """The octets are no UTF-8: where the first wrong one stands (from 1), what they seem to be, and the mend."""

    line: int
    column: int
    message: str
    hint: str


def decode_text(octets: bytes) -> str:
    """The text. Raises WrongEncodingError."""
    if octets.startswith(_UTF_16) or b"\0" in octets[:64]:
        raise WrongEncodingError(1, 1, "the file is UTF-16", _NOTEPAD)
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = octets[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise WrongEncodingError(line, column, *_other(octets)) from None


def _other(octets: bytes) -> tuple[str, str]:
    try:
        octets.decode("gb18030")
    except UnicodeDecodeError:
        return "the file is not UTF-8", Sentence("save it as UTF-8", "请另存为 UTF-8（记事本：另存为，编码 UTF-8）")
    return "the file is not UTF-8, it seems to be GBK", "`iconv -f GBK -t UTF-8`, or save it as UTF-8 in the editor"
