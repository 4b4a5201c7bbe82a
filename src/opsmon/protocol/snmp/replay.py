"""A call on an agent that went the same way twice is remembered: what was asked, what came back under which names.

Promises: following a plan gives what the operation itself would have given. At the first answer that has other names,
an error, or cannot be had, the operation is run after all, over the answers that came so far, and goes on from there;
no request is sent twice. A plan is forgotten as soon as it does not hold, and there is none of what comes seldom.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from opsmon.protocol.snmp.codec.layout import Layout, LayoutNames, learn_layout
from opsmon.protocol.snmp.codec.message import ErrorStatus, Request, Response, decode_answer_head
from opsmon.protocol.snmp.codec.value import Cell, Marker
from opsmon.protocol.snmp.operation import AgentQuirks, Hints, Operation
from opsmon.protocol.snmp.session import Index, Oid, RowCells, SnmpValue
from opsmon.protocol.snmp.shared_steps import ColumnView, SharedSteps
from opsmon.protocol.snmp.silence import Fence

MAX_STEPS = 200
MAX_VALUES = 8192
_PLACES = tuple(range(MAX_VALUES))  # each place one object, whatever number of plans has it

_NOTHING: frozenset[Oid] = frozenset()
MakeExchange = Callable[[AgentQuirks, Hints], Operation]


@dataclass(slots=True)
class CachedStep:
    """One request, and what its answer looks like: its names, the places that hold no value, its layout."""

    request: Request
    names: Sequence[bytes] = ()
    absent: tuple[int, ...] = ()
    layout: Layout | None = None
    layout_fits: bool = False  # it has fitted since it was learned

    def is_met_by(self, response: Response) -> bool:
        return (
            response.status == ErrorStatus.NO_ERROR
            and tuple(self.names) == tuple(response.names)
            and self.absent == _absent(response)
        )

    def learn(self, response: Response, shared: SharedSteps) -> None:
        """A layout that did not fit even once is not followed by another at once: this agent's widths are restless."""
        self.layout = shared.layout(_layout_of(response)) if self.layout is None or self.layout_fits else None
        self.layout_fits = False
        self.names = LayoutNames(self.layout, len(response.names)) if self.layout else tuple(response.names)
        self.absent = _absent(response)


@dataclass(slots=True)
class CachedCall:
    """What is remembered of one call; `quirks` are those of the agent that it holds under. `last_call` counts the calls
    on the agent; a call that does not come often is not worth the memory of its steps."""

    shared: SharedSteps = field(default_factory=SharedSteps)
    steps: list[CachedStep] = field(default_factory=list)
    columns: tuple[ColumnView, ...] = ()
    quirks: tuple[object, ...] = ()
    last_way: int | None = None  # a digest of the names that came back the last time
    hints: Hints = field(default_factory=Hints)
    last_call: int = 0
    comes_often: bool = True

    def forget(self) -> None:
        """All but the hints, and what is shared."""
        self.steps, self.columns, self.quirks, self.last_way = [], (), (), None


