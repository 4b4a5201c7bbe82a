"""SNMP responses of any bindings, as an agent puts them on the wire."""

from hypothesis import strategies as st

from opsmon.demo import ber as far_ber
from opsmon.demo.snmp_agent import SnmpAgent
from opsmon.protocol.snmp.codec import ber
from opsmon.protocol.snmp.codec.message import (
    Request,
    Response,
    decode_head,
    decode_response,
    encode_request,
)

sub_identifiers = st.one_of(st.integers(0, 200), st.integers(0, 2**32 - 1))
oids = st.builds(
    lambda top, second, rest: (top, second if top < 2 else second * 7, *rest),
    st.integers(0, 2),
    st.integers(0, 39),
    st.lists(sub_identifiers, max_size=30).map(tuple),
)
counters = st.one_of(st.integers(0, 300), st.integers(0, 2**64 - 1))
bindings = st.lists(
    st.tuples(
        oids,
        st.one_of(
            counters.map(far_ber.counter64),
            st.integers(-(2**31), 2**31 - 1).map(far_ber.integer),
            st.binary(max_size=300).map(far_ber.text),
            oids.map(lambda oid: b"\x06" + ber.encode_length(len(ber.encode_oid(oid))) + ber.encode_oid(oid)),
            st.sampled_from([b"\x05\x00", b"\x80\x00", b"\x81\x00", b"\x82\x00"]),
        ),
    ),
    max_size=40,
)


def written(found: list[tuple[tuple[int, ...], bytes]], request_id: int = 77, status: int = 0) -> bytes:
    content = b"".join(far_ber.wrap(0x30, ber.encode_tlv(0x06, ber.encode_oid(oid)) + value) for oid, value in found)
    body = far_ber.integer(request_id) + far_ber.integer(status) + far_ber.integer(0) + far_ber.wrap(0x30, content)
    return far_ber.wrap(0x30, far_ber.integer(1) + far_ber.text("public") + far_ber.wrap(0xA2, body))


def answer_of(agent: SnmpAgent, version: int, request: Request) -> Response:
    data = agent.respond(encode_request(version, b"c", request).with_id(2**24))
    assert data is not None
    return decode_response(data, decode_head(data))
