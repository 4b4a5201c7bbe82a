"""The tables of the screen: by kind of check, by site, the slowest devices, late checks, the parts of the daemon."""

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from opsmon.cli.top import figure
from opsmon.cli.top.column import Row, Show, TopColumn, TopTable
from opsmon.model.sample import Outcome
from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import CHECKS, OUTCOMES, Words, named

Style = Callable[[Row], str]
BAD, WARN, FINE, FAINT = "red", "yellow", "green", "dim"
SLOW_SHARE = 0.5  # of the time-out
LATE_WARN_S, LATE_BAD_S = 1.0, 5.0
BUSY_WARN = 0.5
STAGES: Words = {
    "running": Text("running", "执行中"),
    "waiting": Text("no place", "等待名额"),
    "due": Text("due", "待执行"),
}
PARTS: Words = {
    "checks": Text("other checks", "其他检查"),
    "schedule": Text("scheduling", "调度"),
    "decisions": Text("decisions", "判断与事件"),
    "web": Text("pages and API", "页面与接口"),
    "messages": Text("messages", "通知"),
    "backups": Text("backups", "备份"),
    "daemon": Text("daemon", "守护进程"),
    "threads": Text("threads, waking", "线程与唤醒"),
    "loop": Text("event loop", "事件循环"),
    "other": Text("other", "其他"),
}
_OUTCOME_HEADINGS: Mapping[Outcome, Text] = {
    Outcome.DEGRADED: Text("DEGRADED", "异常"),
    Outcome.TIMEOUT: Text("TIMEOUT", "超时"),
    Outcome.REFUSED: Text("REFUSED", "被拒绝"),
    Outcome.AUTH: Text("AUTH", "认证失败"),
    Outcome.PROTOCOL: Text("PROTOCOL", "协议不符"),
    Outcome.LOCAL_FAULT: Text("OURS", "本机故障"),
}


def _failed(row: Row) -> int:
    return int(row["runs"]) - int(row["outcomes"]["ok"])


def _late_style(seconds: float | None) -> str:
    late_s = seconds or 0.0
    return BAD if late_s > LATE_BAD_S else WARN if late_s > LATE_WARN_S else ""


def _outcome_style(row: Row, key: str = "outcome") -> str:
    return {"ok": FINE, "degraded": WARN, "local_fault": WARN}.get(str(row[key]), BAD)


def _outcome_column(outcome: Outcome, heading: Text) -> TopColumn:
    return TopColumn(
        outcome.value,
        heading,
        6,
        lambda row, _: figure.count(row["outcomes"][outcome.value]),
        lambda row: row["outcomes"][outcome.value],
        rank=9,
        style=lambda row: BAD if row["outcomes"][outcome.value] else FAINT,
    )


def _figure(
    key: str, heading: Text, width: int, rank: int, write: Callable[[Any], str], *, style: Style = lambda row: ""
) -> TopColumn:
    """A number of the row by its name."""
    return TopColumn(key, heading, width, lambda row, _: write(row[key]), itemgetter(key), rank=rank, style=style)


def _text(key: str, heading: Text, width: int, rank: int, show: Show, *, style: Style = lambda row: "") -> TopColumn:
    return TopColumn(key, heading, width, show, itemgetter(key), rank=rank, falls=False, is_text=True, style=style)


def _plain(key: str) -> Show:
    return lambda row, _: str(row[key])


def _name(heading: Text, key: str, width: int, show: Show, *, grows: bool = True) -> TopColumn:
    return TopColumn(key, heading, width, show, itemgetter(key), rank=0, falls=False, is_text=True, grows=grows)


_SITE = _text("site", Text("SITE", "站点"), 14, 4, _plain("site"), style=lambda row: FAINT)
_ROW_FIGURES = (
    _figure("checks", Text("CHECKS", "检查数"), 7, 3, figure.count),
    _figure("checks_per_s", Text("RUNS/S", "次/秒"), 6, 1, figure.rate),
    TopColumn(
        "failed",
        Text("FAILED", "失败"),
        6,
        lambda row, _: figure.count(_failed(row)),
        _failed,
        style=lambda row: BAD if _failed(row) else FAINT,
    ),
    _figure("mean_s", Text("MEAN", "平均"), 7, 2, figure.length),
    _figure("p99_s", Text("99 %", "99 %"), 7, 1, figure.length),
    _figure("busy", Text("AT ONCE", "并发"), 6, 5, figure.rate),
    _figure(
        "late_p50_s",
        Text("LATE 50 %", "延迟 50 %"),
        7,
        6,
        figure.length,
        style=lambda row: _late_style(row["late_p50_s"]),
    ),
    _figure(
        "late_p99_s",
        Text("LATE 99 %", "延迟 99 %"),
        7,
        2,
        figure.length,
        style=lambda row: _late_style(row["late_p99_s"]),
    ),
    _figure(
        "skipped", Text("SKIPPED", "跳过"), 6, 7, figure.count, style=lambda row: WARN if row["skipped"] else FAINT
    ),
    *(_outcome_column(outcome, heading) for outcome, heading in _OUTCOME_HEADINGS.items()),
)
CHECK_TABLE = TopTable(
    "checks", "c", Text("checks", "检查"),
    (
        _name(Text("CHECK", "检查"), "name", 10, lambda row, language: named(CHECKS, row["name"], language)),
        *_ROW_FIGURES[:5],
        _figure("cpu_ratio", Text("CPU", "处理器"), 6, 3, figure.percent),
        *_ROW_FIGURES[5:],
    ),
    itemgetter("checks"), "checks_per_s", itemgetter("name"), Text("no checks", "没有检查"),
)  # fmt: skip
SITE_TABLE = TopTable(
    "sites", "t", Text("sites", "站点"),
    (
        _name(Text("SITE", "站点"), "name", 14, _plain("name")),
        _text("title", Text("TITLE", "名称"), 20, 4, _plain("title")),
        *_ROW_FIGURES,
    ),
    itemgetter("sites"), "checks_per_s", lambda row: f"{row['name']} {row['title']}", Text("no sites", "没有站点"),
)  # fmt: skip


