"""The month of a contract in figures: budgets used, what was breached, and what that may cost.

A replay of a written timeline and the assessment of the journal both end here, so that they cannot disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from opsmon.contract.clock.case import Case, history_of
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.budget import BudgetUse, Fault, budget_uses, fault_of, month_due, months_of
from opsmon.contract.money.penalty import Delay, Estimate, Range, delay_of, estimate_budget, estimate_delays, total_of
from opsmon.model.event import ClockState
from opsmon.model.incident import FactType
from opsmon.model.name import IncidentId


@dataclass(frozen=True, slots=True)
class IncidentClocks:
    """One incident with its clocks, the device that it is about, and the condition that raised it ("" not known).
    `fault` is what people read of it: the condition's name, or what a person called it."""

    case: Case
    clocks: tuple[SlaClock, ...]
    device: str
    condition: str = ""
    fault: str = ""

    @property
    def begun_at(self) -> datetime | None:
        """When the fault began; None while no believable fact says so."""
        fault = fault_of(self.case, self.device, self.condition)
        return fault.starts_at if fault is not None else None


@dataclass(frozen=True, slots=True)
class MonthlyStatement:
    """`totals` is what several estimates on one incident come to together."""

    uses: tuple[BudgetUse, ...]
    estimates: tuple[Estimate, ...]
    totals: tuple[tuple[IncidentId, Range], ...]


def account_of(
    rules: ContractRules,
    affairs: Iterable[IncidentClocks],
    now: datetime,
    month: date | None = None,
    delays: Iterable[Delay] = (),
) -> MonthlyStatement:
    """Budgets and estimates of every month with a fault, or of one `month` (its first day).

    A fault belongs to the month in which it began, a breach to the month in which it was due. `delays` are those of
    dated obligations.
    """
    listed = list(affairs)
    faults = [fault for one in listed for fault in _faults(rules, one)]
    months = (month,) if month is not None else months_of(faults, rules.calendar)
    uses = tuple(use for one in months for use in _uses(rules, faults, one, now))
    late = [*_delays(listed, now), *delays]
    wanted = [one for one in late if month is None or month_due(one.due_at, rules.calendar) == month]
    estimates = estimate_delays(rules.penalties, wanted, now, rules.calendar)
    estimates += tuple(one for use in uses for one in estimate_budget(rules.penalties, use))
    return MonthlyStatement(uses, estimates, _totals(estimates))


def breaches_of(affair: IncidentClocks, now: datetime) -> tuple[SlaClock, ...]:
    """The clocks of one incident that are breached or were met late."""
    return tuple(clock for clock in affair.clocks if state_at(clock, now) in (ClockState.BREACHED, ClockState.MET_LATE))


def _faults(rules: ContractRules, affair: IncidentClocks) -> tuple[Fault, ...]:
    """The fault of one incident, if it began in the term."""
    fault = fault_of(affair.case, affair.device, affair.condition)
    return (fault,) if fault is not None and rules.contract.covers(affair.case.service, fault.starts_at) else ()


def _uses(rules: ContractRules, faults: list[Fault], month: date, now: datetime) -> tuple[BudgetUse, ...]:
    return tuple(use for one in rules.budgets for use in budget_uses(one, faults, month, now, rules.calendar))


def _delays(affairs: list[IncidentClocks], now: datetime) -> list[Delay]:
    found: list[Delay] = []
    for one in affairs:
        over_at = history_of(one.case.facts, hypothetical=one.case.hypothetical).first(FactType.RESOLVED)
        late = (delay_of(clock, one.case.service, now, over_at) for clock in one.clocks)
        found += [delay for delay in late if delay is not None]
    return found


def _totals(estimates: tuple[Estimate, ...]) -> tuple[tuple[IncidentId, Range], ...]:
    incidents = dict.fromkeys(one.incident for one in estimates if one.incident is not None)
    return tuple((name, total_of(one for one in estimates if one.incident == name)) for name in incidents)
