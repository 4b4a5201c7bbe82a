"""A small SNMP v1/v2c agent: answers GET, GETNEXT and GETBULK (RFC 3416, section 4.2) from a sorted table of objects.

Answers made of fixed values only are kept by the request that asked, so that one process can play a large fleet.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping

from opsmon.demo import ber
from opsmon.protocol.snmp.session import Oid

GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5
NO_SUCH_NAME = 2  # error-status of v1, RFC 1157, section 4.1.2
LARGEST_ANSWER = 1400  # octets; what fits an Ethernet frame
KEPT_ANSWERS = 4096

Encoded = bytes
Value = Encoded | Callable[[], Encoded]  # a callable is asked anew for each answer: counters, clocks, readings


class MibView:
    """The objects of one agent, in the order of their names."""

    def __init__(self, objects: Mapping[Oid, Value]) -> None:
        self._oids = sorted(objects)
        self._names = [ber.object_id(oid) for oid in self._oids]
        self._values = [objects[oid] for oid in self._oids]

    def is_fixed(self, position: int) -> bool:
        return isinstance(self._values[position], bytes)

    def varbind(self, position: int) -> Encoded:
        value = self._values[position]
        return ber.wrap(ber.SEQUENCE, self._names[position] + (value if isinstance(value, bytes) else value()))

    def exact(self, oid: Oid) -> int | None:
        position = bisect_left(self._oids, oid)
        return position if position < len(self._oids) and self._oids[position] == oid else None

    def after(self, oid: Oid) -> int | None:
        position = bisect_right(self._oids, oid)
        return position if position < len(self._oids) else None

    def name(self, position: int) -> Oid:
        return self._oids[position]


class SnmpAgent:
    """Turns request datagrams into response datagrams; says nothing to what is malformed or of another community."""

    def __init__(self, view: MibView, community: bytes) -> None:
        self._view = view
        self._community = community
        self._kept: dict[bytes, bytes] = {}

    def respond(self, datagram: bytes) -> bytes | None:
        """The answer to one datagram, or None where a real agent would keep silent."""
        try:
            return self._respond(datagram)
        except (ber.MalformedRequestError, IndexError):
            return None

    def _respond(self, datagram: bytes) -> bytes | None:
        _, message, _ = ber.read(datagram)
        _, version, at = ber.read(message)
        _, community, at = ber.read(message, at)
        pdu, body, _ = ber.read(message, at)
        if community != self._community or pdu not in (GET, GETNEXT, GETBULK):
            return None
        _, request_id, rest = ber.read(body)
        asked = bytes((version[0], pdu)) + body[rest:]
        answer = self._kept.get(asked)
        if answer is None:
            answer, fixed = self._answer(version[0], pdu, body[rest:])
            if fixed and len(self._kept) < KEPT_ANSWERS:
                self._kept[asked] = answer
        response = ber.wrap(RESPONSE, ber.wrap(ber.INTEGER, request_id) + answer)
        return ber.wrap(ber.SEQUENCE, message[:at] + response)

    def _answer(self, version: int, pdu: int, body: bytes) -> tuple[Encoded, bool]:
        """What follows the request-id (error-status, error-index, varbinds), and whether it will always be the same."""
        _, first, at = ber.read(body)
        _, second, at = ber.read(body, at)
        _, bindings, _ = ber.read(body, at)
        asked = [ber.read(binding) for _, binding in ber.read_all(bindings)]
        oids = [ber.read_object_id(content) for _, content, _ in asked]
        if pdu == GETBULK:
            return self._bulk(oids, int.from_bytes(first, "big"), int.from_bytes(second, "big"))
        found = [self._view.exact(oid) if pdu == GET else self._view.after(oid) for oid in oids]
        if version == 0 and None in found:
            return ber.integer(NO_SUCH_NAME) + ber.integer(found.index(None) + 1) + ber.wrap(0x30, bindings), False
        missing = ber.NO_SUCH_INSTANCE if pdu == GET else ber.END_OF_MIB_VIEW
        return self._varbinds(list(zip(oids, found, strict=True)), missing, largest=None)

    def _bulk(self, oids: list[Oid], non_repeaters: int, repetitions: int) -> tuple[Encoded, bool]:
        bound: list[tuple[Oid, int | None]] = [(oid, self._view.after(oid)) for oid in oids[:non_repeaters]]
        row = oids[non_repeaters:]
        for _ in range(repetitions):
            found = [self._view.after(oid) for oid in row]
            bound.extend(zip(row, found, strict=True))
            row = [oid if at is None else self._view.name(at) for oid, at in zip(row, found, strict=True)]
            if not any(at is not None for at in found):
                break
        return self._varbinds(bound, ber.END_OF_MIB_VIEW, LARGEST_ANSWER)

    def _varbinds(self, bound: list[tuple[Oid, int | None]], missing: int, largest: int | None) -> tuple[Encoded, bool]:
        """The varbinds; those of GETBULK only as far as they fit a datagram (as RFC 3416, section 4.2.3 allows)."""
        parts: list[Encoded] = []
        size, fixed = 0, True
        for oid, position in bound:
            if position is None:
                part = ber.wrap(ber.SEQUENCE, ber.object_id(oid) + ber.wrap(missing, b""))
            else:
                part = self._view.varbind(position)
                fixed = fixed and self._view.is_fixed(position)
            size += len(part)
            if largest is not None and parts and size > largest:
                break
            parts.append(part)
        return ber.integer(0) + ber.integer(0) + ber.wrap(ber.SEQUENCE, b"".join(parts)), fixed
