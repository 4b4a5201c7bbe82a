"""Laws of what is remembered between polls: a layout reads as the codec does or not at all; a plan changes nothing."""

import gc
import weakref
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.demo import ber as far_ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.layout import Layout, learn_layout
from opsmon.protocol.snmp.codec.message import (
    VERSION_2C,
    MessageHead,
    Pdu,
    Response,
    decode_head,
    decode_response,
    encode_request,
)
from opsmon.protocol.snmp.get import Get
from opsmon.protocol.snmp.operation import CALLS_BETWEEN_TRIALS, AgentQuirks, WalkLimits
from opsmon.protocol.snmp.replay import CachedCall, CachedOperation
from opsmon.protocol.snmp.session import Oid
from opsmon.protocol.snmp.shared_steps import SharedSteps
from opsmon.protocol.snmp.walk import Walk

TABLE: Oid = (1, 3, 6, 1, 4, 1, 99, 1)
COLUMNS = [(*TABLE, number) for number in range(1, 5)]
SCALARS = [(*COLUMNS[0], row) for row in range(1, 6)]
COMMUNITY = b"c"

numbers = st.one_of(*(st.integers(0, 2**bits - 1) for bits in (7, 8, 16, 24, 31, 32, 40, 48, 56, 63, 64)), st.just(0))
values = st.one_of(
    numbers.map(far_ber.counter64),
    numbers.map(far_ber.counter32),
    st.integers(-(2**31), 2**31 - 1).map(far_ber.integer),
    st.integers(-(2**63), 2**63 - 1).map(far_ber.integer),
    st.binary(max_size=12).map(far_ber.text),
    st.binary(min_size=1, max_size=9).map(lambda content: far_ber.wrap(far_ber.GAUGE32, content)),
    st.binary(max_size=9).map(lambda content: far_ber.wrap(far_ber.COUNTER64, content)),
    st.sampled_from(
        [b"\x05\x00", b"\x80\x00", b"\x82\x00", b"\x06\x03\x2b\x06\x01", b"\x44\x07\x9f\x78\x04\x41\xbc\x00\x00"]
    ),
)
REQUEST_ID = 2**30 + 12345


def response_of(encoded: Sequence[bytes], request_id: int = REQUEST_ID, community: bytes = COMMUNITY) -> bytes:
    bindings = b"".join(
        far_ber.wrap(0x30, far_ber.object_id((*TABLE, number)) + value) for number, value in enumerate(encoded)
    )
    body = far_ber.integer(request_id) + far_ber.integer(0) + far_ber.integer(0) + far_ber.wrap(0x30, bindings)
    return far_ber.wrap(0x30, far_ber.integer(1) + far_ber.text(community) + far_ber.wrap(0xA2, body))


def decoded(datagram: bytes) -> tuple[MessageHead, Response]:
    head = decode_head(datagram)
    return head, decode_response(datagram, head)


def learned(datagram: bytes) -> Layout:
    layout = learn_layout(datagram, *decoded(datagram))
    assert layout is not None
    return layout


@given(st.lists(values, max_size=20), st.data())
def test_a_layout_reads_the_same_shape_as_the_codec_does(encoded: list[bytes], data: st.DataObject) -> None:
    layout = learned(response_of(encoded))
    request_id = data.draw(st.integers(2**30, 2**31 - 1))
    moved = [data.draw(_same_width(value)) for value in encoded]
    again = response_of(moved, request_id)
    read = layout.read(again, request_id)
    _, response = decoded(again)
    if all(_same_sign(before, after) for before, after in zip(encoded, moved, strict=True)):
        assert read == response.values
    assert read is None or read == response.values


def _same_width(value: bytes) -> st.SearchStrategy[bytes]:
    """The same type with another content, where a layout should not mind."""
    size = len(value) - 2
    if value[0] in (0x02, 0x04, 0x41, 0x46):
        kept = 3 if size == {0x41: 5, 0x46: 9}.get(value[0]) else 2  # the zero that keeps a number positive stays
        return st.binary(min_size=len(value) - kept, max_size=len(value) - kept).map(lambda rest: value[:kept] + rest)
    return st.just(value)


def _same_sign(before: bytes, after: bytes) -> bool:
    """Whether the octets that a layout holds fast are the same: the sign, or a zero that keeps a number positive."""
    if before[0] == 0x04:
        return True
    most = {0x41: 4, 0x46: 8}.get(before[0], 8)
    if len(before) - 2 > most + 1 or len(before) == 2:
        return before == after
    if len(before) - 2 == most + 1:
        return before == after or before[2] == after[2] == 0
    return before[2] & 0x80 == after[2] & 0x80


