"""The questions and answers of one call on one agent, as a machine without I/O: what to ask next, what an answer means.

Get and Walk are such machines; the v1/v2c conversation and the v3 driver both run them, so that errors, caps and odd
agents are dealt with once, and can be tested without a wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.message import ErrorStatus, Request, Response
from opsmon.protocol.snmp.session import Index, Oid, SnmpValue
from opsmon.protocol.snmp.silence import Fence


class Operation(Protocol):
    """Ask `request` until it is None; hand in each answer, or the silence, before asking again."""

    @property
    def request(self) -> Request | None: ...

    @property
    def problems(self) -> tuple[str, ...]: ...

    @property
    def hints(self) -> "Hints":
        """What the next operation of the same arguments should know, once this one has ended."""
        ...

    def columns(self) -> tuple[dict[Index, SnmpValue], ...]:
        """What was found, by row index; a GET's is one column, by the whole name."""
        ...

    def take(self, response: Response) -> None:
        """An answer to `request` came. Raises ProbeError when nothing sound can come of the operation any more."""
        ...

    @property
    def unread(self) -> frozenset[Oid]:
        """The columns, or of a GET the instances, of which not everything was read that the agent may have."""
        ...

    @property
    def silent(self) -> Mapping[Oid, Fence | None]:
        """Of `unread` what the agent left unanswered while it answered other requests."""
        ...

    @property
    def is_trial(self) -> bool:
        """Whether `request` only finds out which object it is that is not answered: one attempt is enough."""
        ...

    def take_silence(self, attempts: int) -> None:
        """No answer came, for the `attempts`-th time in a row: `request` may be a gentler one now."""
        ...

    def pass_over(self) -> bool:
        """The agent leaves `request` unanswered for good, and answers others: ask less at a time until it is clear
        which object it is, and go on without that one. False when there is nothing to ask."""
        ...

    def stop(self) -> None:
        """The time is over: keep what came and ask nothing more."""
        ...


@dataclass(frozen=True, slots=True)
class WalkLimits:
    """What one walk may cost, whatever the agent says; a walk that reaches a limit keeps what it has."""

    rows: int = 65_536  # of one column
    requests: int = 20_000
    octets: int = 64_000_000
    seconds: float = 600.0  # the time-out of the check comes sooner


@dataclass(frozen=True, slots=True)
class Hints:
    """What a walk has seen, and the next one of the same columns asks by.

    The size of its bindings, the rows of each column by its name, and the room of an answer: how many of just these
    bindings the agent was willing to send at once.
    """

    octets_per_binding: float = 23.0  # until the first walk has told: 64 to a frame, which many agents cap at too
    rows: Mapping[bytes, int] = field(default_factory=dict)
    room: int = 1000  # more than any answer has


@dataclass(slots=True)
class AgentQuirks:
    """What we have learned of an agent, kept from poll to poll.

    `bulk_works` false means that GETBULK went wrong where GETNEXT did not; it is tried again after a while, for
    firmware is replaced and packets are lost.
    """

    bulk_works: bool = True
    most_bindings: int = 100  # in one answer
    most_names: int = 40  # in one request
    calls_before_trying_more: int = 0
    ever_answered: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """What decides which requests are made."""
        return (self.bulk_works, self.most_bindings, self.most_names)

    def be_gentler(self) -> None:
        self.calls_before_trying_more = CALLS_BETWEEN_TRIALS

    def give_up_bulk(self) -> None:
        """GETBULK it was, and not the size of the answers."""
        self.bulk_works = False
        self.most_bindings = AgentQuirks().most_bindings
        self.be_gentler()

    def call_ended_well(self) -> None:
        """Count a good call; after enough of them allow what once failed."""
        if self.calls_before_trying_more == 0:
            return
        self.calls_before_trying_more -= 1
        if self.calls_before_trying_more == 0:
            self.bulk_works = True
            self.most_bindings = min(self.most_bindings * 2, AgentQuirks().most_bindings)
            self.most_names = min(self.most_names * 2, AgentQuirks().most_names)


CALLS_BETWEEN_TRIALS = 30
_REFUSALS = frozenset({ErrorStatus.NO_ACCESS, ErrorStatus.AUTHORIZATION_ERROR})


def status_name(status: int) -> str:
    """The error-status in the words of RFC 3416."""
    first, *rest = (ErrorStatus(status).name if status in _KNOWN else f"error-status {status}").lower().split("_")
    return first + "".join(word.title() for word in rest)


_KNOWN = frozenset(ErrorStatus)


def refusal(status: int) -> ProbeError:
    """The error of an operation that brought nothing but `status`."""
    outcome = Outcome.AUTH if status in _REFUSALS else Outcome.PROTOCOL
    return ProbeError(outcome, f"the agent answers {status_name(status)}")
