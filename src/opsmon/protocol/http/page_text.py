"""What the octets of a page mean as text: by its byte-order mark, its header, its own word, or by what they look like.

The order is that of browsers (WHATWG Encoding, 6, and HTML, 13.2.3): a mark, then `charset` of Content-Type, then
`<meta>` or the XML declaration. Devices declare codes that they do not use, so the guess comes last as another reading.
"""

import codecs
import re
from collections.abc import Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases

from opsmon.protocol.charset import decode_octets

_PRESCANNED_BYTES = 4_096
_LABEL = r"\s{0,20}+=\s{0,20}+[\"']?+\s{0,20}+([A-Za-z0-9_.:-]{1,40}+)"
_CHARSET = re.compile(rf"charset{_LABEL}", re.IGNORECASE)
_META = re.compile(rf"<meta[^>]{{0,100}}?charset{_LABEL}".encode(), re.IGNORECASE)
_XML = re.compile(rf"\s{{0,100}}+<\?xml[^>]{{0,100}}?encoding{_LABEL}".encode(), re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Python has codecs that unpack and run escapes; only these read pages. GB 2312 and GBK are parts of GB 18030.
_CODES = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "hz": "hz", "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "utf-8": "utf-8", "utf-16": "utf-16", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be", "ascii": "latin-1",
    "iso8859-1": "latin-1", "cp1252": "cp1252", "cp1251": "cp1251", "koi8-r": "koi8-r", "shift_jis": "cp932",
    "cp932": "cp932", "euc_jp": "euc_jp", "euc_kr": "cp949", "cp949": "cp949",
}  # fmt: skip
_KNOWN = frozenset({*aliases, *aliases.values()})
_ALIASES = {"x-gbk": "gbk", "gb_2312-80": "gb2312", "gb_2312": "gb2312", "utf8mb4": "utf-8", "unicode": "utf-16"}


def page_texts(body: bytes, content_type: str = "") -> Iterator[str]:
    """Every reading of a page that it declares, then the likeliest; each text once."""
    told: set[str] = set()
    for text in (*(body_text(body, code) for code in declared_codes(body, content_type)), decode_octets(body)):
        if text not in told:
            told.add(text)
            yield text


def declared_codes(body: bytes, content_type: str) -> tuple[str, ...]:
    """The codes that a page says it is in, the strongest word first; without those that nobody knows."""
    marked = [code for mark, code in _MARKS if body.startswith(mark)][:1]
    head = body[:_PRESCANNED_BYTES]
    header, within = _CHARSET.search(content_type), _META.search(head) or _XML.match(head)
    labels = [header[1] if header else "", within[1].decode("ascii") if within else ""]
    return tuple(dict.fromkeys([*marked, *(code for label in labels if (code := code_of(label)))]))


def code_of(label: str) -> str:
    """Python's name of the code that a label means; empty for one that is unknown."""
    lowered = label.strip().lower()
    wanted = _ALIASES.get(lowered, lowered)
    written = normalize_encoding(wanted) if wanted.isascii() else ""
    if written not in _KNOWN and written.replace(".", "_") not in _KNOWN:  # Python keeps what it looked for in vain
        return ""
    try:
        return _CODES.get(codecs.lookup(wanted).name, "")
    except (LookupError, ValueError):
        return ""


def body_text(body: bytes, code: str) -> str:
    """The text in a known code, without its mark; what is broken is replaced."""
    return body.decode(code, "replace").removeprefix("\ufeff")


def xml_text(body: bytes, content_type: str = "") -> str:
    """An XML document as one text: the first reading in which nothing is broken, else the likeliest.

    UTF-8 comes first, whatever is declared: SOAP is written in it, and hardly any other text passes for it.
    """
    for code in ("utf-8", *declared_codes(body, content_type)):
        text = body_text(body, code)
        if "\ufffd" not in text:
            return text
    return decode_octets(body)