@settings(max_examples=300)
@given(st.lists(values, min_size=1, max_size=12), st.data())
def test_a_layout_reads_nothing_that_the_codec_reads_otherwise(encoded: list[bytes], data: st.DataObject) -> None:
    first = response_of(encoded)
    layout = learned(first)
    octets = bytearray(first)
    for _ in range(data.draw(st.integers(0, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    changed = bytes(octets)
    request_id = data.draw(st.sampled_from([REQUEST_ID, REQUEST_ID + 1]))
    read = layout.read(changed, request_id)
    if read is None:
        return
    head, response = decoded(changed)
    assert head == decode_head(first)._replace(request_id=request_id)
    assert (response.status, response.names) == (0, decoded(first)[1].names)
    assert read == response.values


@given(st.lists(values, max_size=12))
def test_a_layout_fits_what_it_was_learned_from_and_no_other_id_or_community(encoded: list[bytes]) -> None:
    layout = learned(response_of(encoded))
    assert layout.read(response_of(encoded), REQUEST_ID) == decoded(response_of(encoded))[1].values
    assert layout.read(response_of(encoded, REQUEST_ID + 1), REQUEST_ID) is None
    assert layout.read(response_of(encoded, community=b"d"), REQUEST_ID) is None
    assert layout.read(response_of(encoded)[:-1], REQUEST_ID) is None


def converse(rehearsed: CachedOperation, agent: SnmpAgent, lost: set[int]) -> tuple[list[bytes], int]:
    """Run it to its end; the requests sent, and how many answers were read by their layout. `lost` are not answered."""
    sent: list[bytes] = []
    quick = 0
    silences = 0
    while (request := rehearsed.request) is not None:
        if request.encoded is None:
            request.encoded = encode_request(VERSION_2C, COMMUNITY, request)
        sent.append(request.encoded.with_id(REQUEST_ID))
        answer = agent.respond(sent[-1])
        assert answer is not None
        if len(sent) in lost:
            silences += 1
            rehearsed.take_silence(silences)
            continue
        silences = 0
        values = rehearsed.expected.read(answer, REQUEST_ID) if rehearsed.expected else None
        if values is not None:
            quick += 1
            rehearsed.take_values(values, len(answer))
        else:
            try:
                rehearsed.take(decoded(answer)[1])
            except MalformedBerError as error:
                raise AssertionError("the demo's agent writes good messages") from error
    return sent, quick


rows = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(1, 40)), st.one_of(values, st.integers(0, 255).map(far_ber.counter64)),
    max_size=60,
)  # fmt: skip
Rows = dict[tuple[int, int], bytes]


@st.composite
def histories(draw: st.DrawFn) -> list[Rows]:
    """A table at each poll: mostly as it was with other numbers, sometimes with a row more or less."""
    table: Rows = draw(rows)
    history = []
    for _ in range(draw(st.integers(1, 8))):
        match draw(st.sampled_from(["same", "same", "moved", "moved", "new"])):
            case "moved":
                table = {key: draw(_same_width(value)) for key, value in table.items()}
            case "new":
                table = {key: value for key, value in table.items() if draw(st.integers(0, 9))} | draw(rows)
        history.append(table)
    return history


@settings(max_examples=150)
@given(histories(), st.dictionaries(st.integers(0, 7), st.sets(st.integers(1, 6), max_size=3)))
def test_a_plan_changes_no_result(history: list[Rows], lost_at: dict[int, set[int]]) -> None:
    plan, get_plan, bare_plan = CachedCall(), CachedCall(), CachedCall()
    quirks, bare_habits = AgentQuirks(ever_answered=True), AgentQuirks(ever_answered=True)
    for poll, table in enumerate(history):
        agent = SnmpAgent(
            MibView({(*COLUMNS[column], row): value for (column, row), value in table.items()}), COMMUNITY
        )
        rehearsed = CachedOperation(
            plan, lambda own, hints: Walk(COLUMNS, own, WalkLimits(), VERSION_2C, hints), quirks
        )
        bare = CachedOperation(
            bare_plan, lambda own, hints: Walk(COLUMNS, own, WalkLimits(), VERSION_2C, hints), bare_habits
        )
        lost = lost_at.get(poll, set())
        sent, _ = converse(rehearsed, agent, lost)
        bare_sent, _ = converse(bare, agent, lost)
        assert rehearsed.columns() == bare.columns()
        assert [list(column) for column in rehearsed.columns()] == [list(column) for column in bare.columns()]
        assert rehearsed.problems == bare.problems
        assert sent == bare_sent, "a plan asks what the walk would have asked"
        assert quirks == bare_habits
        bare_plan.forget()  # all but the hints, which both go by
        got = CachedOperation(get_plan, lambda own, hints: Get(SCALARS, own), quirks)
        converse(got, agent, set())
        fresh = CachedOperation(CachedCall(), lambda own, hints: Get(SCALARS, own), bare_habits)
        converse(fresh, agent, set())
        assert got.columns() == fresh.columns()


def test_the_fourth_poll_of_a_steady_table_is_read_by_layouts_alone() -> None:
    plan, quirks = CachedCall(), AgentQuirks()
    for poll in range(5):
        table = {
            (*column, row): far_ber.counter64(10**9 + poll * 1000 + row) for column in COLUMNS for row in range(40)
        }
        rehearsed = CachedOperation(
            plan, lambda own, hints: Walk(COLUMNS, own, WalkLimits(), VERSION_2C, hints), quirks
        )
        sent, quick = converse(rehearsed, SnmpAgent(MibView(table), COMMUNITY), set())
        assert rehearsed.columns()[3][(7,)] == 10**9 + poll * 1000 + 7
    assert quick == len(sent) > 1


def polled(plan: CachedCall, community: bytes, unit: int) -> CachedOperation:
    """The sixth poll of a steady table whose numbers have the width of `unit`."""
    quirks = AgentQuirks()
    for poll in range(6):
        table = {(*column, row): far_ber.counter64(unit + poll) for column in COLUMNS for row in range(40)}
        operation = CachedOperation(
            plan, lambda own, hints: Walk(COLUMNS, own, WalkLimits(), VERSION_2C, hints), quirks
        )
        agent = SnmpAgent(MibView(table), community)
        while (request := operation.request) is not None:
            request.encoded = request.encoded or encode_request(VERSION_2C, community, request)
            answer = agent.respond(request.encoded.with_id(REQUEST_ID))
            assert answer is not None
            values = operation.expected.read(answer, REQUEST_ID) if operation.expected is not None else None
            if values is None:
                operation.take(decoded(answer)[1])
            else:
                operation.take_values(values, len(answer))
    return operation


def test_agents_of_one_model_share_their_plans_and_no_number() -> None:
    shared = SharedSteps()
    first, second, wider = (CachedCall(shared) for _ in range(3))
    for plan, unit in ((first, 10**6), (second, 10**6 + 50), (wider, 10**9)):
        operation = polled(plan, COMMUNITY, unit)
        assert operation.follows_plan
        assert all(set(column.values()) == {unit + 5} for column in operation.columns())
    for mine, its in zip(first.steps, second.steps, strict=True):
        assert mine.request is its.request
        assert mine.layout is its.layout
    assert first.steps[0].layout is not wider.steps[0].layout
    assert first.columns[0] is second.columns[0]


def test_agents_of_another_community_share_nothing_that_tells_of_it() -> None:
    shared = SharedSteps()
    first, second = CachedCall(shared), CachedCall(shared)
    assert polled(first, b"one", 10**6).follows_plan
    assert polled(second, b"two", 10**6).follows_plan
    for mine, its in zip(first.steps, second.steps, strict=True):
        assert mine.request is not its.request
        assert mine.layout is not its.layout


def test_what_no_plan_has_any_more_is_not_kept() -> None:
    plan = CachedCall(SharedSteps())
    polled(plan, COMMUNITY, 10**6)
    watched = [weakref.ref(one) for step in plan.steps for one in (step.request, step.layout)]
    assert all(one() is not None for one in watched)
    plan.forget()
    gc.collect()
    assert all(one() is None for one in watched)


def test_what_comes_seldom_has_no_plan() -> None:
    plan = CachedCall(comes_often=False)
    operation = polled(plan, COMMUNITY, 10**6)
    assert not operation.follows_plan
    assert plan.steps == []
    assert plan.hints.rows  # what it has learned of the agent stays


def test_a_plan_does_not_keep_an_agent_from_being_asked_by_getbulk_again() -> None:
    agent = SnmpAgent(MibView({(*COLUMNS[0], row): far_ber.gauge(row) for row in range(5)}), COMMUNITY)
    plan, quirks = CachedCall(), AgentQuirks()
    tried_at = []
    for poll in range(2 * CALLS_BETWEEN_TRIALS + 10):
        rehearsed = CachedOperation(
            plan, lambda own, hints: Walk(COLUMNS[:1], own, WalkLimits(), VERSION_2C, hints), quirks
        )
        if rehearsed.request is not None and rehearsed.request.pdu is Pdu.GET_BULK:
            tried_at.append(poll)
        while (request := rehearsed.request) is not None:
            answer = agent.respond(encode_request(VERSION_2C, COMMUNITY, request).with_id(REQUEST_ID))
            assert answer is not None
            refused = Response(5, 0, request.names, [None] * len(request.names), 60)
            rehearsed.take(refused if request.pdu is Pdu.GET_BULK else decoded(answer)[1])
        assert rehearsed.columns() == ({(row,): row for row in range(5)},)
    assert len(tried_at) == 3
