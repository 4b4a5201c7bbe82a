"""One exchange with one SNMPv3 agent: attempts, the setting of clocks, and what a silence means.

Promises: an agent that refuses user, key or level is AUTH. Most agents say nothing at all to what they cannot decrypt;
so when an agent is silent to encrypted requests and answers an open one that asks for nothing, it is AUTH as well.
"""

import asyncio
from dataclasses import dataclass

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.probe.snmp.conversation import Patience, SocketAddress
from opsmon.probe.snmp.message import Pdu, Request, Response
from opsmon.probe.snmp.plan import Rehearsed
from opsmon.probe.snmp.traffic import Exchanged, Trace, Traffic
from opsmon.probe.snmp.usm import SecurityLevel, User
from opsmon.probe.snmp.usm_engine import Reason, UsmEngine, make_usm_engine

MOST_SETTINGS_OF_CLOCKS = 4  # for one request: its engine id, its time, and each once more
_NOTHING = Request(Pdu.GET, ())


@dataclass(frozen=True, slots=True)
class UsmPeer:
    """Where an agent is, and which of its contexts is asked (RFC 3411, 3.3.3)."""

    address: SocketAddress
    context: str


class UsmConversation:
    """Runs an exchange as `user`."""

    def __init__(self, engine: UsmEngine, peer: UsmPeer, user: User, traffic: Traffic, patience: Patience) -> None:
        self._engine = engine
        self._peer = peer
        self._user = user
        self._traffic = traffic
        self._patience = patience
        self._ever_answered = False

    async def run(self, exchange: Rehearsed, trace: Trace | None) -> None:
        """Until the exchange has no more to ask; raises ProbeError."""
        attempts = 0
        loop = asyncio.get_running_loop()
        while (request := exchange.request) is not None:
            began_s = loop.time()
            response = await self._ask(request, self._user.level, self._patience.attempts_s[attempts])
            attempts += 1
            if response is None and attempts == len(self._patience.attempts_s):
                response = await self._last_word(request, attempts)
            if trace is not None:
                trace(Exchanged(request, response, attempts, loop.time() - began_s))
            if response is not None:
                attempts = 0
                self._ever_answered = True
                exchange.take(response)
            else:
                self._traffic.retried += 1
                exchange.take_silence(attempts)

    async def _ask(self, request: Request, level: SecurityLevel, timeout_s: float) -> Response | None:
        """The answer, None if none came in time. Raises ProbeError for a refusal."""
        try:
            async with asyncio.timeout(timeout_s):
                for _ in range(MOST_SETTINGS_OF_CLOCKS):
                    answer = await self._send(request, level)
                    if isinstance(answer, Response):
                        return answer
                    if not answer.again:
                        outcome = Outcome.AUTH if answer.refused else Outcome.PROTOCOL
                        raise ProbeError(outcome, f"the agent refuses user {self._user.name}: {answer.words}")
        except TimeoutError:
            return None
        raise ProbeError(Outcome.PROTOCOL, "the agent's SNMPv3 clock cannot be agreed upon")

    async def _send(self, request: Request, level: SecurityLevel) -> Response | Reason:
        told: asyncio.Future[Response | Reason] = asyncio.get_running_loop().create_future()

        def tell(answer: Response | Reason) -> None:
            if told.done():
                self._traffic.dropped_late += 1
            else:
                self._traffic.received += 1
                told.set_result(answer)

        self._traffic.sent += 1
        self._engine.send(self._user, level, self._peer.address, self._peer.context, request, tell)
        return await told

    async def _last_word(self, request: Request, attempts: int) -> Response:
        """What an agent answers that came back in this moment. Raises what the silence of any other means."""
        self._traffic.silences += 1
        waited_s = sum(self._patience.attempts_s)
        silent = ProbeError(Outcome.TIMEOUT, f"no answer to {attempts} requests in {waited_s:g} s")
        if self._user.level != SecurityLevel.AUTH_PRIV or self._ever_answered or not await self._gives_a_sign():
            raise silent
        # A device that boots, or whose line is back, was silent to everything: ask again before the key is blamed.
        response = await self._ask(request, self._user.level, self._patience.attempts_s[-1])
        if response is None:
            words = f"the agent is there, but silent to what user {self._user.name} encrypts"
            raise ProbeError(Outcome.AUTH, f"{words}: wrong privacy key or protocol")
        return response

    async def _gives_a_sign(self) -> bool:
        """Whether the agent answers what is not encrypted; a refusal is a sign of life, too."""
        try:
            return await self._ask(_NOTHING, SecurityLevel.NO_AUTH_NO_PRIV, self._patience.attempts_s[0]) is not None
        except ProbeError:
            return True


class UsmEngines:
    """As many pysnmp engines as there are users of one name with different keys (in general one), twice.

    pysnmp remembers the engine id behind an address for five minutes and cannot be told to forget it, while a device
    that is replaced, or reset, comes back with another. So a caller that met silence asks by the other generation of
    engines the next time, which knows nothing old of that address.
    """

    def __init__(self, traffic: Traffic, patience: Patience) -> None:
        self._traffic = traffic
        self._patience = patience
        self._making = asyncio.Lock()
        self._generations: tuple[list[UsmEngine], list[UsmEngine]] = ([], [])

    def close(self) -> None:
        for engines in self._generations:
            for engine in engines:
                engine.close()
            engines.clear()

    async def conversation(self, peer: UsmPeer, user: User, generation: int) -> UsmConversation:
        engines = self._generations[generation]
        async with self._making:
            engine = next((engine for engine in engines if engine.can_take(user)), None)
            if engine is None:
                engine = await make_usm_engine(self._traffic)
                engines.append(engine)
            engine.add(user)
        return UsmConversation(engine, peer, user, self._traffic, self._patience)
