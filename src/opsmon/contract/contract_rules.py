"""A contract together with the calendar that it is counted by: what the engine, the commands and the reports hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.clock.case import Case
from opsmon.contract.clock.sla_clock import SlaClock
from opsmon.contract.clock.start import clocks_for
from opsmon.contract.money.budget import Budget
from opsmon.contract.money.penalty import PenaltyRule
from opsmon.contract.obligation import Obligation
from opsmon.contract.term import Contract


@dataclass(frozen=True, slots=True)
class ContractRules:
    """One contract and its own calendar (its customer's closures and events are in it), its budgets, its money
    and its recurring duties. `periods` are its own names for several sets of key periods together."""

    contract: Contract
    calendar: Calendar
    budgets: tuple[Budget, ...] = ()
    penalties: tuple[PenaltyRule, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    periods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def clocks(self, case: Case) -> tuple[SlaClock, ...]:
        """Every clock that the facts of the case have started."""
        return clocks_for(self.contract, self.calendar, case)
