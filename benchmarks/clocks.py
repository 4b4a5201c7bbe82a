"""100,000 open contract clocks looked at, on one core: `python -m benchmarks.clocks`.

Half of them change their state in that look and are told to the journal. The bar is one second.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from opsmon.contract.clock.case import Case
from opsmon.contract.clock.events import ClockKey, clock_events, next_deadline
from opsmon.contract.clock.sla_clock import SlaClock
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.event import ClockChanged, ClockState
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ContractId, IncidentId

ROOT = Path(__file__).parents[1]
CLOCKS = 100_000
BAR_S = 1.0
START = datetime(2026, 10, 1, 2, tzinfo=UTC)  # a holiday: E6 and E7 run
LOOK = START + timedelta(minutes=20)


def book() -> ContractRules:
    """The contract with the most clocks an incident."""
    problems = Problems()
    books = load_contracts(ROOT, ZoneInfo("Asia/Shanghai"), problems)
    problems.raise_if_any()
    return books[ContractId("xicheng-vc-2025")]


def case(number: int, contract: ContractRules) -> Case:
    """A bureau's fault that was reported within the same quarter of an hour."""
    at = START + timedelta(milliseconds=number * 24)
    facts = (Fact(FactType.REPORTED, at), Fact(FactType.NOTIFIED, at + timedelta(minutes=15)))
    return Case(
        IncidentId(f"i{number}"), contract.contract.id, "vc", None, Severity.EMERGENCY, {"venue": "bureau"}, facts
    )


Known = list[tuple[tuple[SlaClock, ...], dict[ClockKey, ClockChanged]]]


def look(open_clocks: Known, now: datetime) -> int:
    """One look at every incident, as the daemon does it; returns how many events were told."""
    told = 0
    for clocks, announced in open_clocks:
        for event in clock_events(announced, clocks, now):
            announced[event.clause, event.target] = event
            told += 1
        next_deadline(clocks, now)
    return told


def main() -> None:
    """Print the figure."""
    contract = book()
    open_clocks: Known = []
    count = number = 0
    began = time.process_time()
    while count < CLOCKS:
        clocks = contract.clocks(case(number, contract))
        open_clocks.append((clocks, {}))
        count, number = count + len(clocks), number + 1
    reckoned = time.process_time() - began
    look(open_clocks, START + timedelta(minutes=16))
    began = time.process_time()
    told = look(open_clocks, LOOK)
    took = time.process_time() - began
    open_now = sum(
        last.after in ClockState and last.after.is_open for _, known in open_clocks for last in known.values()
    )
    print(f"reckoned {count} clocks of {number} incidents in {reckoned:.2f} s ({reckoned / count * 1e6:.1f} µs each)")
    print(f"looked at {count} clocks ({open_now} open): {told} events in {took:.3f} s of CPU, bar {BAR_S} s, "
          f"ratio {took / BAR_S:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
