"""Text that people and devices write, as it may be shown: every character is seen, and none turns the others around."""

import json
import re

# Marks of direction (Unicode Annex 9) and all else that Unicode gives no shape of its own: zero-width and joining
# characters, variation selectors, the fillers of Hangul, tags (Default_Ignorable_Code_Point in the file
# DerivedCoreProperties.txt), the marks of annotation and the empty pattern of Braille. They are not seen, and make one
# text look like another; Python calls many of them printable. As the inside of a character class.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[{UNSEEN}]")
_UNSEEN_IN_JSON = re.compile(f"[{UNSEEN}\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_seen(text: str) -> bool:
    """Whether every character of it is printable and has a shape, so that the text is what it looks like."""
    return text.isprintable() and (text.isascii() or _UNSEEN.search(text) is None)


def visible(text: str, *, lines: bool = False) -> str:
    """The text without what is not seen; other characters that cannot be printed become blanks. With `lines` a break
    of the line stays."""
    if is_seen(text):
        return text
    kept = _UNSEEN.sub("", text.replace("\r\n", "\n") if lines else text)
    return "".join(char if char.isprintable() or (lines and char == "\n") else " " for char in kept)


def escaped_json(document: str) -> str:
    """The same JSON document with what is not seen, and what UTF-8 cannot carry, as escapes: nothing is lost, and
    nothing reaches a terminal. (Outside its strings a JSON document has none of these.)"""
    return document if document.isascii() and "\x7f" not in document else _UNSEEN_IN_JSON.sub(_escape, document)


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
