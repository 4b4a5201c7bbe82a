"""One operation with one SNMPv3 agent: attempts, the setting of clocks, and what a silence means.

Promises: an agent that refuses user, key or level is AUTH. Most agents say nothing at all to what they cannot decrypt;
so when an agent is silent to encrypted requests and answers an open one that asks for nothing, it is AUTH as well. Any
answer, a report of its engine's id or time too, is a sign of life: what is silent after it is not gone.
"""

import asyncio
from dataclasses import dataclass, field

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.message import Pdu, Request, Response, sign_of_life
from opsmon.protocol.snmp.pace import ResponseTimes, RetryPolicy, Terms, waits_of
from opsmon.protocol.snmp.replay import CachedOperation
from opsmon.protocol.snmp.traffic import Exchanged, Trace, Traffic
from opsmon.protocol.snmp.transaction import SocketAddress
from opsmon.protocol.snmp.v3.engine import Reason, UsmEngine, make_usm_engine
from opsmon.protocol.snmp.v3.usm import SecurityLevel, User

MAX_SETTINGS_OF_CLOCKS = 4  # for one request: its engine id, its time, and each once more
_NOTHING = Request(Pdu.GET, ())
# Of a poll's time, what is kept to find out what a silence means; and the most of it.
_SHARE_OF_LAST_WORD, _MAX_LAST_WORD_S = 0.3, 1.0


@dataclass(frozen=True, slots=True)
class UsmPeer:
    """Where an agent is, and which of its contexts is asked (RFC 3411, 3.3.3)."""

    address: SocketAddress
    context: str
    pace: ResponseTimes = field(default_factory=ResponseTimes, compare=False)


