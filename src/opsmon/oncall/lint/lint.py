"""All that can be found out about on call rules before somebody is missing. It looks forward only."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from opsmon.contract.contract_rules import ContractRules
from opsmon.model.name import ContractId
from opsmon.oncall.lint.duty_lint import duties_of, holes, idle_overrides, on_leave, too_few, twice_at_once
from opsmon.oncall.lint.finding import LintFinding
from opsmon.oncall.lint.plan_lint import not_for_all, too_slow, unreachable
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.override import Overrides

LOOK_AHEAD = timedelta(days=400)


def lint_on_call(
    rules: OnCallRules,
    contracts: Mapping[ContractId, ContractRules],
    overrides: Overrides,
    now: datetime,
    ahead: timedelta = LOOK_AHEAD,
) -> tuple[LintFinding, ...]:
    """What people should change, in the order of the file: rotas, leave, plans."""
    end = now + ahead
    duties = {name: duties_of(rota, overrides, now, end) for name, rota in rules.rotas.items()}
    found: list[LintFinding] = []
    for name, rota in rules.rotas.items():
        today = rota.calendar.local_date(now)
        found += holes(rota, duties[name], contracts, end)
        found += too_few(rota, duties[name])
        found += on_leave(rules, rota, duties[name], today)
        found += idle_overrides(rota, overrides, today)
    found += twice_at_once(duties)
    for plan in rules.plans.values():
        found += unreachable(rules, plan)
        found += too_slow(plan, contracts)
    return (*found, *not_for_all(rules))
