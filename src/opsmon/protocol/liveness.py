"""What a run learns of its device on the way: the address that it went to, and whether there was any sign of life.

A device that answered anything before the time was up is slow, not silent.

A taken connection or a single datagram proves life, and a living device must not be declared dead for its slowness.
The checks note it where it happens; the worker looks when the time is up.
"""

from contextvars import ContextVar, Token
from math import isnan, nan


class Liveness:
    """One run's memory: whether the device `answered` what was asked, and what was `heard` of it instead.

    Something that came instead (an answer from another address, one that cannot be read) is a sign of life as well, and
    is told in words. `address` is numeric, empty until the name is resolved; `lookup_s` is how long that took.
    """

    __slots__ = ("address", "answered", "heard", "lookup_s")

    def __init__(self, address: str = "", lookup_s: float = nan) -> None:
        self.answered = False
        self.heard = ""
        self.address = address
        self.lookup_s = lookup_s


_current: ContextVar[Liveness | None] = ContextVar("contact", default=None)


def begin_contact(contact: Liveness) -> Token[Liveness | None]:
    """From here on, in this task and what it starts, signs of life go to `contact`."""
    return _current.set(contact)


def end_contact(token: Token[Liveness | None]) -> None:
    _current.reset(token)


def current_contact() -> Liveness:
    """The contact of the run that asks, to be noted on from a callback that knows nothing of the run."""
    return _current.get() or Liveness()


def note_contact() -> None:
    """The device of the run that asks has just answered."""
    current_contact().answered = True


def note_address(address: str, lookup_s: float) -> None:
    """The run that asks goes to this address; it has waited so long, once more, for the name service."""
    contact = current_contact()
    contact.address = address
    contact.lookup_s = lookup_s if isnan(contact.lookup_s) else contact.lookup_s + lookup_s


def note_peer(address: str) -> None:
    """Of several addresses this is the one that answered."""
    current_contact().address = address
