"""Tasks of recurring obligations that come to be at risk or overdue, told to people as clocks are. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from opsmon.engine.paging.people import PeopleNow
from opsmon.engine.rules import Rules
from opsmon.model.duty import TaskChanged, TaskState
from opsmon.model.event import Event
from opsmon.model.incident import Severity
from opsmon.model.name import ContractId
from opsmon.model.page import ObligationTold
from opsmon.oncall.plan import EscalationPlan, PlanMatch, Telling


def obligation_events(
    rules: Rules, events: Sequence[Event], now: datetime, people: PeopleNow
) -> Iterator[ObligationTold]:
    """Whom to tell of the tasks that a decision found to be at risk or overdue; of each where it stands now."""
    last = {_name(event): event for event in events if isinstance(event, TaskChanged)}
    for task in last.values():
        telling = _telling(_plan_of(rules, task.contract, task.service), task.after)
        if telling is not None:
            told = people.people_of(telling.tell, "")
            if people.reaches(told, telling.by):
                yield ObligationTold(
                    now, task.contract, task.obligation, task.service, task.part, task.due_at, task.after.value, told,
                    telling.by,
                )  # fmt: skip


def key_of_task(told: ObligationTold) -> str:
    """The name of the message, for ever: a task comes to be at risk once, and overdue once."""
    due = told.due_at.strftime("%Y%m%dT%H%M%SZ")
    return "-".join(part for part in (told.contract, told.obligation, told.service, told.part, due, told.state) if part)


def _name(event: TaskChanged) -> tuple[object, ...]:
    return event.contract, event.obligation, event.service, event.part, event.due_at


def _telling(plan: EscalationPlan | None, state: TaskState) -> Telling | None:
    if plan is None:
        return None
    return {TaskState.AT_RISK: plan.at_risk, TaskState.OVERDUE: plan.breached}.get(state)


def _plan_of(rules: Rules, contract: ContractId, service: str) -> EscalationPlan | None:
    """The first plan that asks nothing that a task cannot have: a site, a label, a condition, a severity of its own."""
    return next((plan for plan in rules.oncall.plans.values() if _takes(plan.match, contract, service)), None)


def _takes(match: PlanMatch, contract: ContractId, service: str) -> bool:
    if match.sites or match.conditions or (match.contracts and contract not in match.contracts):
        return False
    return match.scope.takes(service or None, None, Severity.ORDINARY, {})
