"""The month: faults against what the contract allows, obligations that are due, how far the calendar is known."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.source.frame import CONTRACTS, dashboard_of
from deploy.grafana.source.panels import AMBER, FULL, GREEN, RED, THIRD, Column, Query, lines, listing, number

_HERE = 'contract=~"$contract"'


def budgets() -> Dashboard:
    """Budgets and obligations, by contract."""
    used, limit = f"opsmon_fault_budget_used{{{_HERE}}}", f"opsmon_fault_budget_limit{{{_HERE}}}"
    tasks = f"opsmon_obligation_tasks{{{_HERE}}}"
    return dashboard_of(
        "opsmon-budgets",
        "opsmon 故障额度与义务 Budgets and obligations",
        [
            (
                "",
                [
                    number(
                        "剩余额度 Faults left",
                        "none",
                        Query(f"min({limit} - on (contract, clause) {used})"),
                        steps=((None, RED), (0, AMBER), (2, GREEN)),
                        width=THIRD,
                        help_text="本月再发生多少次起扣款，负数为已超出。Faults until the month costs.",
                    ),
                    number(
                        "临近到期 Obligations at risk",
                        "none",
                        Query(f'sum(opsmon_obligation_tasks{{{_HERE}, state="at_risk"}}) or vector(0)'),
                        steps=((None, GREEN), (1, AMBER)),
                        width=THIRD,
                    ),
                    number(
                        "已逾期 Obligations overdue",
                        "none",
                        Query(f'sum(opsmon_obligation_tasks{{{_HERE}, state="overdue"}}) or vector(0)'),
                        steps=((None, GREEN), (1, RED)),
                        width=THIRD,
                    ),
                    lines(
                        "本月故障与额度 Faults of the month and what is allowed",
                        "none",
                        Query(used, "已用 used {{contract}} {{clause}}"),
                        Query(limit, "额度 allowed {{contract}} {{clause}}"),
                    ),
                    lines("义务 Obligations", "none", Query(f"{tasks} > 0", "{{contract}} {{clause}} {{state}}")),
                    listing(
                        "未完成义务 Obligations to do",
                        Query(f"{tasks} > 0"),
                        Column("contract", "合同 contract"),
                        Column("clause", "条款 clause"),
                        Column("state", "状态 state"),
                        Column("Value", "项数 tasks"),
                    ),
                    listing(
                        "节假日公布至 Holidays announced until",
                        Query(f"opsmon_calendar_announced_until_timestamp_seconds{{{_HERE}}} * 1000"),
                        Column("contract", "合同 contract"),
                        Column("Value", "公布至 until", unit="dateTimeAsIso"),
                        help_text="之后的工作日推算为暂定。Workdays after it are provisional.",
                    ),
                    lines(
                        "未恢复故障 Open incidents",
                        "none",
                        Query(f"sum by (contract) (opsmon_incidents_open{{{_HERE}}})", "{{contract}}"),
                        width=FULL,
                    ),
                ],
            )
        ],
        variables=[CONTRACTS],
        console="/contracts",
        span="now-30d",
    )
