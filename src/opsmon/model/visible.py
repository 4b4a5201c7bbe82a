"""Text that people and devices write, as it may be shown: every character is seen, and none turns the others around."""

import re

# Marks of direction (Unicode Annex 9), zero-width and joining characters, separators of lines, tags, and the like:
# they are not seen, and make one text look like another. As the inside of a character class.
UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_UNSEEN = re.compile(f"[{UNSEEN}]")


def visible(text: str, *, lines: bool = False) -> str:
    """The text without what is not seen; other characters that cannot be printed become blanks. With `lines` a break
    of the line stays."""
    if text.isprintable():
        return text
    kept = _UNSEEN.sub("", text.replace("\r\n", "\n") if lines else text)
    return "".join(char if char.isprintable() or (lines and char == "\n") else " " for char in kept)
