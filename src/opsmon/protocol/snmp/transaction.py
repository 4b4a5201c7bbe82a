"""One operation with one agent over the shared socket: request-ids, time-outs, retries, and which answer is the right.

Promises: an answer counts only when it comes from the address asked, with the version and community asked with, to a
request-id that is still waited for; anything else is counted, changes nothing, and is told to the contact. A retry of
the same request keeps its request-id, so that a slow agent's answer to the first is as good. What an agent leaves
unanswered while it answers other requests is passed over. A conversation that is cancelled leaves nothing.
"""

import asyncio
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import (
    MIN_REQUEST_ID,
    REQUEST_ID_BITS,
    Datagrams,
    EncodedRequest,
    MessageHead,
    Pdu,
    Request,
    Response,
    decode_response,
    encode_request,
    sign_of_life,
)
from opsmon.protocol.snmp.codec.value import Cell
from opsmon.protocol.snmp.pace import NOTABLE_S, ResponseTimes, RetryPolicy, Terms, waits_of
from opsmon.protocol.snmp.replay import CachedOperation
from opsmon.protocol.snmp.traffic import Exchanged, Trace, Traffic
from opsmon.text.bilingual import Sentence, with_more

SocketAddress = tuple[str, int] | tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class Peer:
    """Where an agent is and how it is spoken to."""

    address: SocketAddress
    version: int
    community: bytes = field(repr=False)
    pace: ResponseTimes = field(default_factory=ResponseTimes, compare=False)

    def encode(self, request: Request) -> Datagrams:
        """What asks this agent for the request."""
        return encode_request(self.version, self.community, request)

    def has_sent(self, head: MessageHead, datagram: bytes, source: SocketAddress) -> bool:
        """Whether a datagram is this agent's, as far as it can be told."""
        return (source, head.version, head.community) == (self.address, self.version, self.community)


_NOTHING = EncodedRequest(b"", b"")


def _random_ids() -> Iterator[int]:
    """Request-ids that nobody can foresee, fetched from the kernel by the thousand."""
    while True:
        for (number,) in struct.iter_unpack(">I", secrets.token_bytes(4 * 1024)):
            yield MIN_REQUEST_ID | number % 2**REQUEST_ID_BITS


_RANDOM_IDS = _random_ids()


class Wire(Protocol):
    """What a conversation needs of the socket."""

    traffic: Traffic

    def send(self, datagram: bytes, address: SocketAddress) -> None:
        """Raises ProbeError(LOCAL_FAULT or REFUSED) when it cannot go out."""
        ...

    def expect(self, request_id: int, conversation: "Transaction") -> None: ...

    def forget(self, request_id: int) -> None: ...

    def is_expected(self, request_id: int) -> bool: ...

    def read_before_blame(self) -> None:
        """Hand out whatever has arrived already: we may have been late to look."""
        ...


