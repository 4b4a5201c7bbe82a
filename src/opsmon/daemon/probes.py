"""The probes, built and held together: the drivers, the scheduler, and the one-off diagnosis."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module

from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.engine.effect import Diagnose
from opsmon.engine.input import AttachDiagnosis
from opsmon.layout import KNOWN_HOSTS
from opsmon.model.device import Device, Inventory
from opsmon.model.sample import Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.diagnosis import Diagnostician
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.schedule.scheduler import Scheduler
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.state.fleet import ReprobeRequest

MAX_DIAGNOSES = 40  # at a time; in a great outage the first few tell what there is to tell
DRAIN_S = 3.0
Attach = Callable[[AttachDiagnosis], Awaitable[object]]
log = logging.getLogger(__name__)


def _prepare_logins(inventory: Inventory) -> None:
    """Where anything logs in, asyncssh is imported now: at the first login the loop would stand still for it."""
    if any(check.kind == "ssh" for device in inventory.devices.values() for check in device.checks):
        import_module("opsmon.probe.kind.ssh_login")


class Probes:
    """The outside world, from `start` to `stop`. `deliver` takes the samples as they come and must not block."""

    def __init__(self, root: Root, clock: Clock, deliver: Callable[[Sequence[Sample]], None]) -> None:
        _prepare_logins(root.inventory)
        resolver = Resolver(clock)
        self.pinger, self.snmp = FleetPinger(clock), SnmpEngine()
        self.host_keys = HostKeyPins(root.path / KNOWN_HOSTS)
        self._pollers = DevicePollers(root.profiles)
        self._context = ProbeContext(
            clock,
            self.pinger,
            self.snmp,
            resolver,
            self._pollers,
            self.host_keys,
        )
        self.scheduler = Scheduler(self._context, deliver)
        self._diagnostician = Diagnostician(resolver)
        self._language = str(root.settings.language)
        self._diagnosing: set[asyncio.Task[None]] = set()

    async def start(self, inventory: Inventory) -> None:
        self.pinger.open()
        await self.snmp.start()
        self.scheduler.load(inventory.devices.values())

    def load(self, root: Root) -> None:
        """Another root: unchanged checks keep their phase, unchanged devices their plan."""
        _prepare_logins(root.inventory)
        names = root.inventory.devices.keys()
        if root.profiles != self._pollers.profiles:
            self._pollers.profiles = root.profiles
            self._pollers.keep_only(())
        self._language = str(root.settings.language)
        self._pollers.keep_only(names)
        self.snmp.keep_only(names)
        self.scheduler.load(root.inventory.devices.values())

    def reprobe(self, request: ReprobeRequest) -> None:
        self.scheduler.reprobe(request.device, request.check, request.after_s, request.timeout_s)

    def probe_now(self, device: Device) -> None:
        """Every check of a device out of turn, at once. What it finds counts as what any check finds."""
        for check in device.checks:
            self.scheduler.reprobe(device.name, check.name, 0.0, check.timeout_s)

    def diagnose(self, wanted: Diagnose, address: str, attach: Attach) -> None:
        """Looks at the device in the background, and hands over what was found."""
        if len(self._diagnosing) >= MAX_DIAGNOSES:
            log.info("incident %s: no diagnosis of %s, too many are under way", wanted.incident, wanted.device)
            return
        task = asyncio.create_task(self._diagnose(wanted, address, attach))
        self._diagnosing.add(task)
        task.add_done_callback(self._diagnosing.discard)

    async def _diagnose(self, wanted: Diagnose, address: str, attach: Attach) -> None:
        text = await self._diagnostician.diagnose(address, self._language)
        await attach(AttachDiagnosis(wanted.incident, text))

    async def stop_checks(self) -> None:
        """No more samples after this."""
        for task in self._diagnosing:
            task.cancel()
        await self.scheduler.drain(DRAIN_S)

    async def stop(self) -> None:
        self._diagnostician.close()
        self._context.searches.close()
        await self.snmp.stop()
        self.pinger.close()
