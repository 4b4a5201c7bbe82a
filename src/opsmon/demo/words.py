"""What the demo says beside the messages: the clocks that run, what a breach costs, what to type. Pure."""

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from opsmon.demo.story import CONTRACT, LIMIT
from opsmon.text.duration import remaining_words
from opsmon.text.vocabulary import TARGETS, named

SHOWN_CLOCKS = 3


def clock_words(clocks: Sequence[Mapping[str, Any]], language: str) -> str:
    """`E1 acknowledge 1m23s left · E2 on site 5s over` of those that run out in minutes; "" where none does."""
    waited = [one for one in clocks if one["target"] in ("acknowledge", "on_site") and one["remaining_s"] is not None]
    near = [one for one in waited if one["remaining_s"] <= LIMIT.total_seconds()][:SHOWN_CLOCKS]
    return " · ".join(_clock(one, language) for one in sorted(near, key=lambda one: str(one["clause"])))


def _clock(clock: Mapping[str, Any], language: str) -> str:
    rest = remaining_words(clock["remaining_s"], language)
    return f"{clock['clause']} {named(TARGETS, clock['target'], language)} {rest}"


def cost_lines(month: Mapping[str, Any], language: str) -> Iterable[str]:
    """What each breach may cost under which clause, why, and the month so far."""
    zh = language == "zh"
    why = ""
    for one in month["penalties"]:
        yield f"{one['clause']}{'：' if zh else ': '}{_cny(one, language)}"
        why = one["why_zh" if zh else "why"] or why
    if why:
        yield f"（{why}）" if zh else f"({why})"
    faults = next((one for one in month["budgets"] if one["subject"] == "all"), None)
    used = "" if faults is None else (
        f"；故障 {faults['used']}/{faults['limit']} 次（{faults['clause']}）" if zh
        else f"; faults: {faults['used']} of {faults['limit']} allowed ({faults['clause']})"
    )  # fmt: skip
    total = _cny(month["sum"], language)
    yield f"{month['month']} 本月累计：{total}{used}" if zh else f"{month['month']} so far: {total}{used}"


def _cny(amount: Mapping[str, Any], language: str) -> str:
    least, most = amount["cny_min"], amount["cny_max"]
    return f"{least:,} 至 {most:,} 元" if language == "zh" else f"{least:,} to {most:,} CNY"


def sign_in_words(account: str, password: str, language: str) -> str:
    """With what the pages are opened while the demo runs: the account is gone with its root."""
    return f"登录：用户名 {account}，密码 {password}" if language == "zh" else f"Sign in as {account}: {password}"


def scrape_words(config: Path, language: str) -> str:
    """How Prometheus watches the demo; the dashboards of `deploy/grafana` show what it scrapes."""
    files = {"config.file": config, "storage.tsdb.path": config.parent / "tsdb"}
    command = " ".join(("prometheus", *(f"--{name}={shlex.quote(str(path))}" for name, path in files.items())))
    return f"Prometheus：{command}" if language == "zh" else f"For Prometheus: {command}"


def invitation(program: str, incident: str, root: Path, language: str) -> tuple[str, str]:
    """What the audience is asked to do, and the command for it."""
    asked = (
        "轮到您了：在另一个终端里确认接手，通知与时限会立即变化：" if language == "zh"
        else "Your turn: take it on in another terminal, and see what the phone and the clock say:"
    )  # fmt: skip
    return asked, f"{program} incidents ack {incident} --root {shlex.quote(str(root))}"


def next_steps(program: str, root: str | None, month: str, language: str) -> tuple[str, ...]:
    """What to do when the demo is over; `root` is where it was kept."""
    zh = language == "zh"
    kept = () if root is None else (
        f"演示数据保留在：{root}" if zh else f"Kept: {root}",
        f"{program} report month {CONTRACT} --month {month} --root {shlex.quote(root)}",
        f"{program} journal show --root {shlex.quote(root)}",
    )  # fmt: skip
    own = (
        "接下来监控您自己的设备：" if zh else "Next, your own devices:",
        f"{program} init DIR",
        f"{program} check --root DIR",
        f"{program} probe ADDRESS --community COMMUNITY --root DIR",
        f"{program} run --root DIR",
    )
    return (*kept, *own)


def program_words(interpreter: Path, searched: str | None) -> str:
    """What to type for `opsmon`: the bare name where the shell finds it (`searched`), else the way to it."""
    beside = interpreter.parent / "opsmon"
    if searched is not None and Path(searched).resolve() == beside.resolve():
        return "opsmon"
    if not beside.exists():
        return f"{shlex.quote(str(interpreter))} -m opsmon"
    way = os.path.relpath(beside)
    return shlex.quote(way if len(way) < len(str(beside)) else str(beside))
