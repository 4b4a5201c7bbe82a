"""Whatever an agent sends, in any version of SNMP: read or refused, every walk ends, nobody is held up."""

import asyncio
from collections.abc import Iterable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from opsmon.demo import ber as far
from opsmon.errors import ProbeError
from opsmon.model.device import Device, Kind, SnmpAccess, SnmpV3Key, SnmpVersion
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.codec import ber
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.layout import learn_layout
from opsmon.protocol.snmp.codec.message import (
    VERSION_1,
    VERSION_2C,
    Request,
    Response,
    decode_head,
    decode_response,
    decode_scoped_head,
    quoted_message_id,
)
from opsmon.protocol.snmp.codec.value import Marker
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.operation import AgentQuirks, WalkLimits
from opsmon.protocol.snmp.pace import RetryPolicy
from opsmon.protocol.snmp.v3.message import decode_message
from opsmon.protocol.snmp.walk import Walk
from tests.support.fuzz.measured_loop import complained_of
from tests.support.fuzz.rig import every, examples, mutated, quickly
from tests.support.protocol.snmp.far_end import IF_ENTRY, SYS_DESCR, SYS_NAME, Asked, a_switch, binding, far_end
from tests.support.protocol.snmp.responses import bindings, written

COMMUNITY = "plover-in-a-tree"
BOMBS = [
    b"\x30\x80" * 9_000, b"\x30\x84\xff\xff\xff\xff", b"\x30\x82\xff\xf0" * 400, b"\x06\x82\xf0\x00" + b"\xff" * 61_440,
    b"\x02\x82\xf0\x00" + b"\x7f" * 61_440, b"\x06\x81\x81" + b"\x01" * 129, b"\x24\x80" * 3_000,
    b"\x41\x0a\xff" + b"\0" * 9,
]  # fmt: skip
WRAPS = st.sampled_from([0x30, 0xA2, 0x24])
NESTED = st.recursive(
    st.sampled_from([b"\x05\x00", b"\x02\x01\x03", b"\x04\x00", b"\x06\x01\x00"]) | st.sampled_from(BOMBS),
    lambda inner: st.builds(lambda tag, parts: far.wrap(tag, b"".join(parts)), WRAPS, st.lists(inner, max_size=5)),
    max_leaves=40,
)
DATAGRAMS = bindings.map(written).flatmap(mutated) | NESTED | st.binary(max_size=300) | st.sampled_from(BOMBS)


def read(data: bytes) -> None:
    with every(MalformedBerError):
        head = decode_head(data)
        response = decode_response(data, head)
        for name in response.names:
            with every(MalformedBerError):
                ber.decode_oid(name)
        layout = learn_layout(data, head, response)
        if layout is not None:
            assert layout.read(data, head.request_id) == list(response.values)


@examples(80)
@given(DATAGRAMS.map(lambda octets: octets[:65_507]))
@example(
    far.wrap(
        0x30,
        far.integer(1)
        + far.text("c")
        + far.wrap(0xA2, far.integer(7) * 3 + far.wrap(0x30, b"\x30\x05\x06\x01\x01\x05\x00" * 9_000)),
    )
)
def test_a_datagram_is_read_or_malformed(data: bytes) -> None:
    quickly(lambda: read(data))


@examples(80)
@given(DATAGRAMS.map(lambda octets: octets[:65_507]))
def test_a_message_of_v3_and_what_it_holds_are_read_or_malformed(data: bytes) -> None:
    def look() -> None:
        quoted_message_id(data)
        for inner in (data, far.integer(3) + data, V3_HEAD + data, V3_HEAD + far.text(far.wrap(0x30, data))):
            with every(MalformedBerError):
                message = decode_message(far.wrap(0x30, inner))
                assert len(message.engine_id) <= 32
            with every(MalformedBerError):
                head = decode_scoped_head(inner)
                decode_response(inner, head.pdu)

    quickly(look)


V3_HEAD = far.integer(3) + far.wrap(0x30, far.integer(7) + far.integer(484) + far.text(b"\3") + far.integer(3))


COLUMNS = [(*IF_ENTRY, column) for column in range(1, 6)]
STEPS = st.sampled_from(["next", "same", "back", "column", "far", "long", "bad", "end", "none", "jump"])


def name_of(column: int, row: int, step: str) -> bytes:
    """The name that a hostile agent gives for what follows a row."""
    prefix = ber.encode_oid(COLUMNS[column % len(COLUMNS)])
    rows = {"next": row + 1, "same": row, "back": max(0, row - 3), "jump": row + 2**31}
    if step in rows:
        return prefix + ber.encode_index((rows[step],))
    if step == "long":
        return prefix + b"\x01" * 200
    if step == "bad":
        return prefix + b"\xff" * 30
    return prefix if step == "column" else b"\x2b\x06"


