"""The lines above the table: rates, processor, lateness, memory, queues. What is not as it should be is coloured."""

from collections.abc import Iterator
from datetime import datetime

from rich.cells import cell_len
from rich.text import Text as Line

from opsmon.cli.top import figure
from opsmon.cli.top.column import Row
from opsmon.cli.top.tables import BAD, FAINT, LATE_BAD_S, LATE_WARN_S, WARN, part_name
from opsmon.text.bilingual import Text
from opsmon.text.count import counted
from opsmon.text.duration import length_words
from opsmon.text.safe import visible
from opsmon.text.vocabulary import Words, named

LABEL_WIDTH = 10
QUEUE_WARN = 100  # inputs, requests, messages: a few come and go
_LABELS = {
    "rates": Text("checks", "检查"),
    "cpu": Text("CPU", "处理器"),
    "late": Text("lateness", "延迟"),
    "memory": Text("memory", "内存"),
    "queues": Text("queues", "队列"),
}
_NAME = Text("opsmon top", "opsmon 负载")
_FLEET = Text("{} devices, {} sites, {} checks", "{} 台设备，{} 个站点，{} 项检查")
_UP = Text("up {}", "已运行 {}")
_RATES = Text("{} a second now, {} over {}", "当前每秒 {} 次，{} 秒内平均 {} 次")
_FAILING = Text("failed {} a second", "每秒失败 {} 次")
_CPU = Text("{} of a core now, {} over {}", "当前占单核 {}，{} 秒内平均 {}")
_LATE = Text("half within {}, 99 % within {}, worst {}", "半数在 {} 内，99 % 在 {} 内，最长 {}")
_NONE_BEGAN = Text("none began", "尚未开始")
_HELD = Text("loop: {}, {}, by {}", "事件循环停顿 {} 次，共 {}，来自 {}")
_HOLDERS: Words = {"others": Text("others", "多个任务"), "the machine": Text("the machine", "本机")}
_NOT_HELD = Text("loop never held", "事件循环无停顿")
_MEMORY = Text("{}: {} numbers of the last samples; journal {}", "{}；最近采样 {} 个数值；日志 {} 条")
_QUEUES = {
    "inputs": Text("inputs", "待判断"),
    "checks_running": Text("running", "执行中"),
    "checks_waiting": Text("no place", "等名额"),
    "held_back": Text("held back", "限速等待"),
    "pings_in_flight": Text("pings", "Ping"),
    "snmp_in_flight": Text("SNMP", "SNMP"),
    "snmp_waiting": Text("SNMP wait", "SNMP 等待"),
    "notifications": Text("messages", "待发通知"),
    "backups": Text("backups", "备份"),
    "streams": Text("streams", "推送"),
}
_GOES_UP_AND_DOWN = frozenset({"checks_running", "pings_in_flight", "snmp_in_flight", "backups", "streams"})


def header_lines(load: Row, width: int, language: str) -> list[Line]:
    """At most `width` cells each; the lines of the parts and of the queues are as many as they need."""
    lines = [_title(load, width, language), _labelled("rates", _rates(load, language), language)]
    lines += _flowing("cpu", _cpu(load, language), width, language)
    lines += _flowing("late", _lateness(load, language), width, language)
    lines.append(_labelled("memory", Line(_memory(load, language)), language))
    lines += _flowing("queues", _queues(load, language), width, language)
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def _title(load: Row, width: int, language: str) -> Line:
    sizes, now = load["sizes"], datetime.fromisoformat(load["at"]).astimezone()
    fleet = _FLEET.in_(language).format(*(figure.count(sizes[name]) for name in ("devices", "sites", "checks")))
    line = Line.assemble((_NAME.in_(language), "bold"), "  ", fleet, "  ")
    line.append(_UP.in_(language).format(length_words(load["uptime_s"], language)), FAINT)
    clock = f"{now:%H:%M:%S}"
    room = width - line.cell_len - len(clock)
    return line.append(" " * room + clock) if room > 0 else line


def _rates(load: Row, language: str) -> Line:
    now, minute = load["now"], load["minute"]
    words = _RATES.in_(language).format(
        figure.rate(now["checks_per_s"]), *_over(figure.rate(minute["checks_per_s"]), minute["lasted_s"], language)
    )
    failing = _FAILING.in_(language).format(figure.rate(minute["failures_per_s"]))
    return Line(words).append("   ").append(failing, WARN if minute["failures_per_s"] else FAINT)


def _over(value: str, lasted_s: float, language: str) -> tuple[str, str]:
    """The average and its length of time, in the order of the language."""
    return (f"{lasted_s:.0f}", value) if language == "zh" else (value, f"{lasted_s:.0f} s")


def _cpu(load: Row, language: str) -> Iterator[Line]:
    now, minute = load["now"], load["minute"]
    over = _over(figure.percent(minute["cpu_ratio"]), minute["lasted_s"], language)
    yield Line(_CPU.in_(language).format(figure.percent(now["cpu_ratio"]), *over))
    for part in load["parts"][:4]:
        yield Line(f"{part_name(part['name'], language)} {figure.percent(part['cpu_ratio'])}", FAINT)


def _lateness(load: Row, language: str) -> Iterator[Line]:
    late, holds = load["lateness"], load["holds"]
    worst_s = late["worst_s"]
    style = BAD if worst_s > LATE_BAD_S else WARN if worst_s > LATE_WARN_S else ""
    if late["p50_s"] is None:
        yield Line(_NONE_BEGAN.in_(language), FAINT)
    else:
        values = (figure.length(late[name]) for name in ("p50_s", "p99_s", "worst_s"))
        yield Line(_LATE.in_(language).format(*values), style)
    if holds["count"]:
        times = holds["count"] if language == "zh" else counted(holds["count"], "holds")
        held = _HELD.in_(language).format(
            times, figure.length(holds["held_s"]), visible(named(_HOLDERS, holds["longest_by"], language))
        )
        yield Line(held, WARN)
    else:
        yield Line(_NOT_HELD.in_(language), FAINT)


def _memory(load: Row, language: str) -> str:
    sizes = load["sizes"]
    counted = (figure.count(sizes[name]) for name in ("series", "journal_entries"))
    return _MEMORY.in_(language).format(figure.size(sizes["rss_bytes"]), *counted)


def _queues(load: Row, language: str) -> Iterator[Line]:
    for name, words in _QUEUES.items():
        waiting = load["queues"][name]
        is_long = name not in _GOES_UP_AND_DOWN and (waiting or 0) > (0 if name == "checks_waiting" else QUEUE_WARN)
        style = WARN if is_long else "" if waiting else FAINT
        yield Line(f"{words.in_(language)} {figure.count(waiting)}", style)


def _label(name: str, language: str) -> Line:
    words = _LABELS[name].in_(language)
    return Line(words + " " * max(LABEL_WIDTH - cell_len(words), 1), "bold")


def _labelled(name: str, rest: Line, language: str) -> Line:
    return _label(name, language).append_text(rest)


def _flowing(name: str, pieces: Iterator[Line], width: int, language: str) -> list[Line]:
    """Pieces side by side, on another line where they have no room; none is cut in two."""
    lines = [_label(name, language)]
    for piece in pieces:
        is_first = lines[-1].cell_len == LABEL_WIDTH
        if not is_first and lines[-1].cell_len + 3 + piece.cell_len > width:
            lines.append(Line(" " * LABEL_WIDTH))
            is_first = True
        lines[-1].append("" if is_first else "   ").append_text(piece)
    return lines
