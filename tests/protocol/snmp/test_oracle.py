"""Our codec against pysnmp's and pyasn1's: every type that SNMP has, in every width, both ways."""

from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api, rfc1902

from opsmon.protocol.snmp.codec.ber import encode_oid
from opsmon.protocol.snmp.codec.message import (
    VERSION_1,
    VERSION_2C,
    Pdu,
    Request,
    decode_head,
    decode_response,
    encode_request,
)
from opsmon.protocol.snmp.codec.value import Cell, Marker
from opsmon.protocol.snmp.session import Oid

NAME: Oid = (1, 3, 6, 1, 4, 1, 2011, 5, 25, 31, 1, 1, 1, 1, 5, 67_108_873)
VALUES: list[tuple[Any, Cell]] = [
    *((rfc1902.Integer32(n), n) for n in (0, 1, -1, 127, 128, -128, -129, 32_767, -32_769, 2**31 - 1, -(2**31))),
    *((rfc1902.Counter32(n), n) for n in (0, 127, 128, 255, 256, 2**31 - 1, 2**31, 2**32 - 1)),
    *((rfc1902.Gauge32(n), n) for n in (0, 2**24 - 1, 2**24, 2**32 - 1)),
    *((rfc1902.Unsigned32(n), n) for n in (0, 2**32 - 1)),
    *((rfc1902.TimeTicks(n), n) for n in (0, 2**32 - 1)),
    *((rfc1902.Counter64(n), n) for n in (0, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1)),
    (rfc1902.OctetString(b""), b""),
    (rfc1902.OctetString("核心交换机".encode("gbk")), "核心交换机".encode("gbk")),
    (rfc1902.OctetString(b"\0" * 200), b"\0" * 200),
    (rfc1902.OctetString(b"x" * 300), b"x" * 300),
    (rfc1902.IpAddress("192.0.2.1"), bytes((192, 0, 2, 1))),
    (rfc1902.Opaque(b"\x9f\x78\x04\x41\xbc\x00\x00"), 23.5),
    (rfc1902.Opaque(b"\x9f\x79\x08\xc0\x09\x21\xfb\x54\x44\x2d\x18"), -3.141592653589793),
    (rfc1902.Opaque(b"\x9f\x7a\x02\xff\x38"), -200),
    (rfc1902.Opaque(b"\x9f\x7b\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff"), 2**64 - 1),
    (rfc1902.Opaque(b"\x9f\x78\x05junk!"), b"\x9f\x78\x05junk!"),
    (rfc1902.ObjectIdentifier((0, 0)), (0, 0)),
    (rfc1902.ObjectIdentifier((2, 999, 3)), (2, 999, 3)),
    (rfc1902.ObjectIdentifier((1, 3, 6, 1, 4, 1, 2**32 - 1, 0, 127, 128)), (1, 3, 6, 1, 4, 1, 2**32 - 1, 0, 127, 128)),
    (rfc1902.Null(""), None),
]


def response_of(bindings: list[tuple[Oid, Any]], status: int = 0, place: int = 0) -> bytes:
    protocol = api.v2c
    pdu = protocol.GetResponsePDU()
    protocol.apiPDU.set_defaults(pdu)
    protocol.apiPDU.set_request_id(pdu, 987_654_321)
    protocol.apiPDU.set_error_status(pdu, status)
    pdu.setComponentByPosition(2, place)
    protocol.apiPDU.set_varbinds(pdu, bindings)
    whole = protocol.Message()
    protocol.apiMessage.set_defaults(whole)
    protocol.apiMessage.set_community(whole, "secret words")
    protocol.apiMessage.set_pdu(whole, pdu)
    return bytes(encoder.encode(whole))


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=lambda item: str(item)[:30])
def test_a_value_is_read_as_pysnmp_writes_it(value: Any, expected: Cell) -> None:
    data = response_of([(NAME, value)])
    head = decode_head(data)
    assert (head.version, head.community, head.request_id) == (VERSION_2C, b"secret words", 987_654_321)
    response = decode_response(data, head)
    assert list(response.names) == [encode_oid(NAME)]
    assert list(response.values) == [expected]


def test_exceptions_are_read_as_pysnmp_writes_them() -> None:
    exceptions = [api.v2c.NoSuchObject(""), api.v2c.NoSuchInstance(""), api.v2c.EndOfMibView("")]
    data = response_of([((*NAME, n), value) for n, value in enumerate(exceptions)])
    assert list(decode_response(data, decode_head(data)).values) == [None, None, Marker.END_OF_MIB]


def test_a_long_answer_with_all_types_at_once() -> None:
    data = response_of([((*NAME, n), value) for n, (value, _) in enumerate(VALUES)], status=5, place=3)
    response = decode_response(data, decode_head(data))
    assert list(response.values) == [expected for _, expected in VALUES]
    assert (response.status, response.place) == (5, 3)


@pytest.mark.parametrize(
    ("version", "pdu"),
    [
        (VERSION_1, Pdu.GET),
        (VERSION_1, Pdu.GET_NEXT),
        (VERSION_2C, Pdu.GET),
        (VERSION_2C, Pdu.GET_NEXT),
        (VERSION_2C, Pdu.GET_BULK),
    ],
)
@pytest.mark.parametrize("names", [1, 40])
def test_a_request_is_read_by_pysnmp_as_meant(version: int, pdu: Pdu, names: int) -> None:
    oids = [(*NAME, n) for n in range(names)]
    request = Request(pdu, tuple(map(encode_oid, oids)), 13 if pdu == Pdu.GET_BULK else 0)
    data = encode_request(version, b"secret words", request).with_id(2**31 - 1)
    protocol = api.PROTOCOL_MODULES[version]
    whole, rest = decoder.decode(data, asn1Spec=protocol.Message())
    assert rest == b""
    assert bytes(protocol.apiMessage.get_community(whole)) == b"secret words"
    read = protocol.apiMessage.get_pdu(whole)
    assert read.tagSet.superTags[-1].tagId == pdu & 0x1F
    assert int(protocol.apiPDU.get_request_id(read)) == 2**31 - 1
    assert [tuple(oid) for oid, _ in protocol.apiPDU.get_varbinds(read)] == oids
    if pdu == Pdu.GET_BULK:
        assert (int(read[1]), int(read[2])) == (0, 13)
