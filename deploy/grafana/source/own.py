"""opsmon itself: whether it keeps its pace, tells people, and writes what it decides."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.source.frame import dashboard_of
from deploy.grafana.source.panels import AMBER, GREEN, RED, THIRD, Panel, Query, lines, number, states

_JOB = 'job="opsmon"'
_READY = {"1": ("就绪 ready", GREEN), "0": ("未就绪 not ready", RED)}
_OPEN = {"1": ("可用 open", GREEN), "0": ("不可用 down", RED)}


def own() -> Dashboard:
    """The watch over the daemon."""
    return dashboard_of(
        "opsmon-itself",
        "opsmon 自身 opsmon itself",
        [("", _numbers()), ("检查 Checks", _checks()), ("通知 Messages", _messages()), ("进程 Process", _process())],
        console="/admin",
    )


def _numbers() -> list[Panel]:
    return [
        states("就绪 Ready", Query("opsmon_ready", "opsmon"), _READY, width=12, height=4),
        number(
            "检查延迟 Lag",
            "s",
            Query("opsmon_probe_lag_seconds"),
            steps=((None, GREEN), (5, AMBER), (30, RED)),
        ),
        number("无法检测 Blind", "none", Query("opsmon_blind"), steps=((None, GREEN), (1, RED))),
        number(
            "配置加载 Last reload",
            "bool_yes_no",
            Query("opsmon_config_last_reload_successful"),
            steps=((None, RED), (1, GREEN)),
        ),
    ]


def _percentile(histogram: str, by: str = "check, ") -> str:
    return f"histogram_quantile(0.99, sum by ({by}le) (rate({histogram}_bucket[$__rate_interval])))"


def _checks() -> list[Panel]:
    mean = (
        "sum by (check) (rate(opsmon_probe_duration_seconds_sum[$__rate_interval]))"
        " / sum by (check) (rate(opsmon_probe_duration_seconds_count[$__rate_interval]))"
    )
    return [
        lines(
            "每秒检查 Checks a second",
            "ops",
            Query("sum by (check, outcome) (rate(opsmon_probes_total[$__rate_interval]))", "{{check}} {{outcome}}"),
        ),
        lines("平均耗时 Mean duration", "s", Query(mean, "{{check}}")),
        lines("耗时的 99 % 99th percentile", "s", Query(_percentile("opsmon_probe_duration_seconds"), "{{check}}")),
        lines(
            "各站点 By site",
            "ops",
            Query("sum by (site) (rate(opsmon_site_probes_total[$__rate_interval]))", "{{site}}"),
        ),
        lines(
            "检查延迟 Lag",
            "s",
            Query("opsmon_probe_lag_seconds", "worst"),
            Query(_percentile("opsmon_probe_lateness_seconds", by=""), "99 %"),
            width=THIRD,
        ),
        lines(
            "自身原因 Spoiled by ourselves",
            "ops",
            Query("rate(opsmon_probe_own_faults_total[$__rate_interval])", "{{reason}}"),
            width=THIRD,
        ),
        lines(
            "跳过 Skipped",
            "ops",
            Query("rate(opsmon_probes_skipped_total[$__rate_interval])", "skipped"),
            width=THIRD,
        ),
        lines(
            "Ping 报文 Ping packets",
            "pps",
            Query("rate(opsmon_ping_packets_total[$__rate_interval])", "{{event}}"),
        ),
        lines("SNMP 报文 SNMP", "pps", Query("rate(opsmon_snmp_traffic_total[$__rate_interval])", "{{event}}")),
    ]


def _messages() -> list[Panel]:
    return [
        lines(
            "发送结果 Deliveries",
            "ops",
            Query(
                "sum by (channel, result) (rate(opsmon_notifications_total[$__rate_interval]))",
                "{{channel}} {{result}}",
            ),
        ),
        lines("等待 Waiting", "none", Query("opsmon_notifications_waiting", "{{channel}}")),
        states("通道 Channels", Query("opsmon_channel_up", "{{channel}}"), _OPEN, width=12),
        lines("呼叫 Pages", "none", Query("opsmon_pages", "{{state}}")),
        lines(
            "通道额度 Share of a channel's window",
            "percentunit",
            Query("opsmon_channel_window_used_ratio", "{{channel}}"),
            top=1,
        ),
        lines("值班人数 On duty", "none", Query("opsmon_on_duty", "{{rota}}")),
    ]


def _process() -> list[Panel]:
    return [
        lines(
            "处理器 CPU",
            "percentunit",
            Query(f"rate(process_cpu_seconds_total{{{_JOB}}}[$__rate_interval])", "opsmon"),
            width=THIRD,
        ),
        lines(
            "处理器用途 CPU by part",
            "percentunit",
            Query("rate(opsmon_cpu_seconds_total[$__rate_interval])", "{{part}}"),
            width=THIRD,
        ),
        lines(
            "队列 Queues",
            "none",
            Query("opsmon_inputs_waiting", "inputs"),
            Query("opsmon_checks_waiting", "checks"),
            Query("opsmon_snmp_waiting", "SNMP"),
            width=THIRD,
        ),
        lines("内存 Memory", "bytes", Query(f"process_resident_memory_bytes{{{_JOB}}}", "opsmon"), width=THIRD),
        lines("打开的文件 Open files", "none", Query(f"process_open_fds{{{_JOB}}}", "opsmon"), width=THIRD),
        lines(
            "决定与事件 Decisions and events",
            "ops",
            Query("rate(opsmon_decisions_total[$__rate_interval])", "decisions"),
            Query("rate(opsmon_events_total[$__rate_interval])", "events"),
            width=THIRD,
        ),
        lines(
            "写入失败 Failed writes",
            "ops",
            Query("rate(opsmon_store_failures_total[$__rate_interval])", "store"),
            width=THIRD,
        ),
        lines("采样的数值 Numbers", "none", Query("opsmon_series", "numbers"), width=THIRD),
        lines(
            "事件循环停顿 Loop held",
            "s",
            Query("increase(opsmon_loop_held_seconds_total[$__rate_interval])", "{{by}}"),
            width=THIRD,
        ),
    ]
