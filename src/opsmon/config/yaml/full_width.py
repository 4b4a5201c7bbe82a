"""Full-width characters that a Chinese input method leaves where YAML wants ASCII: found, named, and what to write.

YAML takes `：` or `，` for letters: a line is then no YAML, or a key and its value silently become one text.
Promises: a character is named only where the text around it is wrong already, or where nothing but a slip explains it.
Titles and sentences in Chinese keep their punctuation.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import normalize

WIDE_SPACES = "\u3000\u00a0"
_PUNCTUATION = {
    "：": ("colon", ": "),
    "，": ("comma", ", "),
    "、": ("enumeration comma", ", "),
    "；": ("semicolon", ";"),
    "。": ("full stop", "."),
    "．": ("full stop", "."),
    "（": ("bracket", "("),
    "）": ("bracket", ")"),
    "【": ("bracket", "["),
    "】": ("bracket", "]"),
    "［": ("bracket", "["),
    "］": ("bracket", "]"),
    "｛": ("brace", "{"),
    "｝": ("brace", "}"),
    "“": ("quote", '"'),
    "”": ("quote", '"'),
    "＂": ("quote", '"'),
    "‘": ("quote", "'"),
    "’": ("quote", "'"),
    "＇": ("quote", "'"),
    "－": ("hyphen", "-"),
    "—": ("dash", "-"),
    "–": ("dash", "-"),
    "～": ("tilde", "-"),
    "〜": ("tilde", "-"),
    "＃": ("number sign", "#"),
    "＝": ("equals sign", "="),
    "／": ("slash", "/"),
    "＿": ("underscore", "_"),
    "＠": ("at sign", "@"),
    "％": ("percent sign", "%"),
    "！": ("exclamation mark", "!"),
    "？": ("question mark", "?"),
    "＊": ("asterisk", "*"),
    "｜": ("vertical bar", "|"),
    "＞": ("greater-than sign", ">"),
    "＜": ("less-than sign", "<"),
    "《": ("bracket", "<"),
    "》": ("bracket", ">"),
    "\u3000": ("space", " "),
    "\u00a0": ("no-break space", " "),
}
# These stand in good Chinese, so that they are blamed only in a text that is ASCII but for them.
_OF_SENTENCES = frozenset("（）。；！？《》—–～〜")
_OTHER_NAMES = {"\u3000": "U+3000", "\u00a0": "U+00A0"}
_WIDE_KEY = re.compile(r"(?P<lead>[ \u3000\u00a0]*(?:- +)*)(?P<key>[\w.@/-]+)[ \u3000\u00a0]*：")
_FLOW_PAIR = re.compile(r"[，、；][ \u3000]*[A-Za-z_][\w-]*[ \u3000]*[：:]", re.ASCII)
_OPENERS = "“‘＂＇【［｛"
_QUOTED = re.compile(r"""(?<![^\s:,\[{])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")


class Slip(NamedTuple):
    """One character that should be ASCII: where in its text (from 0), the character, what is said and what to write."""

    offset: int
    char: str
    message: str
    mend: str

    @property
    def hint(self) -> str:
        return f"write `{self.mend}`"


def slip_at(text: str, offset: int) -> Slip:
    """The words about the character at `offset`."""
    char = text[offset]
    name, ascii_char = _PUNCTUATION.get(char) or (_letter_kind(char), normalize("NFKC", char))
    wide = name if name.startswith("no-break") or char in "“”‘’—–" else f"full-width {name}"
    if char in "“”‘’":
        wide = "Chinese quote"
    return Slip(offset, char, f"{wide} `{_OTHER_NAMES.get(char, char)}`", ascii_char)


def _letter_kind(char: str) -> str:
    return "digit" if char.isdecimal() else "letter"


def is_wide(char: str) -> bool:
    """Whether ASCII has a character of the same meaning."""
    return char in _PUNCTUATION or "\uff01" <= char <= "\uff5e"


def name_slip(text: str) -> Slip | None:
    """The first character of a name that only looks like one of the ASCII characters that a name may have."""
    found = (slip_at(text, index) for index, char in enumerate(text) if is_wide(char))
    return next((slip for slip in found if slip.mend in "._-" or slip.mend.isalnum()), None)


def blamed(text: str) -> Slip | None:
    """The first character to blame for a text that is wrong anyway; None where none is likely to be the reason."""
    wide = [index for index, char in enumerate(text) if is_wide(char)]
    is_ascii_else = all(char.isascii() or is_wide(char) for char in text)
    for index in wide:
        if is_ascii_else or text[index] not in _OF_SENTENCES:
            return slip_at(text, index)
    return None


def silent_slip(text: str, *, in_flow: bool, in_list: bool) -> Slip | None:
    """A slip in an unquoted text that no check would find: another entry swallowed, or a space at an end unseen.

    Only of a text that is ASCII but for the slip, so that no Chinese sentence is ever meant.
    """
    if text.isascii() or not all(char.isascii() or is_wide(char) for char in text):
        return None
    if text[0] in WIDE_SPACES or text[-1] in WIDE_SPACES:
        return slip_at(text, 0 if text[0] in WIDE_SPACES else len(text) - 1)
    swallowed = _FLOW_PAIR.search(text) if in_flow else None
    if swallowed is not None:
        return slip_at(text, swallowed.start())
    if in_flow and in_list:
        return next((slip_at(text, index) for index, char in enumerate(text) if char in "，、"), None)
    return None


def swallowed_key(line: str) -> tuple[str, Slip] | None:
    """The key in front of a full-width colon at the beginning of a line that a text above has swallowed."""
    found = _WIDE_KEY.match(line)
    return (found["key"], slip_at(line, found.end() - 1)) if found is not None else None


def line_slips(line: str) -> Iterator[Slip]:
    """What stands at the places of YAML's own signs in one line: indentation, bullet, colon, comment, opening bracket.

    For lines of a text that is no YAML.
    """
    bare = _COMMENT.sub("", _QUOTED.sub(lambda found: "x" * len(found[0]), line))
    body = bare.lstrip(" " + WIDE_SPACES)
    start = len(bare) - len(body)
    for index in range(start):
        if bare[index] in WIDE_SPACES:
            yield slip_at(bare, index)
            break
    if not body:
        return
    if body[0] in "＃" or (body[0] in "－—–" and body[1:2] in (" ", *WIDE_SPACES)):
        yield slip_at(bare, start)
        return
    key = _WIDE_KEY.match(bare)
    if key is not None:
        yield slip_at(bare, key.end() - 1)
        return
    colon = bare.find(":")
    if colon >= 0 and bare[colon + 1 : colon + 2] in tuple(WIDE_SPACES):
        yield slip_at(bare, colon + 1)
        return
    value = bare[colon + 1 :].lstrip() if colon >= 0 else body.removeprefix("- ")
    if value and value[0] in _OPENERS:
        yield slip_at(bare, bare.index(value[0]))


def flow_slip(line: str) -> Slip | None:
    """A comma, colon or bracket of Chinese typing in a line that the parser stopped in; quoted texts are left out."""
    bare = _COMMENT.sub("", _QUOTED.sub(lambda found: "x" * len(found[0]), line))
    return next((slip_at(bare, index) for index, char in enumerate(bare) if char in "：，、；【】［］｛｝\u3000"), None)
