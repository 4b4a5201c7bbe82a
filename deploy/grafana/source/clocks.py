"""Contract clocks: what is running, what is at risk, what is late, and what is due next."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.source.frame import CONTRACTS, dashboard_of
from deploy.grafana.source.panels import AMBER, FULL, GREEN, RED, Column, Query, lines, listing, number

_HERE = 'contract=~"$contract"'


def _count(state: str) -> Query:
    return Query(f'sum(opsmon_clocks{{{_HERE}, state="{state}"}}) or vector(0)')


def clocks() -> Dashboard:
    """The clocks of open incidents, by contract."""
    remaining = f"min by (contract, clause) (opsmon_clock_remaining_seconds{{{_HERE}}})"
    due = f"sort(max without (job, instance) (opsmon_clock_due_timestamp_seconds{{{_HERE}}})) * 1000"
    return dashboard_of(
        "opsmon-clocks",
        "opsmon 合同时限 Contract clocks",
        [
            (
                "",
                [
                    number("计时中 Running", "none", _count("running"), width=6),
                    number("即将超时 At risk", "none", _count("at_risk"), steps=((None, GREEN), (1, AMBER)), width=6),
                    number("已超时 Breached", "none", _count("breached"), steps=((None, GREEN), (1, RED)), width=6),
                    number(
                        "最紧时限剩余 Least time left",
                        "s",
                        Query(f"min(opsmon_clock_remaining_seconds{{{_HERE}}})"),
                        steps=((None, RED), (0, AMBER), (600, GREEN)),
                        width=6,
                    ),
                    lines(
                        "各条款剩余 Time left by clause",
                        "s",
                        Query(remaining, "{{contract}} {{clause}}"),
                        help_text="负数表示已超时。Negative when it is overdue.",
                    ),
                    lines(
                        "各状态时限 Clocks by state",
                        "none",
                        Query(f"sum by (state) (opsmon_clocks{{{_HERE}}})", "{{state}}"),
                    ),
                    listing(
                        "到期顺序 In the order they are due",
                        Query(due),
                        Column("Value", "到期 due", unit="dateTimeAsIso"),
                        Column("contract", "合同 contract"),
                        Column("clause", "条款 clause"),
                        Column("target", "要求 target"),
                        Column("site", "站点 site"),
                        Column("device", "设备 device"),
                        Column("state", "状态 state"),
                        width=FULL,
                        height=12,
                    ),
                    lines(
                        "未恢复故障 Open incidents",
                        "none",
                        Query(
                            f"sum by (contract, severity) (opsmon_incidents_open{{{_HERE}}})",
                            "{{contract}} {{severity}}",
                        ),
                        width=FULL,
                    ),
                ],
            )
        ],
        variables=[CONTRACTS],
        console="/contracts",
    )