@examples(60)
@given(
    st.lists(STEPS, min_size=1, max_size=12),
    st.integers(0, 200),
    st.sampled_from([0, 0, 0, 1, 2, 5, 99]),
    st.booleans(),
)
def test_every_walk_over_tables_that_loop_ends(steps: list[str], many: int, status: int, bulk: bool) -> None:
    limits = WalkLimits(rows=300, requests=200, octets=400_000)
    walk = Walk(COLUMNS, AgentQuirks(), limits, VERSION_2C if bulk else VERSION_1)
    number = 0

    def answer(request: Request) -> Response:
        nonlocal number
        names, values = [], []
        for place in range(max(1, min(many, len(request.names) * max(1, request.max_repetitions)))):
            step = steps[number % len(steps)]
            number += 1
            names.append(name_of(place, number, step))
            values.append(Marker.END_OF_MIB if step == "end" else None if step == "none" else number)
        return Response(status if number % 7 == 0 else 0, place, names, values, 40 * len(names))

    for _ in range(1_000):
        if walk.request is None:
            break
        request = walk.request
        try:
            walk.take(answer(request))
        except ProbeError:
            return
    assert walk.request is None
    assert all(len(column) <= 300 for column in walk.columns())


async def converse(version: SnmpVersion, port: int) -> list[Any]:
    engine = SnmpEngine(limits=WalkLimits(rows=300, requests=60), retry_policy=RetryPolicy((0.02, 0.02)))
    await engine.start()
    key = {"auth": SnmpV3Key("SHA", Secret(COMMUNITY)), "priv": SnmpV3Key("AES", Secret(COMMUNITY))}
    v3 = SnmpAccess(version, port, user="ops", **key)  # type: ignore[arg-type]
    access = v3 if version is SnmpVersion.V3 else SnmpAccess(version, port, Secret("far-end"))
    device = Device(DeviceName("d"), SiteName("s"), "127.0.0.1", Kind.OTHER, snmp=access)
    try:
        session = engine.session(device)
        asked = (session.get([SYS_NAME, SYS_DESCR]), session.walk(COLUMNS))
        return list(await asyncio.gather(*asked, return_exceptions=True))
    finally:
        await engine.stop()


@examples(10, 200)
@given(st.lists(DATAGRAMS | st.just(b"good") | st.just(b"huge"), min_size=1, max_size=4), st.sampled_from(["1", "2c"]))
def test_a_hostile_agent_gives_values_or_a_probe_error(drawn: list[bytes], version: str) -> None:
    def behave(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        huge = asked.answer(*(binding((*COLUMNS[0], row), b"\x05\x00") for row in range(2_000)))
        return [good if one == b"good" else huge if one == b"huge" else one[:65_000] for one in drawn if one]

    async def work() -> list[Any]:
        async with far_end(a_switch(5), behave) as agent:
            return await converse(SnmpVersion(version), agent.transport.get_extra_info("sockname")[1])

    results, complaints = complained_of(work)
    assert complaints == []
    assert all(isinstance(one, ProbeError) or not isinstance(one, BaseException) for one in results)


class Stranger(asyncio.DatagramProtocol):
    """Answers each SNMPv3 request with the request turned round and damaged, and with what is drawn."""

    def __init__(self, drawn: list[bytes], damage: list[tuple[float, int]]) -> None:
        self._drawn, self._damage = drawn, damage
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        damaged = bytearray(data)
        for place, octet in self._damage:
            damaged[int(place * len(damaged))] = octet
        head = data[:2] + far.integer(3) if len(data) < 128 else b""
        assert self.transport is not None
        for answer in (
            bytes(damaged),
            *self._drawn,
            *(far.wrap(0x30, far.integer(3) + one[:60_000]) for one in self._drawn),
            head,
        ):
            self.transport.sendto(answer[:65_000], addr)


@examples(6, 150)
@given(
    st.lists(DATAGRAMS, max_size=3),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=3),
)
def test_a_stranger_who_speaks_snmpv3_is_a_probe_error(drawn: list[bytes], damage: list[tuple[float, int]]) -> None:
    async def work() -> list[Any]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Stranger(drawn, damage), local_addr=("127.0.0.1", 0))
        try:
            return await converse(SnmpVersion.V3, transport.get_extra_info("sockname")[1])
        finally:
            transport.close()

    results, complaints = complained_of(work)
    assert complaints == []
    for one in results:
        assert isinstance(one, ProbeError)
        assert COMMUNITY not in str(one)
