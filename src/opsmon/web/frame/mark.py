"""The marks of states: a sign and a word for each, so that no state is told by its colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsmon.incident.incident import Incident, Phase
from opsmon.model.event import ClockState, DeviceState
from opsmon.model.sample import Outcome
from opsmon.text.bilingual import Text


@dataclass(frozen=True, slots=True)
class Mark:
    """`tone` is the class of the style sheet; a smaller `rank` presses more."""

    sign: str
    tone: str
    word: Text
    rank: int


MARKS: Mapping[str, Mark] = {
    "breached": Mark("✖", "breached", Text("breached", "已超时"), 0),
    "at_risk": Mark("▲", "at-risk", Text("at risk", "将超时"), 1),
    "running": Mark("●", "running", Text("running", "进行中"), 2),
    "acknowledged": Mark("○", "acknowledged", Text("acknowledged", "已接单"), 3),
    "recovering": Mark("◌", "quiet", Text("recovering", "恢复观察中"), 4),
    "silenced": Mark("◌", "quiet", Text("silenced", "静默中"), 4),
    "met": Mark("✔", "met", Text("met", "已完成"), 5),
    "unknown": Mark("?", "quiet", Text("unknown", "未知"), 6),
}
CLOCK_MARKS: Mapping[ClockState, Mark] = {
    ClockState.BREACHED: MARKS["breached"],
    ClockState.AT_RISK: MARKS["at_risk"],
    ClockState.RUNNING: MARKS["running"],
    ClockState.MET: MARKS["met"],
    ClockState.MET_LATE: Mark("✖", "breached", Text("met late", "超时完成"), 5),
    ClockState.CANCELLED: Mark("–", "quiet", Text("cancelled", "不计"), 6),
}
DEVICE_MARKS: Mapping[DeviceState, Mark] = {
    DeviceState.DOWN: Mark("✖", "breached", Text("down", "中断"), 0),
    DeviceState.FLAPPING: Mark("✖", "breached", Text("flapping", "反复中断"), 1),
    DeviceState.UNREACHABLE: Mark("▲", "at-risk", Text("unreachable", "不可达"), 2),
    DeviceState.DEGRADED: Mark("▲", "at-risk", Text("degraded", "部分异常"), 3),
    DeviceState.UNKNOWN: Mark("?", "quiet", Text("unknown", "未知"), 4),
    DeviceState.MAINTENANCE: Mark("◌", "quiet", Text("maintenance", "维护中"), 5),
    DeviceState.UP: Mark("✔", "met", Text("up", "正常"), 6),
}
NOT_WATCHED = Mark("┄", "quiet", Text("not watched", "未监测"), 7)  # of a time, never of a device that is watched now
OUTCOME_TONES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.OK: ("✔", "met"),
    Outcome.DEGRADED: ("▲", "at-risk"),
    Outcome.LOCAL_FAULT: ("?", "quiet"),
}
FAILED = ("✖", "breached")


def incident_mark(incident: Incident, worst: ClockState | None, *, is_held: bool) -> Mark:
    """How an incident stands: by its most pressing open clock, else by whether somebody has it now."""
    if not incident.is_open:
        return CLOCK_MARKS[worst] if worst in (ClockState.BREACHED, ClockState.AT_RISK) else MARKS["met"]
    if incident.phase is Phase.RECOVERING and worst is not ClockState.BREACHED:
        return MARKS["recovering"]
    if worst in (ClockState.BREACHED, ClockState.AT_RISK):
        return CLOCK_MARKS[worst]
    return MARKS["acknowledged"] if is_held else MARKS["running"]
