"""The walk as a machine, without a wire: its limits, and what it remembers of an agent."""

from collections.abc import Callable

import pytest

from opsmon.errors import ProbeError
from opsmon.protocol.snmp.codec.ber import encode_oid
from opsmon.protocol.snmp.codec.message import VERSION_2C, Pdu, Request, Response
from opsmon.protocol.snmp.operation import CALLS_BETWEEN_TRIALS, AgentQuirks, WalkLimits
from opsmon.protocol.snmp.session import Oid
from opsmon.protocol.snmp.walk import Walk

COLUMN: Oid = (1, 3, 6, 1, 4, 1, 99, 1, 1)
GEN_ERR = 5


def endless(request: Request) -> Response:
    """One more row of the one column, of 100 octets."""
    last = int.from_bytes(request.names[0][len(encode_oid(COLUMN)) :] or b"\0", "big")
    return Response(0, 0, [encode_oid((*COLUMN, last + 1))], [7], 100)


def run(walk: Walk, answer: Callable[[Request], Response], most: int = 500) -> int:
    for count in range(most):
        if walk.request is None:
            return count
        walk.take(answer(walk.request))
    raise AssertionError("the walk does not end")


def test_octets_are_limited() -> None:
    walk = Walk([COLUMN], AgentQuirks(), WalkLimits(octets=1_000), VERSION_2C)
    assert run(walk, endless) == 10
    assert walk.problems == ("walk stopped at its limit of 1000 octets",)
    assert len(walk.columns()[0]) == 10


def test_time_is_limited() -> None:
    now_s = 0.0

    def ticking(request: Request) -> Response:
        nonlocal now_s
        now_s += 1.0
        return endless(request)

    walk = Walk([COLUMN], AgentQuirks(), WalkLimits(seconds=30), VERSION_2C, monotonic=lambda: now_s)
    assert run(walk, ticking) == 30
    assert walk.problems == ("walk stopped at its limit of 30 s",)


def test_rows_are_limited() -> None:
    walk = Walk([COLUMN], AgentQuirks(), WalkLimits(rows=25), VERSION_2C)
    assert run(walk, endless) == 25
    assert len(walk.columns()[0]) == 25


def bulk_fails(request: Request) -> Response:
    if request.pdu is Pdu.GET_BULK:
        return Response(GEN_ERR, 0, request.names, [None], 60)
    name = request.names[0]
    if name == encode_oid(COLUMN):
        return Response(0, 0, [encode_oid((*COLUMN, 1))], [7], 60)
    return Response(0, 0, [encode_oid((*COLUMN[:-1], 2, 1))], [7], 60)


def test_getbulk_is_tried_again_after_a_while() -> None:
    quirks = AgentQuirks()
    assert run(Walk([COLUMN], quirks, WalkLimits(), VERSION_2C), bulk_fails) == 3
    assert not quirks.bulk_works
    pdus = set()
    for _ in range(CALLS_BETWEEN_TRIALS):
        walk = Walk([COLUMN], quirks, WalkLimits(), VERSION_2C)
        assert walk.request is not None
        pdus.add(walk.request.pdu)
        run(walk, bulk_fails)
    assert pdus == {Pdu.GET_NEXT}
    walk = Walk([COLUMN], quirks, WalkLimits(), VERSION_2C)
    assert walk.request is not None
    assert walk.request.pdu is Pdu.GET_BULK


def test_an_agent_never_heard_of_is_not_suspected_of_its_getbulk() -> None:
    quirks = AgentQuirks()
    walk = Walk([COLUMN], quirks, WalkLimits(), VERSION_2C)
    for attempts in range(1, 4):
        walk.take_silence(attempts)
        assert walk.request is not None
        assert walk.request.pdu is Pdu.GET_BULK


def test_two_silences_ask_for_less_and_three_by_getnext() -> None:
    quirks = AgentQuirks(ever_answered=True)
    walk = Walk([COLUMN], quirks, WalkLimits(), VERSION_2C)
    asked = []
    for attempts in range(1, 4):
        assert walk.request is not None
        asked.append((walk.request.pdu, walk.request.max_repetitions))
        walk.take_silence(attempts)
    assert walk.request is not None
    assert asked[0] == asked[1]
    assert asked[2][1] < asked[1][1] / 2
    assert walk.request.pdu is Pdu.GET_NEXT


def test_nothing_but_errors_is_an_error() -> None:
    walk = Walk([COLUMN], AgentQuirks(), WalkLimits(), VERSION_2C)
    with pytest.raises(ProbeError, match="genErr"):
        run(walk, lambda request: Response(GEN_ERR, 1, request.names, [None], 60))


def test_long_values_of_one_call_do_not_shrink_the_requests_of_another() -> None:
    """An agent that fills its datagrams has room; one that sends small answers short has not."""
    full, short = AgentQuirks(), AgentQuirks()
    for quirks, octets, shrinks in ((full, 1400, False), (short, 700, True)):
        walk = Walk([COLUMN], quirks, WalkLimits(), VERSION_2C)
        assert walk.request is not None
        asked = walk.request.max_repetitions
        names = [encode_oid((*COLUMN, row)) for row in range(1, asked // 2)]
        walk.take(Response(0, 0, names, [b"a long description"] * len(names), octets))
        assert walk.request is not None
        assert (walk.request.max_repetitions < asked) == shrinks
        walk.take(Response(0, 0, [encode_oid((*COLUMN[:-1], 2, 1))], [1], 60))
        other = Walk([(*COLUMN[:-1], 2)], quirks, WalkLimits(), VERSION_2C)
        assert other.request is not None
        assert other.request.max_repetitions == asked
