"""Who is told of SNMPv3 datagrams that are no answer: an engine drops them silently, and they are a sign of life."""

from collections.abc import Callable
from typing import Any

from opsmon.protocol.snmp.codec.ber import SEQUENCE, MalformedBerError, read_integer, read_span

MAX_MESSAGES = 1024
Hear = Callable[[str], None]
_Place = tuple[Any, ...]


class DatagramListener:
    """Of one engine: who waits for which agent, and which message went where."""

    def __init__(self) -> None:
        self._waiting: dict[_Place, Hear] = {}
        self._sent_to: dict[int, _Place] = {}  # by msgID, the oldest first

    def begin(self, address: _Place, hear: Hear) -> None:
        self._waiting[address[:2]] = hear

    def end(self, address: _Place) -> None:
        self._waiting.pop(address[:2], None)

    def note_sent(self, datagram: bytes, address: Any) -> None:
        message_id = message_id_of(datagram)
        if message_id is None:
            return
        self._sent_to[message_id] = tuple(address)[:2]
        if len(self._sent_to) > MAX_MESSAGES:
            del self._sent_to[next(iter(self._sent_to))]

    def is_foreign(self, datagram: bytes, source: Any) -> bool:
        """Whether a datagram answers a message that went to another address; who waits there is told."""
        message_id = message_id_of(datagram)
        asked = self._sent_to.get(message_id) if message_id is not None else None
        if asked is None or asked == tuple(source)[:2]:
            return False
        self.tell(asked, f"an answer came from {source[0]} port {source[1]}")
        return True

    def tell(self, address: Any, words: str) -> None:
        hear = self._waiting.get(tuple(address)[:2])
        if hear is not None:
            hear(words)


def message_id_of(datagram: bytes) -> int | None:
    """msgID of an SNMPv3 message (RFC 3412, 6); None of anything else."""
    try:
        at, end = read_span(datagram, 0, len(datagram), SEQUENCE)
        _, at = read_integer(datagram, at, end)
        at, end = read_span(datagram, at, end, SEQUENCE)
        message_id, _ = read_integer(datagram, at, end)
    except MalformedBerError:
        return None
    return message_id
