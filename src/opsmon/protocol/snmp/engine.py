"""The SNMP engine of the fleet: one shared socket per address family, whatever the version."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from time import monotonic

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.device import Device, SnmpVersion
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome
from opsmon.protocol.neighbour_pace import NeighbourPace
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.agent import VERSIONS, Agent
from opsmon.protocol.snmp.care import NO_CAUTION, Caution
from opsmon.protocol.snmp.codec.ber import encode_oid
from opsmon.protocol.snmp.codec.message import VERSION_2C
from opsmon.protocol.snmp.get import Get
from opsmon.protocol.snmp.operation import AgentQuirks, Hints, WalkLimits
from opsmon.protocol.snmp.pace import RetryPolicy, Terms
from opsmon.protocol.snmp.replay import CachedCall, CachedOperation, MakeExchange
from opsmon.protocol.snmp.session import NO_ROWS, Index, Oid, SnmpSession, SnmpValue, Walked
from opsmon.protocol.snmp.shared_steps import SharedSteps
from opsmon.protocol.snmp.socket import SharedSocket
from opsmon.protocol.snmp.traffic import Trace, Traffic
from opsmon.protocol.snmp.transaction import Transaction
from opsmon.protocol.snmp.v3.call import UsmCall
from opsmon.protocol.snmp.walk import Walk

SILENT_AFTER = 4  # polls in a row without an answer: the first, and every confirmation


class SnmpEngine:
    """`start` it inside the loop, ask for sessions, `stop` it."""

    def __init__(
        self,
        resolver: Resolver | None = None,
        *,
        limits: WalkLimits | None = None,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self._resolver = resolver or Resolver(WallClock())
        self._limits = limits or WalkLimits()
        self._retry_policy = retry_policy or RetryPolicy()
        self._silent_policy = replace(self._retry_policy, asks_once=True)
        self._pace = NeighbourPace()
        self._traffic = Traffic()
        self._sockets: dict[int, SharedSocket] = {}  # by the length of a socket address: 2 for IPv4, 4 for IPv6
        self._agents: dict[DeviceName, Agent] = {}
        self.held_back = 0  # calls that wait until their neighbourhood may have another
        self.waiting = 0  # calls that wait until their agent has answered another one
        self._shared = SharedSteps()

    async def start(self) -> None:
        """Opens the IPv4 socket, and the IPv6 one where the machine has IPv6. Raises OSError."""
        self._sockets[2] = SharedSocket(socket.AF_INET, self._traffic)
        with contextlib.suppress(OSError):  # IPv6 is compiled out, or switched off
            self._sockets[4] = SharedSocket(socket.AF_INET6, self._traffic)

    async def stop(self) -> None:
        for shared in self._sockets.values():
            shared.close()
        self._sockets.clear()

    @property
    def traffic(self) -> Traffic:
        """A copy of the counters as they are now."""
        return self._traffic.snapshot()

    @property
    def in_flight(self) -> int:
        """Requests whose answer is awaited."""
        return sum(shared.in_flight for shared in self._sockets.copy().values())

    def counts(self) -> dict[str, int]:
        """The counters by name, for the daemon's own metrics."""
        return self._traffic.as_mapping()

    def session(self, device: Device, trace: Trace | None = None, terms: Terms | None = None) -> SnmpSession:
        """The session of a device that has `snmp`; cheap, and what was learned of the agent stays between calls."""
        if device.snmp is None:
            raise ProbeError(Outcome.LOCAL_FAULT, "no SNMP access is configured")
        agent, family = self._agents.get(device.name), _family_of(device)
        if agent is None or (agent.address, agent.access, agent.family) != (device.address, device.snmp, family):
            agent = self._agents[device.name] = Agent(device.address, device.snmp, family, self._shared)
        return _AgentSession(self, agent, self._limits, terms or Terms(), trace)

    def keep_only(self, devices: Iterable[DeviceName]) -> None:
        """Forget what was learned of every other device (after a reload)."""
        kept = set(devices)
        for name in [name for name in self._agents if name not in kept]:
            del self._agents[name]

    async def converse(
        self, agent: Agent, plan: CachedCall, make: MakeExchange, terms: Terms, trace: Trace | None
    ) -> CachedOperation:
        """Run an operation when it is this agent's turn. Raises ProbeError."""
        numeric = self._resolver.numeric(agent.address) if agent.family is None else ()
        address = agent.at(numeric[0] if numeric else await self._resolver.resolve(agent.address, agent.family))
        if len(address) not in self._sockets:
            raise ProbeError(Outcome.LOCAL_FAULT, f"no socket for {agent.address}: the SNMP engine is not running")
        wait_s = self._pace.wait_s(address[0], asyncio.get_running_loop().time())
        if wait_s:
            await self._hold_back(wait_s)
        async with self._turn_of(agent):
            operation = CachedOperation(plan, make, agent.quirks)
            shared, policy = self._sockets[len(address)], self._policy_for(agent)
            try:
                if agent.access.version is SnmpVersion.V3:
                    await UsmCall(shared, agent.usm_peer_at(address), operation, policy, terms, trace).run()
                else:
                    await Transaction(shared, agent.peer_at(address), operation, policy, terms, trace).run()
            except ProbeError:
                agent.misses = 0 if terms.contact.answered else agent.misses + 1
                raise
            agent.misses = 0
        return operation

    async def _hold_back(self, seconds: float) -> None:
        self.held_back += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self.held_back -= 1

    def _policy_for(self, agent: Agent) -> RetryPolicy:
        """An agent that is known to be silent is asked once a poll, and waited for as long: what it leaves unanswered
        is not sent three times for days, and its return is seen no later."""
        return self._silent_policy if agent.misses >= SILENT_AFTER else self._retry_policy

    def _turn_of(self, agent: Agent) -> AbstractAsyncContextManager[None]:
        """One request at a time; who has to wait is counted, and nobody else pays for that."""
        return self._counted_turn(agent) if agent.turn.locked() else agent.turn

    @contextlib.asynccontextmanager
    async def _counted_turn(self, agent: Agent) -> AsyncIterator[None]:
        self.waiting += 1
        try:
            await agent.turn.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            agent.turn.release()


