"""Laws of the SNMP codec: what is written is read back, and no octets whatever do more than be refused."""

from hypothesis import given
from hypothesis import strategies as st

from opsmon.demo import ber as far_ber
from opsmon.protocol.snmp.codec import ber
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import MessageHead, Response, decode_head, decode_response
from opsmon.protocol.snmp.codec.value import Marker, decode_value
from tests.support.protocol.snmp.responses import bindings, oids, written


def read(data: bytes) -> tuple[MessageHead, Response]:
    head = decode_head(data)
    return head, decode_response(data, head)


@given(oids)
def test_object_identifiers_survive(oid: tuple[int, ...]) -> None:
    assert ber.decode_oid(ber.encode_oid(oid)) == oid


@given(st.lists(st.integers(0, 2**64 - 1), max_size=60).map(tuple))
def test_indexes_survive(index: tuple[int, ...]) -> None:
    assert ber.decode_index(ber.encode_index(index)) == index


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_survive(value: int) -> None:
    data = ber.encode_integer(value)
    assert ber.read_integer(data, 0, len(data)) == (value, len(data))


@given(st.integers(0, 70_000))
def test_lengths_survive(length: int) -> None:
    data = ber.encode_length(length) + bytes(length)
    assert ber.read_length(data, 0, len(data)) == (len(data) - length, len(data))


@given(bindings, st.integers(-(2**31), 2**31 - 1), st.integers(0, 20))
def test_responses_survive(found: list[tuple[tuple[int, ...], bytes]], request_id: int, status: int) -> None:
    data = written(found, request_id, status)
    head, response = read(data)
    assert (head.version, head.community, head.pdu, head.request_id) == (1, b"public", 0xA2, request_id)
    assert (response.status, response.place, response.octets) == (status, 0, len(data))
    assert [ber.decode_oid(name) for name in response.names] == [oid for oid, _ in found]
    values = [decode_value(*far_ber.read(value)[:2]) for _, value in found]
    assert list(response.values) == values


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except MalformedBerError:
        return


@given(bindings, st.data())
def test_a_changed_response_is_read_or_refused(found: list[tuple[tuple[int, ...], bytes]], data: st.DataObject) -> None:
    octets = bytearray(written(found))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        _, response = read(bytes(octets))
    except MalformedBerError:
        return
    for value in response.values:
        assert value is None or isinstance(value, int | float | bytes | tuple | Marker)


@given(bindings, st.data())
def test_a_cut_response_is_always_refused(found: list[tuple[tuple[int, ...], bytes]], data: st.DataObject) -> None:
    octets = written(found)
    cut = octets[: data.draw(st.integers(0, len(octets) - 1))]
    try:
        read(cut)
    except MalformedBerError:
        return
    raise AssertionError("read past the end")


@given(st.integers(0, 255), st.binary(max_size=20))
def test_a_value_of_any_type_and_content_has_a_reading(tag: int, content: bytes) -> None:
    value = decode_value(tag, content)
    assert value is None or isinstance(value, int | float | bytes | tuple | Marker)
