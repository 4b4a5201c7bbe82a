"""What happens in the demo, and when: pure, so that a shorter evening gets a shorter story by the same rule."""

from dataclasses import dataclass
from datetime import timedelta

from opsmon.text.bilingual import Text

DEFAULT_SECONDS = 180
MIN_SECONDS = 40
RECOVERY_BEFORE_END_S = 52  # a poll, the hold-down of 30 s, and time to see the result
ARRIVAL_BEFORE_RECOVERY_S = 5
BREACH_BEFORE_ARRIVAL_S = 8
MAX_COUNTDOWN_S = 150
REPORTED_AT_S = 20  # after the curtain: by then monitoring has the incident
LIMIT = timedelta(minutes=3)  # of clauses E1 and E2
CONTRACT, HALL_DEVICE = "xicheng-vc-2025", "mcu-1"


@dataclass(frozen=True, slots=True)
class Told:
    """What a person tells the daemon about the open incident of a device. `ago_s` is for a call that is written down
    only now: so long ago it came. `unless_told`: not where somebody of the audience has told the same already."""

    device: str
    fact: str
    by: Text
    ago_s: float = 0.0
    unless_told: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """At `at_s` after the curtain the fleet gets `orders`, the audience is told `title`, and people tell the daemon
    `facts`. `invites`: the audience is asked to acknowledge; `counts_up`: what the breaches cost is told."""

    at_s: float
    title: Text
    orders: tuple[str, ...] = ()
    facts: tuple[Told, ...] = ()
    invites: bool = False
    counts_up: bool = False


CALLER = Text("secretary of the main hall", "主会场秘书")
ENGINEER = Text("engineer on duty", "驻场工程师")
SWITCH_DIES = Text(
    "Access switch access-3 dies; 40 cameras hang behind it: one incident, not 41.",
    "接入交换机 access-3 断电，其下 40 路摄像机失联：只报一个事件，而非 41 个。",
)
MCU_DIES = Text("The main MCU of the video conference hall dies.", "视频会议主会场的主用 MCU 故障。")
MAINS_FAIL = Text("A UPS loses mains power and runs on battery.", "机房 UPS 市电中断，转电池供电。")
HALL_CALLED = Text(
    "The hall had called before monitoring saw it; the call is written down now. The contract counts from the call: "
    "acknowledge (E1) and be on site (E2) within 3 minutes.",
    "主会场在监控发现之前已来电报修，现补录。合同自报修起算：3 分钟内响应（E1）、3 分钟内到场（E2）。",
)
TOO_LATE = Text("The engineer is stuck in traffic. The 3 minutes are over.", "工程师堵在路上，3 分钟已过。")
ARRIVAL = Text("The engineer reaches the hall and says so.", "工程师到达主会场并登记。")
MENDED = Text("Everything is mended. A recovery is believed after 30 seconds.", "全部修复。恢复保持 30 秒后才予确认。")


def acts(seconds: float) -> tuple[Act, ...]:
    """The acts of an evening of `seconds`. The faults start at once; the breach and the recovery leave room to be
    seen. The hall's call is as old as it must be for clause E2 to be breached in this evening."""
    recovery_s = max(38.0, seconds - RECOVERY_BEFORE_END_S)
    arrival_s = recovery_s - ARRIVAL_BEFORE_RECOVERY_S
    reported_s = min(REPORTED_AT_S, arrival_s - BREACH_BEFORE_ARRIVAL_S - 5)
    breach_s = min(arrival_s - BREACH_BEFORE_ARRIVAL_S, reported_s + MAX_COUNTDOWN_S)
    call = Told(HALL_DEVICE, "reported", CALLER, ago_s=LIMIT.total_seconds() - (breach_s - reported_s))
    return (
        Act(2, SWITCH_DIES, ("die access-3",)),
        Act(4, MCU_DIES, ("die mcu-1",)),
        Act(6, MAINS_FAIL, ("battery ups-1",)),
        Act(reported_s, HALL_CALLED, facts=(call,), invites=True),
        Act(breach_s + 3, TOO_LATE, counts_up=True),
        Act(arrival_s, ARRIVAL, facts=(
            Told(HALL_DEVICE, "on_site", ENGINEER),
            Told(HALL_DEVICE, "acknowledged", ENGINEER, unless_told=True),
            Told("access-3", "acknowledged", ENGINEER, unless_told=True),
        )),
        Act(recovery_s, MENDED, ("revive access-3", "revive mcu-1", "mains ups-1")),
    )  # fmt: skip
