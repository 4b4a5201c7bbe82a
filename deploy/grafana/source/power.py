"""Power and rooms: how long each UPS will carry its load, and how warm and damp it is."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.source.frame import SITES, dashboard_of
from deploy.grafana.source.panels import AMBER, GREEN, RED, Query, lines, number, states

_HERE = 'site=~"$site"'
_BATTERY = {"1": ("电池供电 on battery", RED), "0": ("市电 mains", GREEN)}
_NEW_BATTERY = {"1": ("须更换 replace", RED), "0": ("正常 ok", GREEN)}


def power() -> Dashboard:
    """UPSs and environment of one or more sites."""
    return dashboard_of(
        "opsmon-power",
        "opsmon 电源与环境 UPS and environment",
        [
            (
                "不间断电源 UPS",
                [
                    number("UPS 总数 UPSs", "none", Query(f"count(opsmon_ups_on_battery{{{_HERE}}})"), width=6),
                    number(
                        "电池供电 On battery",
                        "none",
                        Query(f"sum(opsmon_ups_on_battery{{{_HERE}}})"),
                        steps=((None, GREEN), (1, RED)),
                        width=6,
                    ),
                    number(
                        "最短续航 Least runtime",
                        "s",
                        Query(f"min(opsmon_ups_runtime_remaining_seconds{{{_HERE}}})"),
                        steps=((None, RED), (300, AMBER), (900, GREEN)),
                        width=6,
                    ),
                    number(
                        "最高负载 Highest load",
                        "percentunit",
                        Query(f"max(opsmon_ups_load_ratio{{{_HERE}}})"),
                        steps=((None, GREEN), (0.8, AMBER), (1, RED)),
                        width=6,
                    ),
                    states(
                        "供电 Supply", Query(f"opsmon_ups_on_battery{{{_HERE}}}", "{{instance}}"), _BATTERY, height=6
                    ),
                    lines(
                        "电量 Battery charge",
                        "percentunit",
                        Query(f"opsmon_ups_battery_charge_ratio{{{_HERE}}}", "{{instance}}"),
                        top=1,
                    ),
                    lines(
                        "续航 Runtime left",
                        "s",
                        Query(f"opsmon_ups_runtime_remaining_seconds{{{_HERE}}}", "{{instance}}"),
                    ),
                    lines(
                        "负载 Load",
                        "percentunit",
                        Query(f"opsmon_ups_load_ratio{{{_HERE}}}", "{{instance}} {{phase}}"),
                    ),
                    lines(
                        "电压 Voltage",
                        "volt",
                        Query(f"opsmon_ups_input_volts{{{_HERE}}}", "输入 in {{instance}} {{phase}}"),
                        Query(f"opsmon_ups_output_volts{{{_HERE}}}", "输出 out {{instance}} {{phase}}"),
                    ),
                    lines(
                        "电池温度 Battery temperature",
                        "celsius",
                        Query(f"opsmon_ups_battery_temperature_celsius{{{_HERE}}}", "{{instance}}"),
                    ),
                    states(
                        "更换电池 Battery to replace",
                        Query(f"opsmon_ups_battery_replace{{{_HERE}}}", "{{instance}}"),
                        _NEW_BATTERY,
                        width=12,
                    ),
                ],
            ),
            (
                "机房环境 Environment",
                [
                    lines(
                        "温度 Temperature",
                        "celsius",
                        Query(f"opsmon_env_temperature_celsius{{{_HERE}}}", "{{instance}} {{sensor}}"),
                    ),
                    lines(
                        "湿度 Humidity",
                        "percentunit",
                        Query(f"opsmon_env_humidity_ratio{{{_HERE}}}", "{{instance}} {{sensor}}"),
                        top=1,
                    ),
                ],
            ),
        ],
        variables=[SITES],
        console="/devices?kind=ups",
    )