def _device_named(row: Row) -> str:
    return f"{row['device']} {row['title']} {row['site']} {row['check']}"


def _check_column() -> TopColumn:
    return _text("check", Text("CHECK", "检查"), 9, 1, lambda row, language: named(CHECKS, row["check"], language))


def _last_outcome(key: str, heading: Text) -> TopColumn:
    return _text(
        key, heading, 11, 2, lambda row, language: named(OUTCOMES, row[key], language),
        style=lambda row: _outcome_style(row, key),
    )  # fmt: skip


def _clock_time(key: str, heading: Text) -> TopColumn:
    """When it was, by the terminal's clock."""
    return _text(key, heading, 8, 6, lambda row, _: f"{datetime.fromisoformat(row[key]).astimezone():%H:%M:%S}")


DEVICE_TABLE = TopTable(
    "devices", "d", Text("slowest", "最慢设备"),
    (
        _name(Text("DEVICE", "设备"), "device", 16, _plain("device")),
        _text("title", Text("TITLE", "名称"), 18, 7, _plain("title")),
        _check_column(),
        _figure(
            "duration_s", Text("TOOK", "用时"), 8, 1, figure.length,
            style=lambda row: WARN if row["duration_s"] > SLOW_SHARE * row["timeout_s"] else "",
        ),
        _figure("timeout_s", Text("TIME-OUT", "时限"), 7, 5, figure.length, style=lambda row: FAINT),
        _figure(
            "busy", Text("BUSY", "占用"), 7, 3, figure.percent,
            style=lambda row: WARN if row["busy"] > BUSY_WARN else "",
        ),
        _figure("series", Text("NUMBERS", "数值"), 7, 3, figure.count),
        _last_outcome("outcome", Text("OUTCOME", "结果")),
        _SITE,
        _clock_time("at", Text("AT", "时刻")),
    ),
    itemgetter("slowest"), "duration_s", _device_named, Text("nothing has run yet", "尚无检查结果"),
)  # fmt: skip
LATE_TABLE = TopTable(
    "late", "l", Text("late", "延误"),
    (
        _name(Text("DEVICE", "设备"), "device", 16, _plain("device")),
        _text("title", Text("TITLE", "名称"), 18, 7, _plain("title")),
        _check_column(),
        _figure("late_s", Text("LATE BY", "已延误"), 8, 1, figure.length, style=lambda row: _late_style(row["late_s"])),
        _text("stage", Text("STAGE", "阶段"), 9, 1, lambda row, language: named(STAGES, row["stage"], language)),
        _last_outcome("last_outcome", Text("LAST", "上次结果")),
        _SITE,
        _clock_time("last_at", Text("LAST AT", "上次时刻")),
    ),
    itemgetter("late"), "late_s", _device_named, Text("no check is late", "没有延误的检查"),
)  # fmt: skip


def part_name(name: str, language: str) -> str:
    """A kind of check, or a part of the daemon."""
    return named(CHECKS if name in CHECKS else PARTS, name, language)


PART_TABLE = TopTable(
    "parts", "u", Text("CPU", "处理器"),
    (
        _name(Text("PART", "部分"), "name", 24, lambda row, language: part_name(row["name"], language), grows=False),
        _figure("cpu_ratio", Text("OF A CORE", "单核占比"), 9, 1, figure.percent),
    ),
    itemgetter("parts"), "cpu_ratio", itemgetter("name"),
    Text("too little was seen yet", "尚无足够的采样"),
)  # fmt: skip
TABLES: Mapping[str, TopTable] = {
    table.key: table for table in (CHECK_TABLE, SITE_TABLE, DEVICE_TABLE, LATE_TABLE, PART_TABLE)
}