class CachedOperation:
    """Runs an operation by its plan while that holds, and makes the plan where there is none."""

    def __init__(self, plan: CachedCall, make: MakeExchange, quirks: AgentQuirks) -> None:
        self._plan = plan
        self._make = make
        self._quirks = quirks
        self._quirks_before = replace(quirks)
        self._asked: list[Request] = []
        self._answers: list[Response] = []
        self._values: list[Cell] = []
        self._went_astray = False
        follow = bool(plan.steps) and plan.quirks == quirks.key
        self._live: Operation | None = None if follow else make(quirks, plan.hints)
        self.follows_plan = follow  # until something goes otherwise
        self.request = plan.steps[0].request if self._live is None else self._live.request

    @property
    def expected(self) -> Layout | None:
        """The layout that the answer to `request` should have."""
        if self._live is not None or self.request is None:
            return None
        return self._plan.steps[len(self._answers)].layout

    def take_values(self, values: list[Cell], octets: int) -> Response:
        """The answer was read by the layout expected; gives it as the codec would have."""
        step = self._plan.steps[len(self._answers)]
        step.layout_fits = True
        self._advance(step, values, octets)
        return self._answers[-1]

    def take(self, response: Response) -> None:
        """The answer was read by the codec."""
        if self._live is None:
            step = self._plan.steps[len(self._answers)]
            if step.is_met_by(response):
                step.learn(response, self._plan.shared)
                self._advance(step, response.values, response.octets)
                return
        self._take_live(self._leave_plan(), response)

    def _advance(self, step: CachedStep, values: Sequence[Cell], octets: int) -> None:
        self._values += values
        self._answers.append(Response(ErrorStatus.NO_ERROR, 0, step.names, values, octets))
        at = len(self._answers)
        self.request = self._plan.steps[at].request if at < len(self._plan.steps) else None
        if self.request is None:
            self._quirks.call_ended_well()

    def take_silence(self, attempts: int) -> None:
        if self._live is None and attempts == 1:
            return  # a datagram lost: the plan is still good
        live = self._leave_plan()
        live.take_silence(attempts)
        self._went_astray = self._went_astray or live.request is not self.request
        self.request = live.request

    def pass_over(self) -> bool:
        live = self._leave_plan()
        self._went_astray = True
        passed = live.pass_over()
        self.request = live.request
        return passed

    def stop(self) -> None:
        live = self._leave_plan()
        self._went_astray = True
        live.stop()
        self.request = live.request

    @property
    def is_trial(self) -> bool:
        return self._live is not None and self._live.is_trial

    @property
    def unread(self) -> frozenset[Oid]:
        return self._live.unread if self._live is not None else _NOTHING

    @property
    def silent(self) -> Mapping[Oid, Fence | None]:
        return self._live.silent if self._live is not None else {}

    def columns(self) -> tuple[Mapping[Index, SnmpValue], ...]:
        """What the call brought home, once `request` is None."""
        if self._live is not None:
            return self._live.columns()
        return tuple(view.of(self._values) for view in self._plan.columns)

    def values(self) -> dict[Oid, SnmpValue]:
        """What a GET brought home, by the whole name."""
        (found,) = self.columns()
        return found.by_row if isinstance(found, RowCells) else dict(found)

    @property
    def problems(self) -> tuple[str, ...]:
        return self._live.problems if self._live is not None else ()

    # --- off the plan

    def _leave_plan(self) -> Operation:
        """The operation itself, brought to where the plan has led."""
        if self._live is not None:
            return self._live
        self._live = live = self._make(self._quirks, self._plan.hints)
        self.follows_plan = False
        answers, self._answers = self._answers, []
        steps = self._plan.steps
        self._plan.forget()
        for step, answer in zip(steps, answers, strict=False):
            if live.request == step.request:
                self._take_live(live, answer)
        return live

    def _take_live(self, live: Operation, response: Response) -> None:
        if live.request is not None:
            self._asked.append(live.request)
            self._answers.append(response)
            live.take(response)
        self.request = live.request
        if self.request is None:
            self._remember(live)

    def _remember(self, live: Operation) -> None:
        """Make a plan if the call went the very same way as the last time, and nothing was wrong with it."""
        failed = any(answer.status != ErrorStatus.NO_ERROR for answer in self._answers)
        too_long = len(self._answers) > MAX_STEPS or sum(len(each.values) for each in self._answers) > MAX_VALUES
        if failed or too_long or live.problems or self._went_astray:
            return
        hints, self._plan.hints = self._plan.hints, live.hints
        way = hash(tuple(tuple(answer.names) for answer in self._answers))
        same_way, self._plan.last_way = way == self._plan.last_way, way
        if same_way and hints == live.hints and self._plan.comes_often:
            self._plan.columns = self._find_columns()
            self._plan.quirks = self._quirks_before.key
            self._plan.steps = [
                _step(request, answer, self._plan.shared)
                for request, answer in zip(self._asked, self._answers, strict=True)
            ]

    def _find_columns(self) -> tuple[ColumnView, ...]:
        """Run the operation once more with the place of each value in its stead: its columns then hold the places."""
        rehearsal = self._make(replace(self._quirks_before), self._plan.hints)
        places = iter(_PLACES)
        for answer in self._answers:
            # zip asks `places` last, so that none is lost between two answers
            numbered = [
                value if _is_absent(value) else place for value, place in zip(answer.values, places, strict=False)
            ]
            rehearsal.take(answer._replace(values=numbered))
        indexes: dict[tuple[Index, ...], tuple[Index, ...]] = {}
        return tuple(_view_of(self._plan.shared, indexes, column) for column in rehearsal.columns())


def _step(request: Request, answer: Response, shared: SharedSteps) -> CachedStep:
    step = CachedStep(shared.request(request))
    step.learn(answer, shared)
    return step


def _view_of(
    shared: SharedSteps, known: dict[tuple[Index, ...], tuple[Index, ...]], column: dict[Index, SnmpValue]
) -> ColumnView:
    indexes = tuple(column)
    places = tuple([place for place in column.values() if isinstance(place, int)])
    return shared.view(known.setdefault(indexes, indexes), places)


def _is_absent(value: Cell) -> bool:
    return value is None or isinstance(value, Marker)


def _absent(response: Response) -> tuple[int, ...]:
    return tuple(place for place, value in enumerate(response.values) if _is_absent(value))


def _layout_of(response: Response) -> Layout | None:
    """None where there is no datagram that the answer was read from."""
    if not response.datagram:
        return None
    return learn_layout(response.datagram, decode_answer_head(response.datagram), response)
