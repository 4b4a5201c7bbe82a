"""The far end of the wire for tests of the SNMP engine: an agent on a real UDP socket that misbehaves as told.

It speaks with the demo's codec, never with the one under test. A behaviour is given each request datagram and the good
answer to it, and says which datagrams to send back, and from which socket. As an agent of SNMPv3 it gets and gives the
same, messages of v2c, which are unsealed and sealed around it; what is no message is sealed as it is.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from opsmon.demo import ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent, Value
from opsmon.model.device import Device, Kind, SnmpAccess, SnmpVersion
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.session import Oid, Walked
from tests.support.protocol.snmp.usm_agent import Message, UsmAgent

COMMUNITY = "far-end"
GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5
Behaviour = Callable[["Asked", bytes | None], Iterable[bytes | None]]
# Of v3: what is sent for a message instead of a sealed answer, or a Report, of ours.
Tamper = Callable[[Message, bytes], Iterable[bytes]]


class Asked:
    """One request, taken apart."""

    def __init__(self, datagram: bytes) -> None:
        self.datagram = datagram
        _, message, _ = ber.read(datagram)
        _, version, at = ber.read(message)
        _, self.community, at = ber.read(message, at)
        self.version = version[0]
        self.pdu, body, _ = ber.read(message, at)
        _, self.request_id, at = ber.read(body)
        _, first, at = ber.read(body, at)
        _, second, at = ber.read(body, at)
        self.non_repeaters, self.max_repetitions = int.from_bytes(first, "big"), int.from_bytes(second, "big")
        _, bindings, _ = ber.read(body, at)
        self.oids = [ber.read_object_id(ber.read(binding)[1]) for _, binding in ber.read_all(bindings)]

    def answer(self, *bindings: bytes, status: int = 0, place: int = 0, **other: Any) -> bytes:
        """An answer to this request with the bindings given; `other` replaces parts of the head."""
        return message(
            *bindings,
            status=status,
            place=place,
            **{
                "version": self.version, "community": self.community, "pdu": RESPONSE, "request_id": self.request_id,
                **other,
            },
        )  # fmt: skip

    def error(self, status: int, place: int = 0) -> bytes:
        return self.answer(*(binding(oid, b"\x05\x00") for oid in self.oids), status=status, place=place)


def binding(oid: Oid, value: bytes) -> bytes:
    return ber.wrap(ber.SEQUENCE, ber.object_id(oid) + value)


def message(
    *bindings: bytes, status: int, place: int, version: int, community: bytes, pdu: int, request_id: bytes
) -> bytes:
    body = ber.wrap(ber.INTEGER, request_id) + ber.integer(status) + ber.integer(place)
    body += ber.wrap(ber.SEQUENCE, b"".join(bindings))
    head = ber.integer(version) + ber.text(community)
    return ber.wrap(ber.SEQUENCE, head + ber.wrap(pdu, body))


_SPOKEN = ["2c"]


@contextmanager
def speaking(version: str) -> Iterator[None]:
    """What the far ends that are made meanwhile speak where it is not said: 2c, or 3."""
    _SPOKEN.append(version)
    try:
        yield
    finally:
        _SPOKEN.pop()


class FarAgent(asyncio.DatagramProtocol):
    """Answers from `objects`, as `behave` turns it; `asked` are the requests in order."""

    def __init__(
        self, objects: Mapping[Oid, Value], behave: Behaviour | None = None, usm: UsmAgent | None = None
    ) -> None:
        self.usm = usm or (UsmAgent() if _SPOKEN[-1] == "3" else None)
        self.tamper: Tamper | None = None
        self.messages: list[Message] = []  # of v3, with the reports that they led to
        self.largest = 0  # datagram that came
        self._agent = SnmpAgent(MibView(objects), COMMUNITY.encode())
        self.behave = behave
        self.asked: list[Asked] = []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        assert self.transport is not None
        for answer in self._sealed_answers(data) if self.usm is not None else self._answers(data):
            if answer is not None:
                self.transport.sendto(answer, addr)

    def _answers(self, data: bytes) -> Iterable[bytes | None]:
        asked = Asked(data)
        self.asked.append(asked)
        good = self._agent.respond(data)
        return [good] if self.behave is None else self.behave(asked, good)

    def _sealed_answers(self, data: bytes) -> Iterable[bytes | None]:
        assert self.usm is not None
        usm, message = self.usm, self.usm.read(data)
        self.messages.append(message)
        self.largest = max(self.largest, len(data))
        refusal = usm.refusal(message)
        if refusal is not None:
            sealed = [refusal]
        else:
            _, scoped, _ = ber.read(message.scoped)
            _, context, at = ber.read(scoped, ber.read(scoped)[2])
            inner = ber.wrap(ber.SEQUENCE, ber.integer(1) + ber.text(context or COMMUNITY) + scoped[at:])
            answers = [answer for answer in self._answers(inner) if answer is not None]
            sealed = [usm.seal(message.message_id, self._scoped(answer)) for answer in answers]
        if self.tamper is None:
            return sealed
        return [forged for one in sealed for forged in self.tamper(message, one)]

    def _scoped(self, answer: bytes) -> bytes:
        """The scoped PDU of what a message of v2c holds; what is no message stays as it is."""
        assert self.usm is not None
        try:
            _, content, end = ber.read(answer)
            _, community, at = ber.read(content, ber.read(content)[2])
            ber.read(content, at)
        except (ber.MalformedRequestError, IndexError):
            return answer
        context = b"" if community == COMMUNITY.encode() else community
        return self.usm.scope(content[at:], context) + answer[end:]

    def respond(self, datagram: bytes) -> bytes:
        """The good answer to any request."""
        answer = self._agent.respond(datagram)
        assert answer is not None
        return answer

    def device(self, version: str = "2c", community: str = COMMUNITY, name: str = "far-end") -> Device:
        assert self.transport is not None
        host, port = self.transport.get_extra_info("sockname")[:2]
        if self.usm is not None:
            return Device(DeviceName(name), SiteName("here"), host, Kind.SWITCH, snmp=self.usm.access(port))
        access = SnmpAccess(SnmpVersion(version), port, Secret(community))
        return Device(DeviceName(name), SiteName("here"), host, Kind.SWITCH, snmp=access)

    @property
    def kinds(self) -> list[int]:
        return [asked.pdu for asked in self.asked]


@asynccontextmanager
async def far_end(
    objects: Mapping[Oid, Value],
    behave: Behaviour | None = None,
    host: str = "127.0.0.1",
    usm: UsmAgent | None = None,
) -> Any:
    """An agent on a port of its own for the length of a test."""
    loop = asyncio.get_running_loop()
    transport, agent = await loop.create_datagram_endpoint(lambda: FarAgent(objects, behave, usm), local_addr=(host, 0))
    try:
        yield agent
    finally:
        transport.close()


IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
SYS_DESCR: Oid = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SYS_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
SYS_NAME: Oid = (1, 3, 6, 1, 2, 1, 1, 5, 0)
END_OF_MIB: Oid = (1, 3, 6, 1, 6, 3, 1)  # an object behind the tables, so that they end as on a real device


def a_switch(ports: int, columns: Iterable[int] = range(1, 8)) -> dict[Oid, bytes]:
    """A system group, `columns` of ifEntry with `ports` rows whose value tells its place, and something behind."""
    objects: dict[Oid, bytes] = {
        SYS_DESCR: ber.text("a switch"),
        SYS_UPTIME: ber.timeticks(4711.0),
        SYS_NAME: ber.text("sw-1"),
        END_OF_MIB: ber.integer(1),
    }
    for column in columns:
        for port in range(1, ports + 1):
            objects[(*IF_ENTRY, column, port)] = ber.counter32(column * 100_000 + port)
    return objects


def is_whole(walked: Walked, rows: int) -> bool:
    """Whether every column of a walk has all its rows."""
    return [len(column) for column in walked.columns] == [rows] * len(walked.columns)
