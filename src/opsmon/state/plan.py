"""The fleet as it is planned: what does not change between two reloads, derived from the inventory and the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opsmon.model.device import Check, Device, Inventory
from opsmon.model.name import CheckName, DeviceName
from opsmon.state.condition.match import Matcher
from opsmon.state.condition.rules import Rulebook
from opsmon.state.device.policy import Policy

Limits = Mapping[DeviceName, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """The devices, what hangs on what, and the rules.

    `limits` gives a device its named dynamic thresholds (seconds), such as `contract_on_site_limit`.
    """

    devices: Mapping[DeviceName, Device] = field(default_factory=dict)
    children: Mapping[DeviceName, tuple[DeviceName, ...]] = field(default_factory=dict)
    checks: Mapping[DeviceName, Mapping[CheckName, Check]] = field(default_factory=dict)
    rulebook: Rulebook = field(default_factory=Rulebook)
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=dict)
    matcher: Matcher = field(default_factory=lambda: Matcher(Rulebook(), {}))


def plan_fleet(inventory: Inventory, rulebook: Rulebook, policy: Policy, limits: Limits) -> FleetPlan:
    """Derive what every judgement needs. A parent that the inventory does not know is left out."""
    children: dict[DeviceName, list[DeviceName]] = {}
    for device in inventory.devices.values():
        for parent in dict.fromkeys(device.parents):
            children.setdefault(parent, []).append(device.name)
    return FleetPlan(
        devices=inventory.devices,
        children={parent: tuple(names) for parent, names in children.items()},
        checks=_checks_by_name(inventory),
        rulebook=rulebook,
        policy=policy,
        limits=limits,
        matcher=Matcher(rulebook, limits),
    )


def _checks_by_name(inventory: Inventory) -> dict[DeviceName, Mapping[CheckName, Check]]:
    """Devices that were written alike have one tuple of checks in common, and so one mapping."""
    made: dict[int, Mapping[CheckName, Check]] = {}
    for device in inventory.devices.values():
        if id(device.checks) not in made:
            made[id(device.checks)] = {check.name: check for check in device.checks}
    return {name: made[id(device.checks)] for name, device in inventory.devices.items()}