def _family_of(device: Device) -> int | None:
    return next((check.family for check in device.checks if check.kind == "snmp"), None)


class _AgentSession:
    """The calls that the rest of opsmon makes on one agent in one poll."""

    def __init__(self, engine: SnmpEngine, agent: Agent, limits: WalkLimits, terms: Terms, trace: Trace | None) -> None:
        self._engine = engine
        self._agent = agent
        self._limits = limits
        self._terms = terms
        self._trace = trace
        self.unread: set[Oid] = set()
        self.silent: dict[Oid, float] = {}

    @property
    def ran_out(self) -> bool:
        return self._terms.ran_out

    def pauses(self, oids: Collection[Oid]) -> dict[Oid, float]:
        if not oids or not (silences := self._agent.silences):
            return {}
        now_s = monotonic()
        return {oid: silences.pause_left_s(oid, now_s) for oid in oids if silences.is_silent(oid)}

    async def get(self, oids: Sequence[Oid]) -> dict[Oid, SnmpValue]:
        if self._terms.ran_out:
            self.unread.update(oids)
            return {}
        if not self._agent.silences:
            return (await self._get(oids)).values()
        sound, doubtful, paused = self._agent.silences.sort(oids, monotonic())
        self._leave_out(paused)
        values = (await self._get(sound)).values() if sound else {}
        return values | ((await self._get(doubtful, doubtful=True)).values() if doubtful else {})

    async def _get(self, oids: Sequence[Oid], *, doubtful: bool = False) -> CachedOperation:
        def make(quirks: AgentQuirks, hints: Hints) -> Get:
            return Get(oids, quirks, doubtful=doubtful)

        return await self._run("try" if doubtful else "get", oids, make)

    async def walk(self, columns: Sequence[Oid], after: Mapping[Oid, Index] = NO_ROWS) -> Walked:
        if self._terms.ran_out:
            self.unread.update(columns)
            return Walked(tuple({} for _ in columns))
        if not self._agent.silences:
            done = await self._walk(columns, after=after)
            return Walked(done.columns(), done.problems)
        sound, doubtful, paused = self._agent.silences.sort(columns, monotonic())
        self._leave_out(paused)
        found: dict[Oid, Mapping[Index, SnmpValue]] = {}
        problems: tuple[str, ...] = ()
        for asked, again in ((sound, False), (doubtful, True)):
            if asked:
                done = await self._walk(asked, doubtful=again)
                found |= zip(asked, done.columns(), strict=True)
                problems += done.problems
        return Walked(tuple(found.get(column, {}) for column in columns), problems)

    async def _walk(
        self, columns: Sequence[Oid], *, doubtful: bool = False, after: Mapping[Oid, Index] = NO_ROWS
    ) -> CachedOperation:
        version = VERSIONS.get(self._agent.access.version, VERSION_2C)
        call, caution = "walk", NO_CAUTION
        if self._agent.silences:
            fences = {} if doubtful else self._agent.silences.fences(columns)
            call, caution = f"walk {doubtful} {fences}", Caution(doubtful, True, fences, self._agent.rows)

        def make(quirks: AgentQuirks, hints: Hints) -> Walk:
            return Walk(columns, quirks, self._limits, version, hints, caution=caution, after=after)

        plan = CachedCall() if after else None  # such a call does not come again
        done = await self._run(call, columns, make, plan)
        if self._agent.silences:
            found = zip(columns, done.columns(), strict=True)
            self._agent.rows |= {encode_oid(column): len(cells) for column, cells in found}
        return done

    async def _run(
        self, call: str, oids: Sequence[Oid], make: MakeExchange, plan: CachedCall | None = None
    ) -> CachedOperation:
        plan = plan or self._agent.plan_of(call, oids)
        done = await self._engine.converse(self._agent, plan, make, self._terms, self._trace)
        silences = self._agent.silences
        if done.follows_plan and not silences:
            return done
        self.unread |= done.unread
        silent = done.silent
        if (silences or silent) and not self._terms.ran_out:
            silences.note(oids, silent, monotonic())
            self._leave_out(oid for oid in silent if oid in done.unread)
        return done

    def _leave_out(self, oids: Iterable[Oid]) -> None:
        """Of these nothing is known in this poll."""
        now_s = monotonic()
        for oid in oids:
            self.unread.add(oid)
            self.silent[oid] = self._agent.silences.pause_left_s(oid, now_s)
