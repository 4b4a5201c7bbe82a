"""One site: its devices, how they are reached, and what they carry."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.source.frame import SITE, dashboard_of
from deploy.grafana.source.panels import FULL, GREEN, RED, UP_WORDS, Column, Query, lines, listing, number, states

_HERE = 'site="$site"'


def site() -> Dashboard:
    """A site, chosen at the head."""
    up = f"opsmon_device_up{{{_HERE}}}"
    traffic = f"rate(ifHC{{way}}Octets{{{{{_HERE}}}}}[$__rate_interval]) * 8"
    received, sent = traffic.format(way="In"), traffic.format(way="Out")
    return dashboard_of(
        "opsmon-site",
        "opsmon 站点 Site",
        [
            (
                "",
                [
                    number("设备 Devices", "none", Query(f"count({up})"), width=6),
                    number("正常 Up", "none", Query(f"sum({up})"), steps=((None, GREEN),), width=6),
                    number(
                        "故障 Down",
                        "none",
                        Query(f"count({up} == 0) or vector(0)"),
                        steps=((None, GREEN), (1, RED)),
                        width=6,
                    ),
                    number(
                        "最紧时限剩余 Least time left",
                        "s",
                        Query(f"min(opsmon_clock_due_timestamp_seconds{{{_HERE}}}) - time()"),
                        steps=((None, RED), (0, GREEN)),
                        width=6,
                    ),
                ],
            ),
            ("", [states("设备状态 State of devices", Query(up, "{{instance}}"), UP_WORDS, height=10)]),
            (
                "",
                [
                    lines(
                        "检查耗时 How long checks take",
                        "s",
                        Query(f"topk(10, probe_duration_seconds{{{_HERE}}})", "{{instance}} {{check}}"),
                    ),
                    lines(
                        "失败的检查 Failed checks",
                        "percentunit",
                        Query(
                            f"1 - avg by (check) (avg_over_time(probe_success{{{_HERE}}}[$__rate_interval]))",
                            "{{check}}",
                        ),
                        top=1,
                    ),
                    lines(
                        "接收流量前十 Top 10 received",
                        "bps",
                        Query(f"topk(10, {received})", "{{instance}} {{ifName}}"),
                    ),
                    lines("发送流量前十 Top 10 sent", "bps", Query(f"topk(10, {sent})", "{{instance}} {{ifName}}")),
                ],
            ),
            (
                "",
                [
                    listing(
                        "设备清单 Inventory",
                        Query(f"opsmon_device_inventory_info{{{_HERE}}} * on (instance) group_left () {up}"),
                        Column("Value", "状态 state", words=UP_WORDS),
                        Column("title", "名称 title"),
                        Column(
                            "instance", "设备 device", link="/d/opsmon-device?var-device=${__value.raw}&var-site=$site"
                        ),
                        Column("kind", "类型 kind"),
                        Column("address", "地址 address"),
                        width=FULL,
                        height=10,
                    )
                ],
            ),
        ],
        variables=[SITE],
        console="/s/${site}",
    )
