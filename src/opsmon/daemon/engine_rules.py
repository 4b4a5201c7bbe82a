"""From a loaded root to the rules of the engine."""

from collections.abc import Mapping
from datetime import timedelta

from opsmon.config.root import Root
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.term import Clause, Mode, Target
from opsmon.engine.rules import Rules
from opsmon.model.device import Device
from opsmon.model.incident import Severity
from opsmon.model.name import DeviceName

ON_SITE_LIMIT = "contract_on_site_limit"


def rules_of(root: Root) -> Rules:
    """Everything that the engine goes by. Fails on nothing: the root is sound."""
    limits = _limits_by_device(root)
    settings, hold_down = root.settings, timedelta(seconds=root.settings.hold_down_s)
    return Rules(
        root.inventory, root.conditions, root.contracts, settings.timezone, hold_down, limits, root.oncall.rules
    )


def _limits_by_device(root: Root) -> dict[DeviceName, Mapping[str, float]]:
    """Worked out once for devices that clauses cannot tell apart: those of a large site are mostly alike."""
    limits: dict[DeviceName, Mapping[str, float]] = {}
    known: dict[object, Mapping[str, float]] = {}
    for name, device in root.inventory.devices.items():
        book = None if device.contract is None else root.contracts.get(device.contract)
        if book is None:
            continue
        key = device.contract, device.service, device.kind, frozenset(device.labels.items())
        if key not in known:
            on_site_s = on_site_limit_s(book, device)
            known[key] = {} if on_site_s is None else {ON_SITE_LIMIT: on_site_s}
        if known[key]:
            limits[name] = known[key]
    return limits


def on_site_limit_s(book: ContractRules, device: Device) -> float | None:
    """The shortest time that any clause gives an engineer to reach an ordinary fault of the device; None for none."""
    found = [
        limit_s
        for clause in book.contract.clauses
        if clause.target is Target.ON_SITE
        for limit_s in _limits_s(clause, device)
    ]
    return min(found, default=None)


def _limits_s(clause: Clause, device: Device) -> list[float]:
    words = (device.service, device.kind, Severity.ORDINARY, device.labels)
    return [
        variant.limit.elapsed.total_seconds()
        for variant in clause.variants
        if variant.limit.unit.is_elapsed
        and variant.mode is not Mode.WARNED
        and (not variant.applies or any(selector.takes(*words) for selector in variant.applies))
    ]
