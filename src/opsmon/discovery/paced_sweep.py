"""A sweep over many addresses at a stated pace: who answers a ping, then who answers over SNMP, and what it is.

Promises: at most `pace` addresses are begun a second, and no agent has more than one request of ours at a time; at most
`MAX_AT_ONCE` addresses are in hand, so that memory does not grow with the network, and a sweep of silence takes no
longer than its addresses divided by its pace, and the last time-outs. What was found stays when the sweep is cancelled.
Our own fault is told apart from silence.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from opsmon.clock import WallClock
from opsmon.discovery.found import DeviceLook, HostAnswer
from opsmon.discovery.look import look_at
from opsmon.errors import ProbeError
from opsmon.model.device import Device, Kind, SnmpAccess
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.probe.profile.choose import ProfileSet
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.pace import Terms
from opsmon.text.bilingual import Text, in_language

MAX_AT_ONCE = 512
PINGS = 2  # one that is lost is no silence
LOOK_S = 60.0  # what one device is given
AGENTS_KEPT = 1024  # what is learned of agents is forgotten beyond this number
NO_AGENT = Text("no SNMP agent takes any of the accesses", "没有 SNMP 代理接受这些访问方式")
CLOSED = Text("its SNMP port is closed", "SNMP 端口关闭")
Done = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SweepTerms:
    """`pace` is addresses a second, `timeout_s` how long an answer is waited for. Without `pings_first` SNMP is asked
    of silent addresses too."""

    pace: float
    timeout_s: float
    pings_first: bool = True


class PacedSweep:
    """`run` it inside a loop; `answers`, `asked` and `faults` may be read whenever it ended, and by whatever."""

    def __init__(self, accesses: Sequence[SnmpAccess], profiles: ProfileSet, terms: SweepTerms, done: Done) -> None:
        self._accesses, self._profiles, self._terms, self._done = accesses, profiles, terms, done
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._busy: set[DeviceName] = set()
        self._may_ping = terms.pings_first
        self._number = 0
        self._answers: dict[int, HostAnswer] = {}  # by the place of their addresses in the sweep
        self.faults: Counter[str] = Counter()  # what went wrong on our side, by its words
        self.pings_refused = ""  # why this machine may not ping
        self.asked = 0

    @property
    def answers(self) -> tuple[HostAnswer, ...]:
        """In the order of the addresses."""
        return tuple(self._answers[place] for place in sorted(self._answers))

    async def run(self, addresses: Iterable[str]) -> None:
        """The whole sweep. Raises OSError where there is no socket to be had."""
        clock = WallClock()
        self._pinger, self._engine = FleetPinger(clock), SnmpEngine(Resolver(clock))
        await self._engine.start()
        try:
            self._may_ping = self._may_ping and self._can_ping()
            async with asyncio.TaskGroup() as group:
                await self._begin_all(addresses, group)
        finally:
            await self._engine.stop()
            self._pinger.close()

    def _can_ping(self) -> bool:
        if self._pinger.open():
            return True
        self.pings_refused = "this machine may not ping"
        return False

    async def _begin_all(self, addresses: Iterable[str], group: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for place, address in enumerate(addresses):
            await self._places.acquire()
            if (wait_s := due_s - loop.time()) > 0:
                await asyncio.sleep(wait_s)
            # Time that was lost in waiting for a place is not made up by a burst.
            due_s = max(due_s, loop.time() - 1 / self._terms.pace) + 1 / self._terms.pace
            group.create_task(self._ask(place, address))

    async def _ask(self, place: int, address: str) -> None:
        try:
            if not self._may_ping or await self._answers_ping(address):
                answer = await self._ask_agent(address)
                if answer.look is not None or self._may_ping:
                    self._answers[place] = answer
        except ProbeError as error:
            self.faults[error.detail] += 1
        finally:
            self._places.release()
            self.asked += 1
            self._done(self.asked)

    async def _answers_ping(self, address: str) -> bool:
        for _ in range(PINGS):
            try:
                await self._pinger.ping(address, self._terms.timeout_s)
            except ProbeError as error:
                if error.outcome is Outcome.LOCAL_FAULT:
                    raise
            else:
                return True
        return False

    async def _ask_agent(self, address: str) -> HostAnswer:
        why = NO_AGENT
        for place, access in enumerate(self._accesses):
            try:
                look = await self._look(address, place, access)
            except ProbeError as error:
                if error.outcome is Outcome.LOCAL_FAULT:
                    raise
                if error.outcome is Outcome.REFUSED:
                    why = CLOSED
                    break
                if error.outcome is Outcome.PROTOCOL:
                    told = in_language(error.detail, "zh")
                    why = Text(f"its SNMP agent went wrong: {error.detail}", f"SNMP 代理出错：{told}")
            else:
                return HostAnswer(address, place, look)
        return HostAnswer(address, why=why)

    async def _look(self, address: str, place: int, access: SnmpAccess) -> DeviceLook:
        self._forget_agents()
        self._number += 1
        name = DeviceName(f"{address} {place}")
        device = Device(name, SiteName("-"), address, Kind.OTHER, snmp=access)
        deadline_s = asyncio.get_running_loop().time() + LOOK_S
        terms = Terms(deadline_s, silence_s=PINGS * self._terms.timeout_s, retries=1)
        self._busy.add(name)
        try:
            return await look_at(self._engine.session(device, terms=terms), self._profiles)
        finally:
            self._busy.discard(name)

    def _forget_agents(self) -> None:
        if self._number % AGENTS_KEPT == AGENTS_KEPT - 1:
            self._engine.keep_only(self._busy)
