"""Whether a datagram may be given to pysnmp: pyasn1 builds whatever it is told to, level by level, and takes its time.

Promises: depth, elements, integers and object identifiers are bounded, in the message and in the security parameters
that it carries as a string; a scoped PDU once more when it has been decrypted. Refuses by MalformedError.
"""

from opsmon.protocol.snmp.codec.ber import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    MalformedBerError,
    check_oid,
    read_length,
    read_span,
)
from opsmon.protocol.snmp.codec.value import UNSIGNED_BITS

DEEPEST = 8  # a message is six deep: message, scoped PDU, PDU, bindings, binding, value
MAX_ELEMENTS = 1_200  # we ask for 100 bindings at most, of three elements each
_CONSTRUCTED = 0x20
_WIDEST_INTEGER_OCTETS = 9
_INTEGERS = frozenset({INTEGER, *UNSIGNED_BITS})


def check_soundness(datagram: bytes) -> None:
    """Raises MalformedError for what no agent sends."""
    start, end = read_span(datagram, 0, len(datagram), SEQUENCE)
    elements = _check_within(datagram, start, end)
    for _ in range(2):  # msgVersion, msgGlobalData (RFC 3412, 6)
        start = _after(datagram, start, end)
    if start < end and datagram[start] == OCTET_STRING:
        start, end = read_span(datagram, start, end, OCTET_STRING)
        elements += _check_within(datagram, start, end)
    if elements > MAX_ELEMENTS:
        raise MalformedBerError(f"more than {MAX_ELEMENTS} elements")


def check_scoped_pdu(decrypted: bytes) -> None:
    """The same of what was encrypted (RFC 3412, 6); behind it there may be padding."""
    _check_within(decrypted, *read_span(decrypted, 0, len(decrypted), SEQUENCE))


def _after(data: bytes, at: int, end: int) -> int:
    if at + 2 > end:
        raise MalformedBerError("cut short inside the head")
    return read_length(data, at + 1, end)[1]


def _check_within(data: bytes, start: int, end: int) -> int:
    """How many elements there are, at any depth; those of a kind that we know are looked into."""
    opened, elements = [(start, end)], 0
    while opened:
        at, end = opened.pop()
        while at < end:
            elements += 1
            if at + 2 > end or elements > MAX_ELEMENTS:
                raise MalformedBerError("an element that is cut short, or too many of them")
            tag = data[at]
            content, at_end = read_length(data, at + 1, end)
            if tag & _CONSTRUCTED:
                opened.append((at_end, end))
                end = at_end
                if len(opened) > DEEPEST:
                    raise MalformedBerError(f"nested deeper than {DEEPEST}")
            else:
                _check_primitive(data, tag, content, at_end)
                content = at_end
            at = content
    return elements


def _check_primitive(data: bytes, tag: int, start: int, stop: int) -> None:
    if tag in _INTEGERS and stop - start > _WIDEST_INTEGER_OCTETS:
        raise MalformedBerError("an integer is wider than 64 bits")
    if tag == OBJECT_IDENTIFIER:
        check_oid(data[start:stop])
