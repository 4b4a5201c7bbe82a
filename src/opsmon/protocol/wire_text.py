"""Octets of a protocol as text that loses none of them, and texts of strangers that are fit to be shown.

Header fields are octets in whatever code the device's makers used. Inside a check they are text whose undecodable
octets are lone surrogates (PEP 383), so that what is echoed to the device, such as the realm of a login, goes back as
it came. Such text must not leave the check: `shown` makes it readable.
"""

from opsmon.protocol.charset import decode_octets
from opsmon.text.safe import is_seen


def wire_text(octets: bytes) -> str:
    """Octets as text that `wire_octets` turns back."""
    return octets.decode("utf-8", "surrogateescape")


def wire_octets(text: str) -> bytes:
    """The octets that a text stands for; total, whatever the text."""
    return text.encode("utf-8", "surrogateescape") if _is_wire(text) else text.encode("utf-8", "replace")


def shown(text: str) -> str:
    """The text as people read it: in the code that it most likely is in, without control characters."""
    if text.isascii() and text.isprintable():
        return text
    read = text if text.isprintable() else decode_octets(wire_octets(text))
    return "".join(char if is_seen(char) else "·" for char in read)


def _is_wire(text: str) -> bool:
    """Whether every lone surrogate in it stands for an octet."""
    return not any("\ud800" <= char <= "\udfff" and not "\udc80" <= char <= "\udcff" for char in text)
