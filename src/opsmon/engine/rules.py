"""All that people wrote and the engine goes by; another one comes with a reload, whole."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo

from opsmon.incident.draft import Setting, plan_setting
from opsmon.model.device import Inventory

HOLD_DOWN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Rules:
    """The inventory and what is derived from it once. Build it with `plan_rules`."""

    inventory: Inventory
    setting: Setting


def plan_rules(inventory: Inventory, zone: tzinfo, hold_down: timedelta = HOLD_DOWN) -> Rules:
    return Rules(inventory, plan_setting(inventory, hold_down, zone))