class UsmTransaction:
    """Runs an operation as `user`."""

    def __init__(
        self, engine: UsmEngine, peer: UsmPeer, user: User, traffic: Traffic, retry_policy: RetryPolicy, terms: Terms
    ) -> None:
        self._engine = engine
        self._peer = peer
        self._user = user
        self._traffic = traffic
        self._retry_policy = retry_policy
        self._terms = terms
        self._heard_unfit = False
        self._loop = asyncio.get_running_loop()
        self._answers: asyncio.Queue[Response | Reason] = asyncio.Queue()
        self._waits_s = waits_of(retry_policy, peer.pace, terms)
        self._asked_s = self._loop.time()
        left_s = terms.deadline_s - self._asked_s
        self._until_s = terms.deadline_s - min(_MAX_LAST_WORD_S, max(0.0, left_s) * _SHARE_OF_LAST_WORD)

    async def run(self, operation: CachedOperation, trace: Trace | None) -> None:
        """Until the operation has no more to ask; raises ProbeError."""
        self._engine.hearing.begin(self._peer.address, self._hear_unfit)
        try:
            await self._run(operation, trace)
        finally:
            self._engine.hearing.end(self._peer.address)

    async def _run(self, operation: CachedOperation, trace: Trace | None) -> None:
        attempts = 0
        while (request := operation.request) is not None:
            if attempts == 0:
                self._begin_request()
            began_s = self._loop.time()
            response = await self._ask(request, self._user.level, self._wait_s(attempts, trial=operation.is_trial))
            attempts += 1
            if response is None and not self._terms.contact.answered and self._is_over(attempts):
                response = await self._last_word(request, attempts)
            if trace is not None:
                trace(Exchanged(request, response, attempts, self._loop.time() - began_s))
            if response is not None:
                attempts = 0
                self._note_answer()
                operation.take(response)
            else:
                given_up = len(operation.silent)
                attempts = self._take_silence(operation, attempts)
                if len(operation.silent) > given_up:
                    await self._see_sign()

    def _begin_request(self) -> None:
        self._asked_s = self._loop.time()
        self._answers = asyncio.Queue()  # an answer to the request before, that was given up, is late

    def _wait_s(self, attempts: int, *, trial: bool) -> float:
        waits_s = self._waits_s
        wait_s = waits_s[0] / 2 if trial else waits_s[min(attempts, len(waits_s) - 1)]
        return max(0.0, min(wait_s, self._until_s - self._loop.time()))

    def _is_over(self, attempts: int) -> bool:
        return attempts >= len(self._waits_s) or self._loop.time() >= self._until_s

    def _take_silence(self, operation: CachedOperation, attempts: int) -> int:
        """What the agent is asked instead; gives the attempts made of that."""
        if self._loop.time() >= self._until_s:
            self._terms.ran_out = True
            operation.stop()
            return 0
        if attempts >= len(self._waits_s) or operation.is_trial:
            self._traffic.silences += 1
            if not operation.pass_over():
                raise self._silent(attempts)
            return 0
        self._traffic.retried += 1
        before = operation.request
        operation.take_silence(attempts)
        if operation.request is not before:
            self._begin_request()
        return attempts

    async def _see_sign(self) -> None:
        """Raises ProbeError for an agent that has just died, which must not pass for one with silent tables."""
        self._begin_request()
        for wait_s in self._waits_s:
            if await self._ask(sign_of_life(), self._user.level, self._spare_s(wait_s)) is not None:
                return
        raise self._silent(len(self._waits_s))

    def _note_answer(self) -> None:
        self._terms.contact.answered = True
        self._peer.pace.observe(self._loop.time() - self._asked_s)
        self._waits_s = waits_of(self._retry_policy, self._peer.pace, self._terms)

    def _hear(self, words: str) -> None:
        self._terms.contact.heard = words

    def _hear_unfit(self, words: str) -> None:
        """An answer that cannot be taken: from another address, or malformed. Then no key is to blame for a silence."""
        self._heard_unfit = True
        self._hear(words)

    async def _ask(
        self, request: Request, level: SecurityLevel, timeout_s: float, context: str | None = None
    ) -> Response | None:
        """The answer to any attempt, None if none came in time. Raises ProbeError for a refusal."""
        context = self._peer.context if context is None else context
        try:
            async with asyncio.timeout(timeout_s):
                for _ in range(MAX_SETTINGS_OF_CLOCKS):
                    answer = await self._send(request, level, context)
                    if isinstance(answer, Response):
                        return answer
                    if not answer.again:
                        outcome = Outcome.AUTH if answer.refused else Outcome.PROTOCOL
                        raise ProbeError(outcome, f"the agent refuses user {self._user.name}: {answer.words}")
                    self._hear("it told its SNMPv3 engine, and nothing else")
        except TimeoutError:
            return None
        raise ProbeError(Outcome.PROTOCOL, "the agent's SNMPv3 clock cannot be agreed upon")

    async def _send(self, request: Request, level: SecurityLevel, context: str) -> Response | Reason:
        answers = self._answers

        def tell(answer: Response | Reason) -> None:
            if answers is not self._answers:
                self._traffic.dropped_late += 1
                self._hear("its answer to an earlier request came late")
            else:
                self._traffic.received += 1
                answers.put_nowait(answer)

        self._traffic.sent += 1
        self._engine.send(self._user, level, self._peer.address, context, request, tell)
        return await answers.get()

    # --- what a silence means

    def _silent(self, attempts: int) -> ProbeError:
        words = f"no answer to {attempts} requests in {self._loop.time() - self._asked_s:.2g} s"
        if self._terms.contact.heard:
            return ProbeError(Outcome.PROTOCOL, f"{words}; {self._terms.contact.heard}")
        return ProbeError(Outcome.TIMEOUT, words)

    async def _last_word(self, request: Request, attempts: int) -> Response:
        """What an agent answers that came back in this moment. Raises what the silence of any other means."""
        self._traffic.silences += 1
        silent = self._silent(attempts)
        signed = await self._gives_a_sign()
        if not signed and (silent.outcome is Outcome.TIMEOUT or self._heard_unfit):
            raise silent
        # A device that boots, or whose line is back, was silent to everything: ask again before anything is blamed.
        response = await self._ask(request, self._user.level, self._spare_s(self._waits_s[-1]))
        if response is not None:
            return response
        raise await self._blamed(request, silent)

    async def _blamed(self, request: Request, silent: ProbeError) -> ProbeError:
        """The agent is there. It is its context, our key, or something that it does not say."""
        words = f"the agent is there, but silent to what user {self._user.name}"
        if self._peer.context:
            self._begin_request()
            if await self._ask(request, self._user.level, self._spare_s(self._waits_s[0]), context="") is not None:
                return ProbeError(Outcome.PROTOCOL, f"{words} asks of its context {self._peer.context}: it has no such")
        if self._user.level == SecurityLevel.AUTH_PRIV and not self._peer.context and not self._heard_unfit:
            return ProbeError(Outcome.AUTH, f"{words} encrypts: wrong privacy key or protocol")
        context = f" of its context {self._peer.context}" if self._peer.context else ""
        return ProbeError(Outcome.PROTOCOL, f"{words} asks{context} ({silent.detail})")

    def _spare_s(self, wished_s: float) -> float:
        return max(0.0, min(wished_s, (self._terms.deadline_s - self._loop.time()) / 2))

    async def _gives_a_sign(self) -> bool:
        """Whether the agent answers what is not encrypted, in the context that every agent has; a refusal is a sign of
        life, too."""
        self._begin_request()
        try:
            wait_s = self._spare_s(self._waits_s[0])
            return await self._ask(_NOTHING, SecurityLevel.NO_AUTH_NO_PRIV, wait_s, context="") is not None
        except ProbeError:
            return True


class UsmEngines:
    """As many pysnmp engines as there are users of one name with different keys (in general one), twice.

    pysnmp remembers the engine id behind an address for five minutes and cannot be told to forget it, while a device
    that is replaced, or reset, comes back with another. So a caller that met silence asks by the other generation of
    engines the next time, which knows nothing old of that address.
    """

    def __init__(self, traffic: Traffic, retry_policy: RetryPolicy) -> None:
        self._traffic = traffic
        self._retry_policy = retry_policy
        self._making = asyncio.Lock()
        self._generations: tuple[list[UsmEngine], list[UsmEngine]] = ([], [])

    def close(self) -> None:
        for engines in self._generations:
            for engine in engines:
                engine.close()
            engines.clear()

    async def conversation(self, peer: UsmPeer, user: User, generation: int, terms: Terms) -> UsmTransaction:
        engines = self._generations[generation]
        async with self._making:
            engine = next((engine for engine in engines if engine.can_take(user)), None)
            if engine is None:
                engine = await make_usm_engine(self._traffic)
                engines.append(engine)
            engine.add(user)
        return UsmTransaction(engine, peer, user, self._traffic, self._retry_policy, terms)
