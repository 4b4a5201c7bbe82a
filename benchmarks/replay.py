"""A year of 5,000 devices with 20,000 incidents replayed under all five contracts: `python -m benchmarks.replay`."""

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from opsmon.contract.clock.case import Case
from opsmon.contract.clock.replay import replay_case
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import IncidentId

ROOT = Path(__file__).parents[1]
DEVICES, INCIDENTS = 5_000, 20_000
BAR_S = 60.0
# A year that every contract but the first two is in; those two are replayed in a year of their own.
YEARS = {"xicheng-stats-2023": 2023, "bj-hrss-2021": 2022}
STORY = (
    (FactType.NOTIFIED, 1), (FactType.ACKNOWLEDGED, 4), (FactType.REPORTED, 6), (FactType.REMOTE_STARTED, 12),
    (FactType.REMOTE_FAILED, 40), (FactType.ON_SITE, 90), (FactType.SPARE_NEEDED, 110), (FactType.SPARE_INSTALLED, 400),
    (FactType.RESOLVED, 420), (FactType.REPORT_FILED, 2000),
)  # fmt: skip


def story(chance: random.Random, year: int) -> tuple[Fact, ...]:
    """What happens to one fault: most steps of it, each at a time of its own, in minutes after the detection."""
    start = datetime(year, 6, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(300 * 86_400))
    facts = [Fact(FactType.DETECTED, start)]
    for type_, minutes in STORY:
        if chance.random() < 0.8:
            facts.append(Fact(type_, start + timedelta(seconds=minutes * 60 * chance.uniform(0.2, 3.0))))
    return tuple(facts)


def cases(books: list[ContractRules]) -> list[tuple[ContractRules, Case]]:
    """Twenty thousand incidents on five thousand devices of all contracts."""
    chance = random.Random(2026)
    devices = [
        (book, chance.choice(list(book.contract.services)), chance.choice(list(Kind)),
         chance.choice(["main-hall", "bureau", "community"]))
        for book in (chance.choice(books) for _ in range(DEVICES))
    ]  # fmt: skip
    made = []
    for number in range(INCIDENTS):
        book, service, kind, venue = devices[chance.randrange(DEVICES)]
        severity = chance.choice([Severity.ORDINARY, Severity.ORDINARY, Severity.MAJOR, Severity.EMERGENCY])
        facts = story(chance, YEARS.get(book.contract.id, 2026))
        labels = {"venue": venue}
        made.append((book, Case(IncidentId(f"i{number}"), book.contract.id, service, kind, severity, labels, facts)))
    return made


def main() -> None:
    """Print the figure."""
    problems = Problems()
    books = list(load_contracts(ROOT, ZoneInfo("Asia/Shanghai"), problems).values())
    problems.raise_if_any()
    made = cases(books)
    began = time.process_time()
    clocks = events = 0
    for book, case in made:
        replayed = replay_case(book, case, datetime(2028, 1, 1, tzinfo=UTC))
        clocks, events = clocks + len(replayed.clocks), events + len(replayed.events)
    took = time.process_time() - began
    print(f"{len(made)} incidents on {DEVICES} devices: {clocks} clocks, {events} events in {took:.1f} s, "
          f"bar {BAR_S:.0f} s, ratio {took / BAR_S:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
