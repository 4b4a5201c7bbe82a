"""One device with its interfaces."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.source.frame import DEVICE, SITE, dashboard_of
from deploy.grafana.source.panels import (
    AMBER,
    FULL,
    GREEN,
    RED,
    THIRD,
    UP_WORDS,
    Column,
    Panel,
    Query,
    lines,
    listing,
    number,
    states,
)

_HERE = 'instance="$device"'
_PORT = "{{ifName}} {{ifAlias}}"
# RFC 2863 ifOperStatus: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 notPresent, 7 lowerLayerDown.
PORT_WORDS = {
    "1": ("连通 up", GREEN),
    "2": ("断开 down", RED),
    "3": ("测试 testing", AMBER),
    "4": ("未知 unknown", AMBER),
    "5": ("待命 dormant", AMBER),
    "6": ("不在位 not present", AMBER),
    "7": ("下层断开 lower layer down", RED),
}


def device() -> Dashboard:
    """A device, chosen by its site and its name."""
    return dashboard_of(
        "opsmon-device",
        "opsmon 设备与接口 Device and interfaces",
        [
            ("", _head()),
            ("性能 Performance", _performance()),
            ("可达性 Reachability", _reachability()),
            ("接口 Interfaces", _interfaces()),
        ],
        variables=[SITE, DEVICE],
        console="/d/${device}",
    )


def _head() -> list[Panel]:
    return [
        listing(
            "设备 Device",
            Query(f"opsmon_device_inventory_info{{{_HERE}}}"),
            Column("title", "名称 title"),
            Column("kind", "类型 kind"),
            Column("address", "地址 address"),
            Column("contract", "合同 contract"),
            Column("service", "服务 service"),
            height=4,
        ),
        listing(
            "型号 Model",
            Query(f"opsmon_device_info{{{_HERE}}}"),
            Column("vendor", "厂商 vendor"),
            Column("model", "型号 model"),
            Column("serial", "序列号 serial"),
            Column("software", "软件 software"),
            height=4,
        ),
        states("状态 State", Query(f"opsmon_device_up{{{_HERE}}}", "{{instance}}"), UP_WORDS, width=18, height=4),
        number("运行时间 Uptime", "s", Query(f"opsmon_device_uptime_seconds{{{_HERE}}}"), width=6),
    ]


def _performance() -> list[Panel]:
    return [
        lines("处理器 CPU", "percentunit", Query(f"opsmon_device_cpu_ratio{{{_HERE}}}", "{{cpu}}"), width=THIRD, top=1),
        lines(
            "内存 Memory",
            "percentunit",
            Query(f"opsmon_device_memory_used_ratio{{{_HERE}}}", "{{pool}}"),
            width=THIRD,
            top=1,
        ),
        lines(
            "温度 Temperature",
            "celsius",
            Query(f"opsmon_device_temperature_celsius{{{_HERE}}}", "{{sensor}}"),
            width=THIRD,
        ),
    ]


def _reachability() -> list[Panel]:
    return [
        states("检查结果 Checks", Query(f"probe_success{{{_HERE}}}", "{{check}}"), UP_WORDS, width=12),
        lines("检查耗时 How long checks take", "s", Query(f"probe_duration_seconds{{{_HERE}}}", "{{check}}")),
    ]


def _interfaces() -> list[Panel]:
    def rate(name: str) -> str:
        return f"rate({name}{{{_HERE}}}[$__rate_interval])"

    def share(way: str) -> str:
        return f"{rate(f'ifHC{way}Octets')} * 8 / (ifHighSpeed{{{_HERE}}} * 1e6 > 0)"

    return [
        lines(
            "流量 Traffic",
            "bps",
            Query(f"{rate('ifHCInOctets')} * 8", f"收 in {_PORT}"),
            Query(f"-{rate('ifHCOutOctets')} * 8", f"发 out {_PORT}"),
            help_text="发送画在零线以下。What is sent is drawn below zero.",
        ),
        lines(
            "利用率 Utilisation",
            "percentunit",
            Query(share("In"), f"收 in {_PORT}"),
            Query(share("Out"), f"发 out {_PORT}"),
        ),
        lines(
            "错包 Errors",
            "pps",
            Query(rate("ifInErrors"), f"收 in {_PORT}"),
            Query(rate("ifOutErrors"), f"发 out {_PORT}"),
        ),
        lines(
            "丢包 Discards",
            "pps",
            Query(rate("ifInDiscards"), f"收 in {_PORT}"),
            Query(rate("ifOutDiscards"), f"发 out {_PORT}"),
        ),
        states("接口状态 State of interfaces", Query(f"ifOperStatus{{{_HERE}}}", _PORT), PORT_WORDS, height=12),
        listing(
            "接口清单 Interfaces",
            Query(f"ifOperStatus{{{_HERE}}}"),
            Column("ifName", "接口 interface"),
            Column("ifAlias", "描述 alias"),
            Column("Value", "状态 state", words=PORT_WORDS),
            width=FULL,
            height=10,
        ),
    ]
