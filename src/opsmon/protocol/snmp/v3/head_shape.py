"""The head of an agent's messages, remembered, so that the next one is read in one step.

From message to message the head of one engine differs in msgID, the time, the digest and the salt; every other octet
stays. Promises: `read` gives what `decode_message` would have given, or None when the head is anything but the same
shape; then the codec has to look at it.
"""

import struct
from typing import NamedTuple

from opsmon.protocol.snmp.codec.ber import INTEGER, SEQUENCE
from opsmon.protocol.snmp.codec.message import REQUEST_ID_OCTETS
from opsmon.protocol.snmp.v3.message import UsmMessage

_BEFORE_ID = 7  # octets: msgVersion, and the headers of msgGlobalData and of msgID


class UsualHead(NamedTuple):
    """What differs; and where the digest and the data are."""

    message_id: int
    seconds: int
    mac: bytes
    salt: bytes
    mac_at: int
    data_at: int


class HeadShape:
    """Made by `learn_head` of a message that was proved."""

    __slots__ = ("_fixed", "_mac_at", "_mask", "_size", "_struct", "boots", "level")

    def __init__(self, message: UsmMessage, head: bytes, start: int, seconds_at: int, width: int) -> None:
        self._size = len(head)
        self._mac_at = message.mac_at - start
        mac_octets, salt_octets = message.mac_end - message.mac_at, len(message.salt)
        between, after = self._mac_at - seconds_at - width, self._size - salt_octets - self._mac_at - mac_octets
        before = seconds_at - _BEFORE_ID - REQUEST_ID_OCTETS
        self._struct = struct.Struct(f">{_BEFORE_ID}xI{before}x{width}s{between}x{mac_octets}s{after}x{salt_octets}s")
        mask = bytearray(b"\xff" * self._size)
        mask[_BEFORE_ID : _BEFORE_ID + REQUEST_ID_OCTETS] = bytes(REQUEST_ID_OCTETS)
        mask[seconds_at : seconds_at + width] = b"\x80" + bytes(width - 1)  # it stays positive
        mask[self._mac_at : self._mac_at + mac_octets] = bytes(mac_octets)
        mask[self._size - salt_octets :] = bytes(salt_octets)
        self._mask = int.from_bytes(mask, "big")
        self._fixed = int.from_bytes(head, "big") & self._mask
        self.level = message.level
        self.boots = message.boots

    def read(self, data: bytes) -> UsualHead | None:
        """The head of a datagram; None if it has another shape, or is not as long as it says."""
        start = content_to_end(data, 0, SEQUENCE)
        size = self._size
        if not start or int.from_bytes(data[start : start + size], "big") & self._mask != self._fixed:
            return None
        if len(data) < start + size:
            return None
        message_id, seconds, mac, salt = self._struct.unpack_from(data, start)
        return UsualHead(message_id, int.from_bytes(seconds, "big"), mac, salt, start + self._mac_at, start + size)


def content_to_end(data: bytes, at: int, tag: int) -> int:
    """Where the content of the value at `at` begins that goes to the end of the octets; 0 for any other."""
    size = len(data) - at
    if size < 4 or data[at] != tag:
        return 0
    length = data[at + 1]
    if length == 0x82:
        return at + 4 if data[at + 2] << 8 | data[at + 3] == size - 4 else 0
    if length == 0x81:
        return at + 3 if data[at + 2] == size - 3 else 0
    return at + 2 if length == size - 2 else 0


def learn_head(message: UsmMessage, data: bytes) -> HeadShape | None:
    """The shape of a message's head; None where it is encoded in another way than agents do."""
    start = content_to_end(data, 0, SEQUENCE)
    tail = len(message.user) + 2 + 2  # the user's name, and the header of the digest
    width = max(1, message.seconds.bit_length() // 8 + 1)
    seconds_at = message.mac_at - tail - width
    header = bytes((INTEGER, width)) + message.seconds.to_bytes(width, "big")
    id_header = bytes((INTEGER, REQUEST_ID_OCTETS)) + message.message_id.to_bytes(REQUEST_ID_OCTETS, "big")
    if not start or data[seconds_at - 2 : seconds_at + width] != header:
        return None
    if data[start + _BEFORE_ID - 2 : start + _BEFORE_ID + REQUEST_ID_OCTETS] != id_header:
        return None
    return HeadShape(message, data[start : message.data_at], start, seconds_at - start, width)
