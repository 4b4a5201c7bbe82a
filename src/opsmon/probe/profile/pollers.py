"""The pollers of a fleet: one for each device that is polled, kept from poll to poll."""

from collections.abc import Collection

from opsmon.model.device import Device
from opsmon.model.name import DeviceName
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import DevicePoller
from opsmon.probe.profile.rows.shared_names import SharedNames


class DevicePollers:
    """Gives each device its poller; a device that moved, or got another profile or parent, begins anew."""

    def __init__(self, profiles: ProfileSet) -> None:
        self.profiles = profiles
        self._names = SharedNames()
        self._pollers: dict[DeviceName, tuple[tuple[object, ...], DevicePoller]] = {}

    def of(self, device: Device, *, all_interface_objects: bool = False) -> DevicePoller:
        made_for = (device.address, device.profile, device.parents, device.important, all_interface_objects)
        known = self._pollers.get(device.name)
        if known is None or known[0] != made_for:
            poller = DevicePoller(
                self.profiles,
                device.profile,
                parents=device.parents,
                important=device.important,
                all_interface_objects=all_interface_objects,
                names=self._names,
            )
            known = self._pollers[device.name] = (made_for, poller)
        return known[1]

    def keep_only(self, names: Collection[DeviceName]) -> None:
        """Forget the devices that a reload took away."""
        for gone in self._pollers.keys() - set(names):
            del self._pollers[gone]
