"""The pages that are served: every site, every device, and the daemon's own."""

from collections.abc import Iterator

from opsmon.clock import Clock
from opsmon.engine.port import DaemonPort
from opsmon.metrics.daemon import DaemonMetrics
from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.device import Device, Inventory
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import Identity
from opsmon.state import api as state_room


class MetricPages:
    """Reads the world at the moment of the scrape; keeps texts and identities from one scrape to the next."""

    def __init__(self, port: DaemonPort, clock: Clock, daemon: DaemonMetrics) -> None:
        self._port, self._clock, self._daemon = port, clock, daemon
        self._writer = PageWriter()
        self._inventory: Inventory | None = None
        self._by_site: dict[SiteName, list[Device]] = {}
        self._identities: dict[DeviceName, Identity] = {}

    def daemon(self) -> bytes:
        """The daemon's own metrics. May be called from any thread."""
        return self._daemon.render()

    @property
    def edition(self) -> object:
        """Another object after each reload: what was written before is no page of now."""
        return self._port.world.rules.inventory

    def has(self, *, site: str = "", device: str = "") -> bool:
        """Whether there is such a page now."""
        inventory = self._port.world.rules.inventory
        return site in inventory.sites if site else device in inventory.devices

    def site(self, name: str) -> Iterator[str] | None:
        """Every device of a site; None where there is no such site."""
        self._follow_inventory()
        devices = self._by_site.get(SiteName(name))
        return None if devices is None else self._write(devices)

    def device(self, name: DeviceName) -> Iterator[str] | None:
        """One device; None where there is no such device."""
        self._follow_inventory()
        device = self._port.world.rules.inventory.devices.get(name)
        return None if device is None else self._write([device])

    def _write(self, devices: list[Device]) -> Iterator[str]:
        return self._writer.write(map(self._report, devices), self._clock.now())

    def _report(self, device: Device) -> DeviceReport:
        samples = tuple(self._port.latest.get(device.name, {}).values())
        for sample in samples:
            if sample.identity is not None and sample.identity != self._identities.get(device.name):
                self._identities[device.name] = sample.identity
        world = self._port.world
        status = state_room.standing_of(world.fleet, device.name)
        state = None if status.since is None else status.state
        limits = world.rules.limits.get(device.name, {})
        return DeviceReport(device, state, samples, self._identities.get(device.name), limits)

    def _follow_inventory(self) -> None:
        """A reload brings another inventory object: everything derived from the old one goes."""
        inventory = self._port.world.rules.inventory
        if inventory is self._inventory:
            return
        self._inventory = inventory
        self._by_site = {site: [] for site in inventory.sites}
        for device in inventory.devices.values():
            self._by_site.setdefault(device.site, []).append(device)
        self._identities = {name: who for name, who in self._identities.items() if name in inventory.devices}
