"""How requests are cut from columns: few of them, and none larger than an answer may be."""

from hypothesis import given
from hypothesis import strategies as st

from opsmon.demo import ber
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.packing import NEARLY, UNKNOWN_ROWS, choose_rectangle, rows_to_come
from opsmon.protocol.snmp.session import Oid
from tests.support.protocol.snmp.far_end import Asked, a_switch, far_end

ENTRY: Oid = (1, 3, 6, 1, 4, 1, 99, 1, 1)


def test_a_column_that_is_known_lacks_its_rows_and_one_more() -> None:
    assert rows_to_come(had=10, expected=48) == 39
    assert rows_to_come(had=48, expected=48) == 1


def test_a_column_of_which_nothing_is_known_or_that_has_grown_is_furthest_behind() -> None:
    assert rows_to_come(had=3, expected=None) > rows_to_come(had=4, expected=None) > rows_to_come(had=0, expected=5000)
    assert rows_to_come(had=49, expected=48) > 10_000


@given(
    st.lists(st.one_of(st.integers(1, 60), st.just(UNKNOWN_ROWS)), min_size=1, max_size=50),
    st.integers(1, 120),
    st.integers(1, 40),
    st.integers(1, 50),
)
def test_no_rectangle_that_is_allowed_brings_notably_more_or_as_much_over_more_columns(
    to_come: list[int], bindings: int, most_names: int, most_rows: int
) -> None:
    to_come.sort(reverse=True)
    width, rows = choose_rectangle(tuple(to_come), bindings, most_names, most_rows)
    assert 1 <= width <= min(len(to_come), most_names)
    assert 1 <= rows <= most_rows
    assert width * rows <= bindings

    def brings(wide: int, high: int) -> int:
        return sum(min(high, lacking) for lacking in to_come[:wide])

    for wide in range(1, min(len(to_come), most_names) + 1):
        for high in range(1, min(most_rows, bindings // wide) + 1):
            assert brings(wide, high) * NEARLY <= brings(width, rows)
            assert wide <= width or brings(wide, high) <= brings(width, rows)


async def test_tables_of_many_sizes_come_in_few_requests_even_from_an_agent_with_little_room(
    engine: SnmpEngine,
) -> None:
    """18 columns of 48 rows, one of 53, four of 2, and 13 that the agent has not, 64 bindings to an answer."""
    objects: dict[Oid, bytes] = dict(a_switch(48, range(1, 19)))
    columns: list[Oid] = [(1, 3, 6, 1, 2, 1, 2, 2, 1, number) for number in range(1, 19)]
    for number, rows in ((1, 53), (2, 2), (3, 2), (4, 2), (5, 2)):
        columns.append((*ENTRY, number, 7))
        objects |= {(*ENTRY, number, 7, row): ber.gauge(row) for row in range(rows)}
    columns += [(*ENTRY, 50 + number) for number in range(13)]

    async with far_end(objects) as agent:

        def little_room(asked: Asked, good: bytes | None) -> list[bytes]:
            rows = min(asked.max_repetitions, 64 // len(asked.oids))
            return [agent.respond(ber_with_rows(asked.datagram, asked.max_repetitions, rows))]

        agent.behave = little_room
        for most in (17, 18, 17):
            before = len(agent.asked)
            walked = await engine.session(agent.device()).walk(columns)
            assert [len(column) for column in walked.columns] == [48] * 18 + [53] + [2] * 4 + [0] * 13
            assert len(agent.asked) - before <= most


def ber_with_rows(datagram: bytes, asked: int, given_rows: int) -> bytes:
    """The same request for fewer rows: the only two integers of one octet side by side are the 0 and the rows."""
    return datagram.replace(bytes((2, 1, 0, 2, 1, asked)), bytes((2, 1, 0, 2, 1, given_rows)))
