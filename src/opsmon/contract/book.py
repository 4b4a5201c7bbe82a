"""A contract together with the calendar that it is counted by: what the engine, the commands and the reports hold."""

from dataclasses import dataclass

from opsmon.contract.budget import Budget
from opsmon.contract.calendar import Calendar
from opsmon.contract.case import Case
from opsmon.contract.clock import Clock
from opsmon.contract.obligation import Obligation
from opsmon.contract.penalty import PenaltyRule
from opsmon.contract.term import Contract
from opsmon.contract.timing import clocks_for


@dataclass(frozen=True, slots=True)
class ContractBook:
    """One contract and its own calendar (its customer's closures and events are in it), its budgets, its money
    and its recurring duties."""

    contract: Contract
    calendar: Calendar
    budgets: tuple[Budget, ...] = ()
    penalties: tuple[PenaltyRule, ...] = ()
    obligations: tuple[Obligation, ...] = ()

    def clocks(self, case: Case) -> tuple[Clock, ...]:
        """Every clock that the facts of the case have started."""
        return clocks_for(self.contract, self.calendar, case)
