"""Words of devices and people inside a message: always text, never a mention, a link or a layout.

A sign that means something to a kind of channel gives way to its full-width form, which reads the same and means
nothing; nobody documents how a robot's text is to be escaped.
"""

from collections.abc import Mapping

from opsmon.notify.message import Escape
from opsmon.text.safe import visible

_FULL_WIDTH = {char: chr(ord(char) + 0xFEE0) for char in "<>@[]()*_`#~!|&\\{}"}
MAX_OUTSIDE_CHARS = 200  # of one name or sentence that is not ours


def table(signs: str) -> Mapping[int, str]:
    """The full-width form for each of `signs`."""
    return {ord(char): _FULL_WIDTH[char] for char in signs}


def escape_with(signs: Mapping[int, str]) -> Escape:
    """One line without what is not seen, at most 200 characters, with the signs of the table in their full-width form;
    `://` is parted, so that no address of a stranger can be clicked."""

    def escape(text: str) -> str:
        line = " ".join(visible(text).split())
        return shortened(line, MAX_OUTSIDE_CHARS).translate(signs).replace("://", "：//")

    return escape


def shortened(text: str, most: int) -> str:
    """At most `most` characters, with `…` where some are left out."""
    return text if len(text) <= most else text[: most - 1] + "…"


plain = escape_with({})
