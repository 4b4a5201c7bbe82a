"""Invented people and notices for tests of messages to people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, PageChannel, PersonAddress, Reaches
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.notice import Notice, Urgency
from opsmon.text.bilingual import Text

NOW = datetime(2026, 11, 28, 1, 41, 24, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = PersonAddress("p-1", Text("engineer A", "甲工"), "zh", wecom="jia", phone=Secret("13800000001"))
SECOND = PersonAddress("p-2", Text("B"), "en", phone=Secret("13800000002"), mail=Secret("b@mail.invalid"))
DIRECTORY = {"p-1": FIRST, "p-2": SECOND}
KEY = "3f1c-key-of-the-robot-77aa"

FAULT = Notice(
    Urgency.FIRST_PAGE, True, NOW, Text("mcu-1 does not answer", "mcu-1 设备未响应"), incident="20261128-7", sequence=1,
    people=("p-1",), site="二龙路主会场", since=NOW - timedelta(seconds=24), clause="E2", target="on_site",
    due_at=NOW + timedelta(seconds=161), call=3, affected=12,
)  # fmt: skip


def fault(number: int, **changes: object) -> Notice:
    """One of many faults, each of an incident of its own."""
    return replace(FAULT, incident=f"20261128-{number}", **changes)  # type: ignore[arg-type]


def waiting(number: int, notice: Notice | None = None, **changes: object) -> WaitingNotice:
    told = notice if notice is not None else fault(number, **changes)
    return WaitingNotice(f"{told.incident}-{told.sequence}-robot", number, told, NOW)


def robot(kind: ChannelKind, url: str = "", **changes: object) -> PageChannel:
    urls = (Secret(url),) if url else ()
    channel = PageChannel("robot", kind, Reaches.GROUP, urls, token=Secret(KEY), secret=Secret("SECtest"))
    return replace(channel, **changes)  # type: ignore[arg-type]
