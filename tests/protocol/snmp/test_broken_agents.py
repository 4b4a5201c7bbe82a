"""The engine against agents that are broken: loops, refusals, holes, odd values; each on a real socket."""

from collections.abc import Iterable

import pytest

from opsmon.demo import ber
from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.engine import SnmpEngine
from tests.support.protocol.snmp.far_end import (
    END_OF_MIB,
    GETBULK,
    GETNEXT,
    IF_ENTRY,
    SYS_DESCR,
    SYS_NAME,
    SYS_UPTIME,
    Asked,
    FarAgent,
    a_switch,
    binding,
    far_end,
    is_whole,
)

pytestmark = pytest.mark.usefixtures("spoken")
COLUMNS = [(*IF_ENTRY, column) for column in range(1, 8)]
NAME = {SYS_NAME: b"sw-1"}
TOO_BIG, GEN_ERR, AUTHORIZATION_ERROR = 1, 5, 16


# --- datagrams that are no messages


async def test_a_truncated_answer_is_told_from_silence(engine: SnmpEngine, spoken: str) -> None:
    async with far_end(a_switch(1), lambda asked, good: (good and good[:-3],)) as agent:
        with pytest.raises(ProbeError, match="its answer is malformed") as caught:
            await engine.session(agent.device()).get([SYS_NAME])
    assert caught.value.outcome is Outcome.PROTOCOL
    assert engine.traffic.dropped_malformed == (4 if spoken == "2c" else 5), "by v3 it is asked once more"


async def test_an_answer_malformed_behind_its_head_is_a_fault_of_the_agent(engine: SnmpEngine) -> None:
    def overlong(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.answer(b"\x30\x7f\x06\x01\x2b\x05\x00"),)

    async with far_end(a_switch(1), overlong) as agent:
        with pytest.raises(ProbeError, match="malformed: a value is longer than what holds it") as caught:
            await engine.session(agent.device()).get([SYS_NAME])
    assert caught.value.outcome is Outcome.PROTOCOL


async def test_the_largest_datagram_is_read(engine: SnmpEngine) -> None:
    huge = ber.text(b"x" * 65_000)
    async with far_end({SYS_DESCR: huge}) as agent:
        assert await engine.session(agent.device()).get([SYS_DESCR]) == {SYS_DESCR: b"x" * 65_000}


@pytest.mark.parametrize(
    "junk", [b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n", b"\0" * 1400]
)
async def test_junk_is_counted_and_waited_through(engine: SnmpEngine, junk: bytes) -> None:
    async with far_end(a_switch(1), lambda asked, good: (junk, good)) as agent:
        assert await engine.session(agent.device()).get([SYS_NAME]) == NAME
    assert engine.traffic.dropped_malformed == 1


# --- agents that loop


async def test_an_agent_that_does_not_count_upwards_is_cut_off_with_what_is_sound(engine: SnmpEngine) -> None:
    def go_back(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        (oid,) = asked.oids
        row = oid[-1] + 1 if len(oid) > len(COLUMNS[0]) else 1
        row = 2 if row > 5 else row
        return (asked.answer(binding((*COLUMNS[0], row), ber.gauge(row))),)

    async with far_end(a_switch(1), go_back) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:1])
    assert walked.columns == ({(row,): row for row in range(1, 6)},)
    assert walked.problems == ("column 1.3.6.1.2.1.2.2.1.1: the agent goes back from row 5 to row 2",)


async def test_an_agent_that_repeats_itself_is_cut_off(engine: SnmpEngine) -> None:
    same = binding((*COLUMNS[0], 1), ber.gauge(1))
    async with far_end({}, lambda asked, good: (asked.answer(*[same] * max(1, asked.max_repetitions)),)) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:1])
        assert len(agent.asked) < 6
    assert walked.columns == ({(1,): 1},)
    assert "goes back from row 1 to row 1" in walked.problems[0]


