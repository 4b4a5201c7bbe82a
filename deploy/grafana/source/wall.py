"""The wall of the operations room: what is down, what is due next, who is on duty. Readable from the door."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.source.frame import dashboard_of
from deploy.grafana.source.panels import (
    AMBER,
    BLUE,
    GREEN,
    RED,
    UP_WORDS,
    Column,
    Query,
    lines,
    listing,
    number,
    states,
)

DEVICE_LINK = "/d/opsmon-device?var-device=${__data.fields.instance}&var-site=${__data.fields.site}"
_NONE_WANTED = ((None, GREEN), (1, RED))
_FEW_WANTED = ((None, GREEN), (1, AMBER))

NUMBERS = (
    number("设备正常 Devices up", "none", Query('opsmon_devices{state="up"}'), steps=((None, GREEN),)),
    number("设备故障 Down", "none", Query('opsmon_devices{state="down"}'), steps=_NONE_WANTED),
    number("受上级影响 Unreachable", "none", Query('opsmon_devices{state="unreachable"}'), steps=_FEW_WANTED),
    number("未恢复故障 Open incidents", "none", Query("sum(opsmon_incidents_open)"), steps=_NONE_WANTED),
    number(
        "即将超时 Clocks at risk",
        "none",
        Query('sum(opsmon_clocks{state="at_risk"}) or vector(0)'),
        steps=_FEW_WANTED,
    ),
    number(
        "已超时 Clocks breached",
        "none",
        Query('sum(opsmon_clocks{state="breached"}) or vector(0)'),
        steps=_NONE_WANTED,
    ),
    number(
        "最紧时限剩余 Least time left",
        "s",
        Query("min(opsmon_clock_remaining_seconds)"),
        steps=((None, RED), (0, AMBER), (600, GREEN)),
        width=6,
        help_text="负数表示已超时。Negative when it is overdue.",
    ),
    number("值班人数 On duty", "none", Query("sum(opsmon_on_duty)"), steps=((None, RED), (1, GREEN)), width=6),
    number("无人获知 Nobody told", "none", Query("opsmon_pages_untold"), steps=_NONE_WANTED, width=6),
    number(
        "待发通知 Waiting messages", "none", Query("sum(opsmon_notifications_waiting)"), steps=((None, BLUE),), width=6
    ),
)


def wall() -> Dashboard:
    """The NOC wall."""
    down = "opsmon_device_inventory_info * on (instance) group_left () (opsmon_device_up == 0)"
    due = "bottomk(20, max without (state, job, instance) (opsmon_clock_due_timestamp_seconds)) * 1000"
    return dashboard_of(
        "opsmon-wall",
        "opsmon 大屏 NOC wall",
        [
            ("", NUMBERS),
            (
                "",
                [
                    listing(
                        "故障设备 Devices down",
                        Query(f"{down} + 1"),
                        Column("title", "名称 title"),
                        Column("instance", "设备 device", link=DEVICE_LINK),
                        Column("site", "站点 site", link="/d/opsmon-site?var-site=${__value.raw}"),
                        Column("kind", "类型 kind"),
                        Column("contract", "合同 contract"),
                    ),
                    listing(
                        "下一个时限 Due next",
                        Query(due),
                        Column("Value", "到期 due", unit="dateTimeFromNow"),
                        Column("contract", "合同 contract"),
                        Column("clause", "条款 clause"),
                        Column("device", "设备 device"),
                        Column("site", "站点 site"),
                    ),
                ],
            ),
            (
                "",
                [
                    states(
                        "站点 Sites",
                        Query("min by (site) (opsmon_device_up)", "{{site}}"),
                        UP_WORDS,
                        width=12,
                    ),
                    lines(
                        "各状态设备 Devices by state",
                        "none",
                        Query('opsmon_devices{state!="up"}', "{{state}}"),
                    ),
                ],
            ),
        ],
        console="/wall/all",
    )
