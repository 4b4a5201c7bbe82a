"""The SNMP engine of the fleet: one shared socket per address family, and what is known of each agent between polls."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.device import Device, SnmpAccess, SnmpVersion
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome
from opsmon.probe.resolver import Resolver
from opsmon.probe.snmp.conversation import Conversation, Patience, Peer, SocketAddress
from opsmon.probe.snmp.exchange import Habits, Limits
from opsmon.probe.snmp.get import Get
from opsmon.probe.snmp.message import VERSION_1, VERSION_2C
from opsmon.probe.snmp.plan import MakeExchange, Plan, Rehearsed
from opsmon.probe.snmp.session import Oid, SnmpSession, SnmpValue, Walked
from opsmon.probe.snmp.socket import SharedSocket
from opsmon.probe.snmp.traffic import Trace, Traffic
from opsmon.probe.snmp.walk import Walk

DEFAULT_COMMUNITY = "public"  # of a device of which the inventory says only that it has SNMP
MOST_PLANS = 8  # of one agent
_VERSIONS = {SnmpVersion.V1: VERSION_1, SnmpVersion.V2C: VERSION_2C}


@dataclass(slots=True)
class _Agent:
    """What is kept of one agent between polls: how it is reached, what it can do, and its turn-taking."""

    address: str
    access: SnmpAccess
    habits: Habits = field(default_factory=Habits)
    numeric: str = ""
    peer: tuple[int, Peer] | None = None
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    plans: dict[tuple[str, tuple[Oid, ...]], Plan] = field(default_factory=dict)

    def plan_of(self, call: str, oids: Sequence[Oid]) -> Plan:
        """The plan of a call by its arguments; of many different calls the oldest are forgotten."""
        key = (call, tuple(oids))
        plan = self.plans.get(key)
        if plan is None:
            if len(self.plans) >= MOST_PLANS:
                del self.plans[next(iter(self.plans))]
            plan = self.plans[key] = Plan()
        return plan


class SnmpEngine:
    """`start` it inside the loop, ask for sessions, `stop` it."""

    def __init__(
        self, resolver: Resolver | None = None, *, limits: Limits | None = None, patience: Patience | None = None
    ) -> None:
        self._resolver = resolver or Resolver(WallClock())
        self._limits = limits or Limits()
        self._patience = patience or Patience()
        self._traffic = Traffic()
        self._sockets: dict[int, SharedSocket] = {}
        self._agents: dict[DeviceName, _Agent] = {}

    async def start(self) -> None:
        """Opens the IPv4 socket, and the IPv6 one where the machine has IPv6; OSError when there is neither."""
        self._sockets[socket.AF_INET] = SharedSocket(socket.AF_INET, self._traffic)
        try:
            self._sockets[socket.AF_INET6] = SharedSocket(socket.AF_INET6, self._traffic)
        except OSError:
            self._sockets.pop(socket.AF_INET6, None)

    async def stop(self) -> None:
        for shared in self._sockets.values():
            shared.close()
        self._sockets.clear()

    @property
    def traffic(self) -> Traffic:
        """A copy of the counters as they are now."""
        return self._traffic.snapshot()

    def session(self, device: Device, trace: Trace | None = None) -> SnmpSession:
        """The session of a device that has `snmp`; cheap, and what was learned of the agent stays between calls."""
        if device.snmp is None:
            raise ProbeError(Outcome.LOCAL_FAULT, "no SNMP access is configured")
        agent = self._agents.get(device.name)
        if agent is None or agent.address != device.address or agent.access != device.snmp:
            agent = self._agents[device.name] = _Agent(device.address, device.snmp)
        return _CommunitySession(self, agent, trace)

    def keep_only(self, devices: Iterable[DeviceName]) -> None:
        """Forget what was learned of every other device (after a reload)."""
        kept = set(devices)
        for name in [name for name in self._agents if name not in kept]:
            del self._agents[name]

    async def converse(self, agent: _Agent, plan: Plan, make: MakeExchange, trace: Trace | None) -> Rehearsed:
        """Run an exchange when it is this agent's turn: one request at a time, for agents are small machines."""
        family, peer = await self._peer_of(agent)
        shared = self._sockets.get(family)
        if shared is None:
            raise ProbeError(Outcome.LOCAL_FAULT, f"no socket for {agent.address}: the SNMP engine is not running")
        async with agent.turn:
            exchange = Rehearsed(plan, make, agent.habits)
            await Conversation(shared, peer, exchange, self._patience, trace).run()
        return exchange

    async def _peer_of(self, agent: _Agent) -> tuple[int, Peer]:
        """Where the agent is now; a device given by its name may move."""
        numeric = await self._resolver.resolve(agent.address)
        if agent.numeric != numeric or agent.peer is None:
            family, address = socket_address(numeric, agent.access.port)
            community = agent.access.community.reveal() if agent.access.community else DEFAULT_COMMUNITY
            agent.peer = (family, Peer(address, _VERSIONS[agent.access.version], community.encode()))
            agent.numeric = numeric
            agent.plans.clear()  # their requests hold the community
        return agent.peer

    @property
    def limits(self) -> Limits:
        return self._limits


class _CommunitySession:
    """SNMP v1 or v2c."""

    def __init__(self, engine: SnmpEngine, agent: _Agent, trace: Trace | None) -> None:
        self._engine = engine
        self._agent = agent
        self._trace = trace

    async def get(self, oids: Sequence[Oid]) -> dict[Oid, SnmpValue]:
        agent = self._agent
        plan = agent.plan_of("get", oids)
        done = await self._engine.converse(agent, plan, lambda habits, size: Get(oids, habits), self._trace)
        return done.columns()[0]

    async def walk(self, columns: Sequence[Oid]) -> Walked:
        agent, limits = self._agent, self._engine.limits
        version = _VERSIONS[agent.access.version]
        plan = agent.plan_of("walk", columns)
        make = lambda habits, size: Walk(columns, habits, limits, version, size)  # noqa: E731
        done = await self._engine.converse(agent, plan, make, self._trace)
        return Walked(done.columns(), done.problems)


def socket_address(numeric: str, port: int) -> tuple[int, SocketAddress]:
    """The family of a numeric address, and how the socket names it; an IPv6 zone becomes the scope number."""
    try:
        address = ipaddress.ip_address(numeric)
        if address.version == 4:
            return socket.AF_INET, (str(address), port)
        scope = socket.if_nametoindex(address.scope_id) if address.scope_id else 0
    except (ValueError, OSError) as error:
        raise ProbeError(Outcome.LOCAL_FAULT, f"cannot use the address {numeric}: {error}") from error
    return socket.AF_INET6, (str(address).partition("%")[0], port, 0, scope)