async def test_an_agent_that_answers_with_the_column_itself_is_cut_off(engine: SnmpEngine) -> None:
    def itself(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.answer(*(binding(oid, ber.gauge(1)) for oid in asked.oids)),)

    async with far_end({}, itself) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:1])
    assert walked.columns == ({},)
    assert walked.problems == ("column 1.3.6.1.2.1.2.2.1.1: the agent goes back from its start to the column itself",)


async def test_one_bad_column_costs_the_others_nothing(engine: SnmpEngine) -> None:
    def second_column_stuck(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.answer(*(next_binding(oid) for oid in asked.oids)),)

    def next_binding(oid: tuple[int, ...]) -> bytes:
        column, row = oid[: len(COLUMNS[0])], (*oid, 0)[len(COLUMNS[0])]
        following = 1 if column == COLUMNS[1] else row + 1
        return binding((*column, following) if following <= 20 else END_OF_MIB, ber.gauge(following))

    async with far_end({}, second_column_stuck) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:3])
    assert [len(column) for column in walked.columns] == [20, 1, 20]
    assert len(walked.problems) == 1


async def test_an_endless_table_ends_at_the_limit_of_rows(engine: SnmpEngine) -> None:
    def endless(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        row = (*asked.oids[0], 0)[len(COLUMNS[0])]
        rows = range(row + 1, row + 1 + max(1, asked.max_repetitions))
        return (asked.answer(*(binding((*COLUMNS[0], n), ber.gauge(n)) for n in rows)),)

    async with far_end({}, endless) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:1])
    assert len(walked.columns[0]) == 500
    assert walked.problems == ("column 1.3.6.1.2.1.2.2.1.1: stopped at the limit of 500 rows",)


async def test_endless_growing_names_end_at_the_limit_of_requests(engine: SnmpEngine) -> None:
    def ever_longer(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        row = (*asked.oids[0], 0)[len(COLUMNS[0])]
        return (asked.answer(binding((*COLUMNS[0], row + 1), ber.gauge(0))),)

    async with far_end({}, ever_longer) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:1])
        assert len(agent.asked) == 100
    assert walked.problems == ("walk stopped at its limit of 100 requests",)


# --- agents that cannot do all that they should


async def test_an_agent_that_answers_only_getnext(engine: SnmpEngine) -> None:
    def no_bulk(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return () if asked.pdu == GETBULK else (good,)

    async with far_end(a_switch(6), no_bulk) as agent:
        session = engine.session(agent.device())
        await session.get([SYS_NAME])
        assert is_whole(await session.walk(COLUMNS), 6)
        before = len(agent.asked)
        assert is_whole(await session.walk(COLUMNS), 6)
        assert set(agent.kinds[before:]) == {GETNEXT}, "it is remembered"


@pytest.mark.parametrize("status", [GEN_ERR, 3, 14])
async def test_an_agent_whose_getbulk_is_an_error(engine: SnmpEngine, status: int) -> None:
    def broken_bulk(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.error(status) if asked.pdu == GETBULK else good,)

    async with far_end(a_switch(6), broken_bulk) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS)
    assert is_whole(walked, 6)
    assert walked.problems == ()


async def test_an_agent_whose_getbulk_is_empty(engine: SnmpEngine) -> None:
    def empty_bulk(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.answer() if asked.pdu == GETBULK else good,)

    async with far_end(a_switch(6), empty_bulk) as agent:
        assert is_whole(await engine.session(agent.device()).walk(COLUMNS), 6)


async def test_an_agent_whose_getbulk_repeats_rows(engine: SnmpEngine) -> None:
    def repeating_bulk(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        if asked.pdu != GETBULK:
            return (good,)
        return (asked.answer(*[binding((*oid[: len(COLUMNS[0])], 1), ber.gauge(1)) for oid in asked.oids] * 3),)

    async with far_end(a_switch(6), repeating_bulk) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS)
    assert is_whole(walked, 6)
    assert walked.columns[0][(6,)] == 100_006
    assert walked.problems == ()


