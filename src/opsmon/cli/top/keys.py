"""What a terminal sends when keys are pressed, as names: a character stands for itself.

Sequences are those of xterm and the Linux console (console_codes(4)); one that nobody knows is dropped as a whole. A
sequence may come in two pieces, and so may a Chinese character.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator

_NAMES = {
    "[A": "up", "[B": "down", "[C": "right", "[D": "left", "OA": "up", "OB": "down", "OC": "right", "OD": "left",
    "[5~": "page_up", "[6~": "page_down", "[H": "home", "[F": "end", "OH": "home", "OF": "end", "[1~": "home",
    "[4~": "end", "[7~": "home", "[8~": "end",
}  # fmt: skip
_SINGLE = {"\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\b": "backspace"}
_SEQUENCE = re.compile(r"\x1b(\[[0-9;?]{0,16}[@-~]|O[@-~])")
_BEGUN = re.compile(r"\x1b(\[[0-9;?]{0,16}|O)?")


class KeyReader:
    """Takes what was read, gives the keys that are whole."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("ignore")
        self._left = ""

    def keys(self, octets: bytes) -> Iterator[str]:
        """An ESC that ends what came is the key itself: who presses an arrow sends all of it at once."""
        text = self._left + self._decoder.decode(octets)
        self._left, place = "", 0
        while place < len(text):
            if text[place] != "\x1b":
                yield _SINGLE.get(text[place], text[place])
                place += 1
                continue
            whole = _SEQUENCE.match(text, place)
            if whole is None and _BEGUN.fullmatch(text, place) and len(text) > place + 1:
                self._left = text[place:]
                return
            if whole is None:
                yield "escape"
                place += 1
                continue
            if whole[1] in _NAMES:
                yield _NAMES[whole[1]]
            place = whole.end()
