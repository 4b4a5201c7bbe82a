"""What is kept of one agent between polls: how it is reached, what it can do, how its calls go, whose turn it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from opsmon.model.device import SnmpAccess, SnmpVersion
from opsmon.protocol.address import socket_address
from opsmon.protocol.snmp.codec.message import VERSION_1, VERSION_2C, VERSION_3
from opsmon.protocol.snmp.operation import AgentQuirks
from opsmon.protocol.snmp.pace import ResponseTimes
from opsmon.protocol.snmp.replay import CachedCall
from opsmon.protocol.snmp.session import Oid
from opsmon.protocol.snmp.shared_steps import SharedSteps
from opsmon.protocol.snmp.silence import Silences
from opsmon.protocol.snmp.transaction import Peer, SocketAddress
from opsmon.protocol.snmp.v3.association import Association
from opsmon.protocol.snmp.v3.peer import UsmPeer
from opsmon.protocol.snmp.v3.user import user_of

DEFAULT_COMMUNITY = "public"  # of a device of which the inventory says only that it has SNMP
MAX_PLANS = 16
# Of the calls on an agent: what does not come again within so many has no plan. A poll makes two or three calls and
# reads labels every tenth time; a survey, which asks for most, comes an hour later.
SOON = 64
VERSIONS = {SnmpVersion.V1: VERSION_1, SnmpVersion.V2C: VERSION_2C}


@dataclass(slots=True)
class Agent:
    """One agent. `turn` lets one request at a time through: agents are small machines."""

    address: str
    access: SnmpAccess
    family: int | None = None
    shared: SharedSteps = field(default_factory=SharedSteps)  # of the fleet
    quirks: AgentQuirks = field(default_factory=AgentQuirks)
    pace: ResponseTimes = field(default_factory=ResponseTimes)
    silences: Silences = field(default_factory=Silences)
    rows: dict[bytes, int] = field(default_factory=dict)  # of each column, where something is silent
    misses: int = 0  # calls in a row that brought no answer at all
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    _plans: dict[tuple[str, tuple[Oid, ...]], CachedCall] = field(default_factory=dict)
    _calls: int = 0
    _numeric: str = ""
    _socket_address: SocketAddress | None = None
    _peer: Peer | None = None
    _usm_peer: UsmPeer | None = None
    _association: Association | None = None

    def plan_of(self, call: str, oids: Sequence[Oid]) -> CachedCall:
        """The plan of a call by its arguments; of many different calls those longest unused are forgotten."""
        key = (call, tuple(oids))
        plan = self._plans.pop(key, None)
        if plan is None:
            plan = CachedCall(self.shared)
            if len(self._plans) >= MAX_PLANS:
                del self._plans[next(iter(self._plans))]
        self._calls += 1
        plan.comes_often, plan.last_call = self._calls - plan.last_call <= SOON, self._calls
        self._plans[key] = plan
        if self._calls % SOON == 0:
            self._thin_out()
        return plan

    def _thin_out(self) -> None:
        """Calls that have not come for long keep their hints alone."""
        for plan in self._plans.values():
            if plan.steps and self._calls - plan.last_call > SOON:
                plan.forget()

    def at(self, numeric: str) -> SocketAddress:
        """Where the agent is, now that its address or name has been resolved."""
        if self._socket_address is None or numeric != self._numeric:
            self._socket_address = socket_address(numeric, self.access.port)
            self._numeric = numeric
            self._peer = self._usm_peer = None
        return self._socket_address

    def peer_at(self, address: SocketAddress) -> Peer:
        """The agent as v1 and v2c speak to it."""
        if self._peer is None:
            community = self.access.community.reveal() if self.access.community else DEFAULT_COMMUNITY
            self._peer = Peer(address, VERSIONS[self.access.version], community.encode(), self.pace)
        return self._peer

    def usm_peer_at(self, address: SocketAddress) -> UsmPeer:
        """The agent as v3 speaks to it. Raises ProbeError(AUTH) for keys that cannot be."""
        if self._association is None:
            self._association = Association(user_of(self.access), self.access.context)
        if self._usm_peer is None:
            self._usm_peer = UsmPeer(address, VERSION_3, b"", self.pace, association=self._association)
        return self._usm_peer