@pytest.mark.parametrize("most_bindings", [1, 3, 11])
async def test_an_agent_to_which_much_is_too_big(engine: SnmpEngine, most_bindings: int) -> None:
    def narrow(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        wanted = len(asked.oids) * max(1, asked.max_repetitions)
        return (asked.error(TOO_BIG) if wanted > most_bindings else good,)

    async with far_end(a_switch(6), narrow) as agent:
        session = engine.session(agent.device())
        walked = await session.walk(COLUMNS)
        assert is_whole(walked, 6)
        assert walked.problems == ()
        assert await session.get([SYS_NAME, SYS_DESCR, SYS_UPTIME]) == {
            SYS_NAME: b"sw-1", SYS_DESCR: b"a switch", SYS_UPTIME: 471_100,
        }  # fmt: skip


async def test_an_agent_that_drops_large_answers(engine: SnmpEngine) -> None:
    def no_fragments(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return () if good is not None and len(good) > 500 else (good,)

    async with far_end(a_switch(30), no_fragments) as agent:
        session = engine.session(agent.device())
        assert is_whole(await session.walk(COLUMNS), 30)
        before = engine.traffic.retried
        assert is_whole(await session.walk(COLUMNS), 30)
        assert engine.traffic.retried == before, "it is remembered"


async def test_an_agent_that_sends_one_row_whatever_is_asked(engine: SnmpEngine) -> None:
    def one_row(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        agent_asked = Asked(asked.datagram)
        if asked.pdu != GETBULK:
            return (good,)
        found = [next_of(oid, objects) for oid in agent_asked.oids]
        return (asked.answer(*(binding(oid, value) for oid, value in found)),)

    objects = a_switch(9)
    async with far_end(objects, one_row) as agent:
        assert is_whole(await engine.session(agent.device()).walk(COLUMNS), 9)


async def test_an_agent_that_breaks_off_inside_a_row(engine: SnmpEngine) -> None:
    objects = a_switch(9)

    def three_bindings(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        found = [next_of(oid, objects) for oid in asked.oids[:3]]
        return (asked.answer(*(binding(oid, value) for oid, value in found)),)

    async with far_end(objects, three_bindings) as agent:
        assert is_whole(await engine.session(agent.device()).walk(COLUMNS), 9)


def next_of(oid: tuple[int, ...], objects: dict[tuple[int, ...], bytes]) -> tuple[tuple[int, ...], bytes]:
    following = min((other for other in objects if other > oid), default=None)
    return (following, objects[following]) if following else (oid, b"\x82\x00")


async def test_rows_that_vanish_between_two_requests(engine: SnmpEngine) -> None:
    objects = a_switch(30)

    async with far_end(objects) as agent:
        shrunk = FarAgent({oid: value for oid, value in objects.items() if oid[-1] not in (3, 4, 9, 30)})

        def shrink(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
            return (good if len(agent.asked) == 1 else shrunk.respond(asked.datagram),)

        agent.behave = shrink
        walked = await engine.session(agent.device()).walk(COLUMNS)
    assert walked.problems == ()
    for number, column in enumerate(walked.columns, start=1):
        assert set(range(10, 30)) <= {row for (row,) in column}
        assert all(value == number * 100_000 + row for (row,), value in column.items())


async def test_an_agent_with_room_for_one_value_is_asked_for_the_rest(engine: SnmpEngine) -> None:
    objects = a_switch(1)

    def first_only(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.answer(binding(asked.oids[0], objects[asked.oids[0]])),)

    async with far_end(objects, first_only) as agent:
        found = await engine.session(agent.device()).get([SYS_NAME, SYS_DESCR, SYS_UPTIME])
        assert found == {SYS_NAME: b"sw-1", SYS_DESCR: b"a switch", SYS_UPTIME: 471_100}
        agent.behave = lambda asked, good: (asked.answer(),)
        assert await engine.session(agent.device()).get([SYS_NAME, SYS_DESCR]) == {}


# --- errors that the agent tells


async def test_one_broken_sensor_costs_only_itself(engine: SnmpEngine) -> None:
    def broken(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.error(GEN_ERR, asked.oids.index(SYS_DESCR) + 1) if SYS_DESCR in asked.oids else good,)

    async with far_end(a_switch(1), broken) as agent:
        assert await engine.session(agent.device()).get([SYS_UPTIME, SYS_DESCR, SYS_NAME]) == {
            SYS_NAME: b"sw-1", SYS_UPTIME: 471_100,
        }  # fmt: skip


async def test_an_error_without_a_place_is_found_by_halves(engine: SnmpEngine) -> None:
    def broken(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.error(GEN_ERR, 0) if SYS_DESCR in asked.oids else good,)

    async with far_end(a_switch(1), broken) as agent:
        assert await engine.session(agent.device()).get([SYS_UPTIME, SYS_DESCR, SYS_NAME]) == {
            SYS_NAME: b"sw-1", SYS_UPTIME: 471_100,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (GEN_ERR, Outcome.PROTOCOL, "genErr"),
        (AUTHORIZATION_ERROR, Outcome.AUTH, "authorizationError"),
        (6, Outcome.AUTH, "noAccess"),
        (99, Outcome.PROTOCOL, "error-status 99"),
    ],
)
async def test_an_agent_that_answers_nothing_but_errors(
    engine: SnmpEngine, status: int, outcome: Outcome, words: str
) -> None:
    async with far_end(a_switch(1), lambda asked, good: (asked.error(status, 1),)) as agent:
        for call in (engine.session(agent.device()).get([SYS_NAME]), engine.session(agent.device()).walk(COLUMNS)):
            with pytest.raises(ProbeError, match=words) as caught:
                await call
            assert caught.value.outcome is outcome


async def test_a_column_that_fails_half_way_keeps_its_first_rows(engine: SnmpEngine) -> None:
    broken = (*COLUMNS[1], 4)

    def fail_at_row_5(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        if asked.pdu == GETBULK:
            return (asked.error(GEN_ERR, 0),)
        return (asked.error(GEN_ERR, asked.oids.index(broken) + 1) if broken in asked.oids else good,)

    async with far_end(a_switch(9), fail_at_row_5) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:3])
    assert [len(column) for column in walked.columns] == [9, 4, 9]
    assert walked.problems == ("column 1.3.6.1.2.1.2.2.1.2: the agent answers genErr",)


# --- values that mean something else, or nothing


async def test_odd_values_are_read_or_absent(engine: SnmpEngine) -> None:
    odd = {
        1: (b"\x42\x01\xff", 4_294_967_295),  # a Gauge32 of -1
        2: (b"\x41\x04\xff\xff\xff\xf0", 4_294_967_280),  # no leading zero
        3: (b"\x46\x08\xff\xff\xff\xff\xff\xff\xff\xff", 2**64 - 1),
        4: (b"\x44\x07\x9f\x78\x04\x41\xbc\x00\x00", 23.5),  # net-snmp's float
        5: (b"\x02\x00", None),  # an integer of no octets
        6: (b"\x05\x00", None),
        7: (b"\x81\x00", None),
        8: (b"\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00", None),
        9: (b"\x5f\x01\x00", None),  # a type that does not exist
        10: (b"\x04\x82\x00\x02hi", b"hi"),  # a length that is longer than needed
        11: (b"\x02\x01\x80", -128),
        12: (b"\x06\x00", None),
    }
    objects = {(*COLUMNS[0], row): value for row, (value, _) in odd.items()}
    async with far_end(objects) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS[:1])
        got = await engine.session(agent.device()).get(list(objects))
    expected = {(row,): value for row, (_, value) in odd.items() if value is not None}
    assert walked.columns == (expected,)
    assert got == {(*COLUMNS[0], *row): value for row, value in expected.items()}
