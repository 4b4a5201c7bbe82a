"""Laws of walks around what an agent leaves unanswered: they end, lose nothing else, and learn what not to ask."""

from collections.abc import Collection, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.demo import ber as far_ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.protocol.snmp.care import Caution
from opsmon.protocol.snmp.codec.ber import decode_oid, encode_oid
from opsmon.protocol.snmp.codec.message import VERSION_1, VERSION_2C, Request, Response
from opsmon.protocol.snmp.get import Get
from opsmon.protocol.snmp.operation import AgentQuirks, Operation, WalkLimits
from opsmon.protocol.snmp.session import Oid, SnmpValue
from opsmon.protocol.snmp.silence import FIRST_PAUSE_S, MAX_PAUSE_S, Silences
from opsmon.protocol.snmp.walk import Walk
from tests.support.protocol.snmp.responses import answer_of

TABLES: list[Oid] = [(1, 3, 6, 1, 4, 1, 99, number, 1) for number in (1, 2, 3, 4)]
COLUMNS = [(*table, number) for table in TABLES for number in (1, 2, 3)]
BEHIND: Oid = (1, 3, 6, 1, 6, 3, 1)
sizes = st.lists(st.integers(0, 9), min_size=len(TABLES), max_size=len(TABLES))
silent_columns = st.sets(st.sampled_from(COLUMNS), max_size=4)
silent_tables = st.sets(st.sampled_from(TABLES), max_size=2).map(
    lambda tables: {column for column in COLUMNS if column[:-1] in tables}
)
ATTEMPTS = 2


class Agent:
    """Answers nothing that would return an object of the silent columns."""

    def __init__(self, rows: list[int], silent: Collection[Oid], version: int) -> None:
        self.objects: dict[Oid, SnmpValue] = {
            (*column, row): row for column in COLUMNS for row in range(1, rows[TABLES.index(column[:-1])] + 1)
        }
        self.silences = 0
        self._silent, self._version = silent, version
        view = {oid: far_ber.integer(1) for oid in self.objects} | {BEHIND: far_ber.integer(1)}
        self._agent = SnmpAgent(MibView({oid: view[oid] for oid in view}), b"c")

    def answer(self, request: Request) -> Response | None:
        good = answer_of(self._agent, self._version, request)
        if any(self.is_silent(decode_oid(name)) for name in (*good.names, *request.names[: self._exact(request)])):
            self.silences += 1
            return None
        return good

    def _exact(self, request: Request) -> int:
        return len(request.names) if request.pdu == 0xA0 else 0

    def is_silent(self, oid: Oid) -> bool:
        return any(oid[: len(column)] == column and len(oid) > len(column) for column in self._silent)

    def rows(self, column: Oid) -> set[Oid]:
        return {oid[len(column) :] for oid in self.objects if oid[: len(column)] == column}


def run(operation: Operation, agent: Agent) -> None:
    """As a conversation does, with an agent that answers some things."""
    attempts = 0
    for _ in range(3_000):
        if (request := operation.request) is None:
            return
        if (response := agent.answer(request)) is not None:
            attempts = 0
            operation.take(response)
            continue
        attempts += 1
        if attempts >= ATTEMPTS or operation.is_trial:
            assert operation.pass_over()
            attempts = 0
        else:
            operation.take_silence(attempts)
    raise AssertionError("the operation does not end")


@settings(max_examples=60, deadline=None)
@given(sizes, st.one_of(silent_columns, silent_tables), st.sampled_from([VERSION_1, VERSION_2C]))
def test_a_walk_loses_nothing_but_what_is_silent_and_learns_it(rows: list[int], silent: set[Oid], version: int) -> None:
    agent, silences = Agent(rows, silent, version), Silences()
    walk = Walk(COLUMNS, AgentQuirks(ever_answered=True), WalkLimits(), version)
    run(walk, agent)
    for column, cells in zip(COLUMNS, walk.columns(), strict=True):
        if column in silent:
            assert cells == {}
        else:
            assert set(cells) == agent.rows(column) or column in walk.unread
            assert set(cells) <= agent.rows(column)
    beside = {column[:-1] for column in walk.unread}
    assert beside <= tables_near(silent)
    assert walk.problems == ()
    silences.note(COLUMNS, walk.silent, now_s=0.0)
    rows_seen = {encode_oid(column): len(cells) for column, cells in zip(COLUMNS, walk.columns(), strict=True)}
    ask_again(agent, silences, version, rows_seen)


def tables_near(silent: Collection[Oid]) -> set[Oid]:
    """The tables of the silent columns, and every one before them whose end runs into them."""
    last = max((TABLES.index(column[:-1]) for column in silent), default=-1)
    return set(TABLES[: last + 1])


def ask_again(agent: Agent, silences: Silences, version: int, rows: Mapping[bytes, int]) -> None:
    """Within the pause: nothing silent is met, and what was read is read again."""
    sound, doubtful, paused = silences.sort(COLUMNS, now_s=FIRST_PAUSE_S / 2)
    assert doubtful == ()
    agent.silences = 0
    caution = Caution(careful=bool(silences), fences=silences.fences(sound), rows=rows)
    walk = Walk(sound, AgentQuirks(), WalkLimits(), version, caution=caution)
    run(walk, agent)
    assert agent.silences == 0
    assert set(sound) | set(paused) == set(COLUMNS)
    assert walk.unread == frozenset()


@settings(max_examples=40, deadline=None)
@given(sizes, st.one_of(silent_columns, silent_tables))
def test_a_get_loses_nothing_but_what_is_silent(rows: list[int], silent: set[Oid]) -> None:
    agent = Agent(rows, silent, VERSION_2C)
    wanted = sorted(agent.objects)
    if not wanted:
        return
    get = Get(wanted, AgentQuirks())
    run(get, agent)
    hung = {oid[:-2] for oid in wanted if agent.is_silent(oid)}
    assert get.unread >= {oid for oid in wanted if agent.is_silent(oid)}
    assert {oid[:-2] for oid in get.unread} == hung, "what shares no table with it is read"
    assert get.values.keys() == set(wanted) - get.unread


@given(st.lists(st.booleans(), max_size=20))
def test_pauses_double_while_it_is_silent_and_end_with_an_answer(answers: list[bool]) -> None:
    silences, now_s, pause_s = Silences(), 0.0, FIRST_PAUSE_S
    column = COLUMNS[0]
    silences.note([column], {column: None}, now_s)
    for answered in answers:
        assert silences.sort([column], now_s + pause_s - 1.0).paused == (column,)
        now_s += pause_s
        assert silences.sort([column], now_s).doubtful == (column,)
        silent: Mapping[Oid, None] = {} if answered else {column: None}
        silences.note([column], silent, now_s)
        if answered:
            assert silences.sort([column], now_s).sound == (column,)
            return
        pause_s = min(pause_s * 2, MAX_PAUSE_S)
