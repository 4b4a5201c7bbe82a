"""Whether a device gave any sign of life during a run: then a run that is not through in time is slow, not silent.

A taken connection or a single datagram proves life, and a living device must not be declared dead for its slowness.
The checks note it where it happens; the worker looks when the time is up.
"""

from contextvars import ContextVar, Token


class Contact:
    """One run's memory of having heard of the device."""

    __slots__ = ("answered",)

    def __init__(self) -> None:
        self.answered = False


_current: ContextVar[Contact | None] = ContextVar("contact", default=None)


def begin_contact(contact: Contact) -> Token[Contact | None]:
    """From here on, in this task and what it starts, signs of life go to `contact`."""
    return _current.set(contact)


def end_contact(token: Token[Contact | None]) -> None:
    _current.reset(token)


def current_contact() -> Contact:
    """The contact of the run that asks, to be noted on from a callback that knows nothing of the run."""
    return _current.get() or Contact()


def note_contact() -> None:
    """The device of the run that asks has just answered."""
    current_contact().answered = True
