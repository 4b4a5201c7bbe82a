"""Laws of a walk, without a wire: whatever an agent cannot do, its table comes home whole, and every walk ends."""

from collections.abc import Callable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.demo import ber as far_ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.ber import encode_oid
from opsmon.protocol.snmp.codec.message import (
    VERSION_1,
    VERSION_2C,
    Pdu,
    Request,
    Response,
)
from opsmon.protocol.snmp.codec.value import Cell, Marker
from opsmon.protocol.snmp.operation import AgentQuirks, WalkLimits
from opsmon.protocol.snmp.session import Oid, Walked
from opsmon.protocol.snmp.walk import Walk
from tests.support.protocol.snmp.responses import answer_of

TABLE: Oid = (1, 3, 6, 1, 4, 1, 99, 1)
COLUMNS = [(*TABLE, number) for number in range(1, 6)]
indexes = st.lists(st.sampled_from([0, 1, 2, 3, 127, 128, 300, 16_383, 16_384, 2**32 - 1]), min_size=1, max_size=3)
tables = st.dictionaries(
    st.tuples(st.integers(0, 4), indexes.map(tuple)), st.integers(0, 2**32 - 1), max_size=60
)  # (column, index) -> value; holes and all
GEN_ERR, TOO_BIG = 5, 1


def objects_of(table: Mapping[tuple[int, Oid], int]) -> dict[Oid, bytes]:
    return {(*COLUMNS[column], *index): far_ber.gauge(value) for (column, index), value in table.items()}


def run(walk: Walk, answer: Callable[[Request], Response | None], most_requests: int = 5_000) -> Walked:
    silences = 0
    for _ in range(most_requests):
        if walk.request is None:
            return Walked(walk.columns(), walk.problems)
        response = answer(walk.request)
        if response is None:
            silences += 1
            walk.take_silence(silences)
        else:
            silences = 0
            walk.take(response)
    raise AssertionError("the walk does not end")


def only_error(status: int, request: Request) -> Response:
    return Response(status, 0, request.names, [None] * len(request.names), 60)


QUIRKS: dict[str, Callable[[Request, Response], Response | None]] = {
    "none": lambda request, good: good,
    "empty": lambda request, good: good._replace(names=[], values=[]),
    "error": lambda request, good: only_error(GEN_ERR, request),
    "silent": lambda request, good: None,
    "one row": lambda request, good: cut(good, len(request.names)),
    "cut": lambda request, good: cut(good, max(1, len(request.names) // 2)),
    "stuck": lambda request, good: good._replace(
        names=[*good.names[: len(request.names)]] * 2, values=[*good.values[: len(request.names)]] * 2
    ),
}


def cut(good: Response, size: int) -> Response:
    return good._replace(names=good.names[:size], values=good.values[:size])


@given(tables, st.sampled_from(sorted(QUIRKS)), st.sampled_from([VERSION_1, VERSION_2C]), st.integers(1, 100))
def test_a_table_comes_home_whole_from_any_agent_whose_getnext_works(
    table: dict[tuple[int, Oid], int], quirk: str, version: int, most_bindings: int
) -> None:
    agent = SnmpAgent(MibView(objects_of(table)), b"c")

    def answer(request: Request) -> Response | None:
        if len(request.names) * max(1, request.max_repetitions) > most_bindings:
            return only_error(TOO_BIG, request)
        good = answer_of(agent, version, request)
        return QUIRKS[quirk](request, good) if request.pdu == Pdu.GET_BULK else good

    quirks = AgentQuirks(ever_answered=True)
    for _ in range(2):  # the second with what the first has learned
        walked = run(Walk(COLUMNS, quirks, WalkLimits(), version), answer)
        expected = [
            {index: value for (column, index), value in table.items() if column == number} for number in range(5)
        ]
        assert list(walked.columns) == expected
        assert all(list(column) == sorted(column) for column in walked.columns)
        assert walked.problems == ()


wild_cells = st.one_of(st.none(), st.integers(0, 9), st.just(Marker.END_OF_MIB))
wild_names = st.one_of(
    st.builds(lambda column, index: encode_oid((*column, *index)), st.sampled_from(COLUMNS), indexes.map(tuple)),
    st.binary(min_size=1, max_size=6),
    st.builds(lambda column, tail: encode_oid(column) + tail, st.sampled_from(COLUMNS), st.binary(max_size=12)),
)
wild_responses = st.builds(
    lambda status, place, found: Response(status, place, [n for n, _ in found], [v for _, v in found], 100),
    st.sampled_from([0, 0, 0, 0, 1, 2, 5, 16, 99, -1]),
    st.integers(-1, 12),
    st.lists(st.tuples(wild_names, wild_cells), max_size=12),
)


@settings(max_examples=200)
@given(
    st.lists(st.one_of(st.none(), wild_responses), min_size=1, max_size=12), st.sampled_from([VERSION_1, VERSION_2C])
)
def test_a_walk_ends_whatever_the_agent_says(script: list[Response | None], version: int) -> None:
    said: set[tuple[bytes, Cell]] = set()
    limits = WalkLimits(rows=30, requests=40)
    asked = 0
    silent = 0

    def answer(request: Request) -> Response | None:
        nonlocal asked, silent
        response = script[asked % len(script)]
        asked += 1
        silent = silent + 1 if response is None else 0
        if silent > 4:
            raise ProbeError(Outcome.TIMEOUT, "no answer")
        if response is not None:
            said.update(zip(response.names, response.values, strict=True))
        return response

    try:
        walked = run(Walk(COLUMNS, AgentQuirks(), limits, version), answer, most_requests=400)
    except ProbeError:
        return
    for column, cells in zip(COLUMNS, walked.columns, strict=True):
        assert list(cells) == sorted(cells)
        assert len(cells) <= 30
        for index, value in cells.items():
            assert (encode_oid((*column, *index)), value) in said
