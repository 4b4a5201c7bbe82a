"""BER that SNMP forbids, or that nobody could mean: each is refused by name."""

import pytest

from opsmon.protocol.snmp.codec import ber
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import decode_head, decode_response


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"\x80\x00\x00", "indefinite"),
        (b"\x85\x00\x00\x00\x00\x01x", "absurd length"),
        (b"\xff" + bytes(200), "absurd length"),
        (b"\x82\x00", "inside a length"),
        (b"\x03ab", "longer than what holds it"),
        (b"\x84\xff\xff\xff\xff", "longer than what holds it"),
    ],
)
def test_lengths(octets: bytes, words: str) -> None:
    with pytest.raises(MalformedBerError, match=words):
        ber.read_length(octets, 0, len(octets))


def test_a_long_form_that_is_longer_than_needed_is_read() -> None:
    assert ber.read_length(b"\x84\x00\x00\x00\x01x", 0, 6) == (5, 6)


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"\x02\x00", "empty"),
        (b"\x02\x09" + bytes(9), "wider than 64 bits"),
        (b"\x04\x01\x00", "type 0x04"),
        (b"\x02", "cut short"),
    ],
)
def test_integers(octets: bytes, words: str) -> None:
    with pytest.raises(MalformedBerError, match=words):
        ber.read_integer(octets, 0, len(octets))


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "empty"),
        (b"\x2b\x86", "inside a sub-identifier"),
        (b"\x2b" + b"\xff" * 9 + b"\x7f", "more than 64 bits"),
        (b"\x2b" + b"\x01" * 128, "more than 128"),
    ],
)
def test_object_identifiers(octets: bytes, words: str) -> None:
    with pytest.raises(MalformedBerError, match=words):
        ber.decode_oid(octets)


@pytest.mark.parametrize("oid", [(), (1,), (3, 1), (1, 40), (0, 99), (1, 3, -1)])
def test_what_is_no_object_identifier_cannot_be_asked(oid: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="not an object identifier"):
        ber.encode_oid(oid)


@pytest.mark.parametrize(
    "bindings",
    [
        b"\x30\x05\x06\x01\x2b\x04\x04" + b"\x30\x05\x06\x01\x2c\x05\x00",  # a value that reaches into the next binding
        b"\x30\x05\x06\x04\x2b\x05\x00" + b"\x30\x05\x06\x01\x2c\x05\x00",  # a name that does
        b"\x30\x04\x06\x00\x05\x00",  # no name
        b"\x30\x03\x06\x01\x2b",  # no value
        b"\x30\x20\x06\x01\x2b\x05\x00",  # a binding that reaches beyond the list
        b"\x31\x05\x06\x01\x2b\x05\x00",
    ],
)
def test_bindings(bindings: bytes) -> None:
    pdu = b"\x02\x04\x40\x00\x00\x01\x02\x01\x00\x02\x01\x00" + b"\x30" + bytes((len(bindings),)) + bindings
    message = b"\x02\x01\x01\x04\x01c\xa2" + bytes((len(pdu),)) + pdu
    message = b"\x30" + bytes((len(message),)) + message + b"\x00" * 40  # what comes after is nobody's
    with pytest.raises(MalformedBerError):
        decode_response(message, decode_head(message))
