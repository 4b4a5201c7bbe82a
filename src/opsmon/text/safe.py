"""Text that people and devices write, as it may be shown: every character is seen, and none turns the others around."""

import json
import re

# Marks of direction (Unicode Annex 9), zero-width and joining characters, tags (UTS 39), and the like:
# they are not seen, and make one text look like another. As the inside of a character class.
UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_UNSEEN = re.compile(f"[{UNSEEN}]")
_UNSEEN_IN_JSON = re.compile(f"[{UNSEEN}\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def visible(text: str, *, lines: bool = False) -> str:
    """The text without what is not seen; other characters that cannot be printed become blanks. With `lines` a break
    of the line stays."""
    if text.isprintable():
        return text
    kept = _UNSEEN.sub("", text.replace("\r\n", "\n") if lines else text)
    return "".join(char if char.isprintable() or (lines and char == "\n") else " " for char in kept)


def escaped_json(document: str) -> str:
    """The same JSON document with what is not seen, and what UTF-8 cannot carry, as escapes: nothing is lost, and
    nothing reaches a terminal. (Outside its strings a JSON document has none of these.)"""
    return document if document.isascii() and "\x7f" not in document else _UNSEEN_IN_JSON.sub(_escape, document)


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
