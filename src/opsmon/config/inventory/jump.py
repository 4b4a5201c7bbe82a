"""Jump hosts: the devices that `ssh.jump` names are found in the inventory, and no way leads back to itself."""

from collections.abc import Mapping
from dataclasses import replace

from opsmon.config.inventory.site_file import PlacedDevice
from opsmon.config.yaml.mistake import Mistake
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import Device, JumpHost, SshAccess
from opsmon.model.name import DeviceName
from opsmon.text.near_miss import meant, shown

Devices = Mapping[DeviceName, PlacedDevice]


class _WrongWayError(Exception):
    """A way that leads nowhere: message and hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def link_jumps(placed: Devices, problems: Problems) -> dict[DeviceName, Device]:
    """Every device, with the address and the access of each host on its way. Adds every way that leads nowhere."""
    linked: dict[DeviceName, Device] = {}
    made: dict[int, SshAccess] = {}  # accesses are shared by many devices
    for name, found in placed.items():
        device = found.device
        if device.ssh is not None and device.ssh.jump is not None:
            try:
                if id(device.ssh) not in made:
                    made[id(device.ssh)] = _linked(device.ssh, (), placed)
                if name in {hop.name for hop, _ in made[id(device.ssh)].hops}:
                    raise _circle((name, device.ssh.jump.name, name))
                device = replace(device, ssh=made[id(device.ssh)])
            except _WrongWayError as error:
                found.origin.add(problems, Mistake(("ssh", "jump"), error.message, error.hint))
        linked[name] = device
    return linked


def _linked(access: SshAccess, way: tuple[DeviceName, ...], placed: Devices) -> SshAccess:
    hop = access.jump
    if hop is None:
        return access
    if hop.access is not None:
        return replace(access, jump=replace(hop, access=_linked(hop.access, way, placed)))
    if hop.name in way:
        raise _circle((*way[way.index(hop.name) :], hop.name))
    found = placed.get(hop.name)
    if found is None:
        hint = meant(hop.name, placed) or "`{hostname: …, username: …}` for one that is not in the inventory"
        raise _WrongWayError(f"no device {shown(hop.name)} to jump over", hint)
    if found.device.ssh is None:
        raise _WrongWayError(f"{shown(hop.name)} is a jump host and has no `ssh` access", f"at {found.origin.where}")
    inner = _linked(found.device.ssh, (*way, hop.name), placed)
    return replace(access, jump=JumpHost(hop.name, found.device.address, inner, found.device.formerly))


def _circle(names: tuple[DeviceName, ...]) -> _WrongWayError:
    hint = "the first host of the way says `ssh: {jump: null}`"
    return _WrongWayError(f"jump hosts in a circle: {' → '.join(names)}", hint)
