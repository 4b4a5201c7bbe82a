"""All that people wrote and the engine goes by; another one comes with a reload, whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo

from opsmon.contract.contract_rules import ContractRules
from opsmon.incident.draft import Setting
from opsmon.model.device import Inventory
from opsmon.model.name import ContractId
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.state.condition.rules import Rulebook
from opsmon.state.plan import Limits

HOLD_DOWN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Rules:
    """`zone` is the zone whose days number the incidents; `limits` are the named thresholds of single devices (s)."""

    inventory: Inventory
    rulebook: Rulebook
    contracts: Mapping[ContractId, ContractRules]
    zone: tzinfo
    hold_down: timedelta = HOLD_DOWN
    limits: Limits = field(default_factory=dict)
    oncall: OnCallRules = field(default_factory=OnCallRules)

    @property
    def setting(self) -> Setting:
        """The part that the incident room goes by."""
        return Setting(self.inventory, self.rulebook, self.hold_down, self.zone)
