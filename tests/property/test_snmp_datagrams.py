"""Any octets may reach the shared socket: none raises in the loop, none blocks it, and the true answer still counts."""

import asyncio
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.demo import ber
from opsmon.errors import ProbeError
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.pace import RetryPolicy
from tests.support.protocol.snmp.far_end import IF_ENTRY, SYS_DESCR, SYS_NAME, Asked, a_switch, far_end

COLUMNS = [(*IF_ENTRY, column) for column in range(1, 4)]


async def converse(behave: Any) -> tuple[Any, Any, list[dict[str, Any]]]:
    """A GET and a walk against an agent that behaves so; their results or errors, and what the loop complained of."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    engine = SnmpEngine(retry_policy=RetryPolicy((0.02, 0.02)))
    await engine.start()
    try:
        async with asyncio.timeout(60), far_end(a_switch(5), behave) as agent:
            session = engine.session(agent.device())
            results = await asyncio.gather(
                session.get([SYS_NAME, SYS_DESCR]), session.walk(COLUMNS), return_exceptions=True
            )
    finally:
        await engine.stop()
    return results[0], results[1], complaints


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=100), max_size=8))
def test_junk_before_the_answer_changes_nothing(junk: list[bytes]) -> None:
    def behave(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (*junk, good)

    got, walked, complaints = asyncio.run(converse(behave))
    assert got == {SYS_NAME: b"sw-1", SYS_DESCR: b"a switch"}
    assert [len(column) for column in walked.columns] == [5, 5, 5]
    assert complaints == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_answer_is_an_answer_or_a_probe_error(damage: list[tuple[float, int]]) -> None:
    def behave(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        assert good is not None
        octets = bytearray(good)
        for place, octet in damage:
            octets[int(place * len(octets))] = octet
        return (bytes(octets),)

    got, walked, complaints = asyncio.run(converse(behave))
    for result in (got, walked):
        assert not isinstance(result, BaseException) or isinstance(result, ProbeError)
    assert complaints == []


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=60))
def test_any_content_of_bindings_is_read_or_refused(content: bytes) -> None:
    def behave(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.answer(content), asked.answer(ber.wrap(ber.SEQUENCE, content)), good)

    got, walked, complaints = asyncio.run(converse(behave))
    for result in (got, walked):
        assert not isinstance(result, BaseException) or isinstance(result, ProbeError)
    assert complaints == []
