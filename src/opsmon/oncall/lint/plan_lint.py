"""Plans: people whom no channel reaches, steps that come after the contract's limit, faults that no plan takes."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from opsmon.contract.contract_rules import ContractRules
from opsmon.model.name import ChannelName, ContractId, PersonId
from opsmon.oncall.acknowledge_limit import acknowledge_limit
from opsmon.oncall.lint.finding import LintFinding
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.plan import EscalationPlan, EscalationStep, PageTarget, PersonTarget, RotaTarget, Telling
from opsmon.text.bilingual import Text
from opsmon.text.duration import length_words


def unreachable(rules: OnCallRules, plan: EscalationPlan) -> Iterator[LintFinding]:
    """People of a step whom none of its channels reaches."""
    for key, telling in _tellings(plan):
        people = [person for target in telling.tell for person in _people_of(rules, target)]
        missed = [one for one in dict.fromkeys(people) if not _is_reached(rules, one, telling.by)]
        if missed:
            who, by = ", ".join(sorted(missed)), ", ".join(telling.by)
            yield LintFinding(
                "unreachable",
                f"{key}.by",
                Text(f"no channel of {by} reaches {who}", f"{by} 都无法通知 {who}"),
                Text(
                    "another channel, their address in people.yaml, or `members:` of the group",
                    "增加通道，或在 people.yaml 补地址，或修改群的 `members:`",
                ),
            )


def _tellings(plan: EscalationPlan) -> Iterator[tuple[str, EscalationStep | Telling]]:
    yield from ((f"plans.{plan.name}.steps.{number}", step) for number, step in enumerate(plan.steps))
    if plan.at_risk is not None:
        yield f"plans.{plan.name}.at_risk", plan.at_risk
    if plan.breached is not None:
        yield f"plans.{plan.name}.breached", plan.breached


def _people_of(rules: OnCallRules, target: PageTarget) -> frozenset[PersonId]:
    if isinstance(target, RotaTarget):
        return rules.rotas[target.rota].people if target.rota in rules.rotas else frozenset()
    return frozenset({target.person}) if isinstance(target, PersonTarget) else frozenset()


def _is_reached(rules: OnCallRules, person: PersonId, by: tuple[ChannelName, ...]) -> bool:
    return any(person in rules.channels[name].people for name in by if name in rules.channels)


def too_slow(plan: EscalationPlan, contracts: Mapping[ContractId, ContractRules]) -> Iterator[LintFinding]:
    """The last person is told when the acknowledgement was due already."""
    names = sorted(plan.match.contracts) or sorted(contracts)
    limits = [(acknowledge_limit(contracts[name]), name) for name in names if name in contracts]
    known = [(limit, name) for limit, name in limits if limit is not None]
    if not known:
        return
    limit, contract = min(known)
    share, told_after = limit / len(plan.steps), timedelta()
    for number, step in enumerate(plan.steps[:-1]):
        told_after += share if step.wait is None else step.wait
        if told_after >= limit:
            late, due = (length_words(one.total_seconds(), "en") for one in (told_after, limit))
            late_zh, due_zh = (length_words(one.total_seconds(), "zh") for one in (told_after, limit))
            yield LintFinding(
                "too_slow",
                f"plans.{plan.name}.steps.{number}.wait",
                Text(
                    f"the next step comes after {late}, and {contract} wants an acknowledgement in {due}",
                    f"下一步在 {late_zh} 之后，而 {contract} 要求 {due_zh} 内确认",
                ),
                Text("`wait: auto` shares the limit out", "用 `wait: auto` 按时限均分"),
            )
            return


def not_for_all(rules: OnCallRules) -> Iterator[LintFinding]:
    """Faults that no plan takes, and plans that can never be reached."""
    plans = list(rules.plans.values())
    if plans and not plans[-1].match.takes_all:
        yield LintFinding(
            "not_for_all",
            f"plans.{plans[-1].name}.match",
            Text("no plan takes the faults that none of the plans matches", "不匹配任何方案的故障将无人通知"),
            Text("a last plan without `match`", "最后加一个没有 `match` 的方案"),
        )
    for number, plan in enumerate(plans[:-1]):
        if plan.match.takes_all:
            yield LintFinding(
                "never_reached",
                f"plans.{plans[number + 1].name}",
                Text(
                    f"never taken: {plan.name} before it takes every fault",
                    f"不会用到：前面的 {plan.name} 已匹配全部故障",
                ),
                Text("move the plan without `match` to the end", "把没有 `match` 的方案移到最后"),
            )
            return
