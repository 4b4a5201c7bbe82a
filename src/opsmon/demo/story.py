"""What happens in the demo, and when: pure, so that a shorter evening gets a shorter story by the same rule."""

from dataclasses import dataclass

# Clause E2 of the contract wants somebody at the main hall within 3 minutes, and is at risk after half of them; then
# the first alert takes up to one period and the confirmation (1 + 2 + 4 s).
DEFAULT_SECONDS = 210
RECOVERY_BEFORE_END_S = 62  # a poll, the hold-down of 30 s, and time to see the result
SHORTEST_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Act:
    """At `at_s` after the curtain the fleet gets `orders`, the audience is told `title` in two languages, and people
    report `facts` (device, event type) of the open incident of a device, through the daemon's API."""

    at_s: float
    orders: tuple[str, ...]
    title_en: str
    title_zh: str
    facts: tuple[tuple[str, str], ...] = ()


def acts(seconds: float) -> tuple[Act, ...]:
    """The acts of an evening of `seconds`. The faults start at once; the recovery leaves room to be seen."""
    recovery_s = max(38.0, seconds - RECOVERY_BEFORE_END_S)
    return (
        Act(2, ("die access-3",), "access switch access-3 dies; 40 cameras hang behind it",
            "接入交换机 access-3 断电，其下 40 路摄像机失联"),
        Act(6, ("die mcu-1",), "mcu-1 dies in the main hall: contract clause E2 wants somebody there in 3 minutes",
            "主会场 mcu-1 故障：合同 E2 条要求 3 分钟内到场"),
        Act(12, ("battery ups-1",), "ups-1 loses mains power and runs on battery", "ups-1 市电中断，转电池供电"),
        Act(recovery_s - 20, (), "an engineer reaches the main hall: E2 is met; access-3 is acknowledged",
            "工程师到达主会场：E2 到场时限达成；access-3 已响应",
            (("mcu-1", "on_site"), ("access-3", "acknowledged"))),
        Act(recovery_s, ("revive access-3", "revive mcu-1", "mains ups-1"),
            "everything recovers; each incident is resolved after a hold-down of 30 seconds",
            "全部恢复；保持 30 秒后关闭事件"),
    )  # fmt: skip