class Transaction:
    """Runs `operation`; `done` gets None, or the ProbeError that ended it."""

    __slots__ = (
        "_attempts",
        "_deadline_s",
        "_encoded",
        "_first_sent_s",
        "_id",
        "_loop",
        "_operation",
        "_retry_policy",
        "_sent_at_s",
        "_sign",
        "_silent_since_s",
        "_suspicion",
        "_terms",
        "_timer",
        "_timer_at_s",
        "_trace",
        "_waits_s",
        "_wire",
        "done",
        "is_unanswered",
        "peer",
    )  # fmt: skip

    def __init__(
        self,
        wire: Wire,
        peer: Peer,
        operation: CachedOperation,
        retry_policy: RetryPolicy,
        terms: Terms,
        trace: Trace | None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self._loop.create_future()
        self.peer = peer
        self._wire = wire
        self._operation = operation
        self._retry_policy = retry_policy
        self._terms = terms
        self._trace = trace
        self._waits_s = waits_of(retry_policy, peer.pace, terms)
        self._suspicion = ""  # what came instead of an answer
        self._timer: asyncio.TimerHandle | None = None
        self._id = 0
        self._attempts = 0
        self._sign: Request | None = None  # asked in between, to see whether the agent is there
        self.is_unanswered = True
        self._timer_at_s = self._deadline_s = self._sent_at_s = self._first_sent_s = self._silent_since_s = 0.0
        self._encoded: Datagrams = _NOTHING

    async def run(self) -> None:
        """Until the operation has no more to ask; raises ProbeError."""
        try:
            self._ask()
            await self.done
        finally:
            self._wire.forget(self._id)
            if self._timer is not None:
                self._timer.cancel()

    # --- asking

    def _ask(self, attempts: int = 0, now_s: float = 0.0) -> None:
        """Send what the operation wants next, under a new id; or finish. `attempts` were made in vain before; `now_s`
        is the loop's time where the caller has just looked."""
        self._wire.forget(self._id)
        request = self._sign or self._operation.request
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._id = self._new_id()
        self._wire.expect(self._id, self)
        self._attempts = attempts
        self.is_unanswered = True
        self._first_sent_s = 0.0
        if request.encoded is None:
            request.encoded = self.peer.encode(request)
        self._encoded = request.encoded
        self._send(now_s)

    def _new_id(self) -> int:
        """A random id (a guesser far away has one chance in a thousand million), and nobody's at present."""
        while True:
            request_id = next(_RANDOM_IDS)
            if not self._wire.is_expected(request_id):
                return request_id

    def _send(self, now_s: float = 0.0) -> None:
        self._wire.send(self._encoded.with_id(self._id), self.peer.address)
        self._sent_at_s = sent_at_s = now_s or self._loop.time()
        if not self._first_sent_s:
            self._first_sent_s = sent_at_s
        if not self._attempts:
            self._silent_since_s = sent_at_s
        is_usual = not self._attempts and self._operation.follows_plan
        deadline_s = sent_at_s + (self._waits_s[0] if is_usual else self._wait_s())
        self._deadline_s = deadline_s = deadline_s if deadline_s < self._terms.deadline_s else self._terms.deadline_s
        self._attempts += 1
        timer = self._timer
        if timer is not None and self._timer_at_s > deadline_s:  # a shorter wait than the one before
            timer.cancel()
            timer = None
        if timer is None:
            self._timer, self._timer_at_s = self._loop.call_at(deadline_s, self._on_timer), deadline_s

    def _wait_s(self) -> float:
        """How long this attempt may take."""
        waits_s = self._waits_s
        if self._operation.is_trial and self._sign is None:
            return waits_s[0] / 2
        return waits_s[self._attempts] if self._attempts < len(waits_s) else waits_s[-1]

    def _on_timer(self) -> None:
        """The timer is set once and looks again: answers that come in time move the deadline, not the timer."""
        self._timer = None
        self._wire.read_before_blame()
        if self.done.done():
            return
        if self._loop.time() < self._deadline_s:
            if self._timer is None:
                self._timer = self._loop.call_at(self._deadline_s, self._on_timer)
                self._timer_at_s = self._deadline_s
            return
        try:
            self._on_silence()
        except ProbeError as error:
            self.fail(error)

    def _on_silence(self) -> None:
        operation, attempts = self._operation, self._attempts
        request = self._sign or operation.request
        self._tell(request, None)
        if self._loop.time() >= self._terms.deadline_s:
            self._run_out()
            return
        if attempts >= len(self._waits_s) or (self._sign is None and operation.is_trial):
            self._wire.traffic.silences += 1
            if self._sign is not None or not self._terms.contact.answered:
                raise self._silent()
            self._pass_over()
            return
        self._wire.traffic.retried += 1
        if self._sign is None:
            operation.take_silence(attempts)
        if self._sign is None and operation.request is not request:
            self._ask(attempts)
        else:
            self._send()

    def _pass_over(self) -> None:
        """Go on without what is not answered; whether the agent is there at all is asked each time that it is given up
        on something, so that one that has just died does not pass for one with silent tables."""
        given_up = len(self._operation.silent)
        if not self._operation.pass_over():
            raise self._silent()
        if len(self._operation.silent) > given_up:
            self._sign = sign_of_life()
        self._ask_patiently()

    def _ask_patiently(self) -> None:
        self._waits_s = waits_of(self._retry_policy, self.peer.pace, self._terms)
        self._ask()

    def _run_out(self) -> None:
        """The check's time is over: what came is kept, if anything came."""
        self._terms.ran_out = True
        if not self._terms.contact.answered:
            self._wire.traffic.silences += 1
            raise self._silent()
        self._operation.stop()
        self._ask()

    def _silent(self) -> ProbeError:
        waited_s = self._loop.time() - self._silent_since_s
        words = Sentence(
            f"no answer to {self._attempts} requests in {waited_s:.2g} s",
            f"{self._attempts} 次请求在 {waited_s:.2g} 秒内无应答",
        )
        if self._suspicion:
            return ProbeError(Outcome.PROTOCOL, with_more(words, self._suspicion))
        return ProbeError(Outcome.TIMEOUT, words)

    def left_unanswered(self) -> tuple[Peer, float] | None:
        """The agent, and when it was asked, if the request that is forgotten now has had no answer."""
        return (self.peer, self._first_sent_s) if self._attempts and self.is_unanswered else None

    # --- listening

    def take_quickly(self, datagram: bytes) -> bool:
        """Whether a datagram from our peer is the answer, of the layout expected; if not, it is for `take` to judge."""
        layout = self._operation.expected
        if layout is None or self._sign is not None:
            return False
        values = layout.read(datagram, self._id)
        if values is None:
            return False
        self._take_values(values, len(datagram))
        return True

    def _take_values(self, values: list[Cell], octets: int) -> None:
        """The answer, of so many octets, had the layout expected."""
        self._note_answer(now_s := self._loop.time())
        request = self._operation.request
        response = self._operation.take_values(values, octets)
        self._tell(request, response)
        try:
            self._ask(now_s=now_s)
        except ProbeError as error:
            self.fail(error)

    def take(self, head: MessageHead, data: bytes, source: SocketAddress) -> None:
        """A datagram with our request-id came; never raises."""
        if self._is_foreign(head, source):
            return
        try:
            response = decode_response(data, head)
        except MalformedBerError as error:
            self._note_malformed(error)
            return
        self._take_response(response)

    def _note_malformed(self, error: MalformedBerError) -> None:
        self._wire.traffic.dropped_malformed += 1
        self.suspect(Sentence(f"its answer is malformed: {error}", f"应答格式有误：{error}"))

    def _take_response(self, response: Response) -> None:
        self._tell(self._sign or self._operation.request, response)
        self._note_answer(self._loop.time())
        try:
            if self._sign is None:
                self._operation.take(response)
            self._sign = None
            self._ask()
        except ProbeError as error:
            self.fail(error)

    def _note_answer(self, now_s: float) -> None:
        self._suspicion = ""
        self.is_unanswered = False
        took_s = now_s - self._first_sent_s
        pace, contact = self.peer.pace, self._terms.contact
        if took_s > NOTABLE_S or pace.smoothed_s > NOTABLE_S:
            pace.observe(took_s)
        elif contact.answered:
            return
        contact.answered = True
        self._waits_s = waits_of(self._retry_policy, pace, self._terms)

    def _tell(self, request: Request | None, response: Response | None) -> None:
        if request is not None and self._trace is not None:
            self._trace(Exchanged(request, response, self._attempts, self._loop.time() - self._sent_at_s))

    def _is_foreign(self, head: MessageHead, source: SocketAddress) -> bool:
        traffic, peer = self._wire.traffic, self.peer
        if self._is_from_elsewhere(head.version, source):
            return True
        if head.community != peer.community:
            traffic.dropped_wrong_community += 1
            self.suspect(Sentence("it answers with another community", "应答的团体字不符"))
        elif head.pdu != Pdu.RESPONSE:
            traffic.dropped_malformed += 1
            self.suspect(
                Sentence(f"its answer is a PDU of type 0x{head.pdu:02x}", f"应答的 PDU 类型是 0x{head.pdu:02x}")
            )
        else:
            return False
        return True

    def _is_from_elsewhere(self, version: int, source: SocketAddress) -> bool:
        traffic, peer = self._wire.traffic, self.peer
        if source[:2] != peer.address[:2]:
            traffic.dropped_wrong_source += 1
            self.suspect(
                Sentence(f"an answer came from {source[0]} port {source[1]}", f"应答来自 {source[0]} 端口 {source[1]}")
            )
        elif version != peer.version:
            traffic.dropped_wrong_version += 1
            self.suspect(Sentence("it answers in another SNMP version", "应答的 SNMP 版本不符"))
        else:
            return False
        return True

    def suspect(self, what: str) -> None:
        """Something came that is no answer: worth telling when no answer comes, whoever ends the conversation."""
        self._suspicion = self._terms.contact.heard = what

    def fail(self, error: ProbeError) -> None:
        """The network says that the agent cannot be reached."""
        if not self.done.done():
            self.done.set_exception(error)
