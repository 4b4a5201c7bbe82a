"""10,000 pages that escalate in one tick, on one core: `python -m benchmarks.pages`.

Everybody is silent: each of the faults takes its next step at the same moment. The bar is 150 ms of CPU. Beside it
stands a tick in which nothing is due, which must not know how many pages there are.
"""

import gc
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from opsmon.daemon.daemon import GC_THRESHOLD
from opsmon.engine.decide import decide
from opsmon.engine.effect import Tell
from opsmon.engine.fold import fold
from opsmon.engine.input import Tick
from opsmon.engine.rules import Rules
from opsmon.engine.world import World, start_world
from opsmon.model.device import Inventory, Site
from opsmon.model.event import IncidentOpened
from opsmon.model.incident import Severity
from opsmon.model.name import ChannelName, ContractId, DeviceName, IncidentId, PersonId, PlanName, RotaName, SiteName
from opsmon.model.page import CallReason, PageStepTaken
from opsmon.oncall.oncall_rules import OnCallRules, Person, Reach, ReachOf
from opsmon.oncall.plan import EscalationPlan, EscalationStep, PersonTarget, PlanMatch, RotaTarget
from opsmon.oncall.roster import Rota
from opsmon.oncall.shift import DutyShift, ShiftDays
from opsmon.state.condition.rules import Rulebook
from opsmon.text.bilingual import Text

ROOT = Path(__file__).parents[1]
PAGES = 10_000
BAR_S = 0.150
START = datetime(2026, 11, 20, 2, tzinfo=UTC)
SITE, CONTRACT = SiteName("hall"), ContractId("xicheng-vc-2025")
ROBOT, PLAN = ChannelName("robot"), PlanName("all")
CREW, LEAD = (PersonId("p-1"), PersonId("p-2")), PersonId("p-lead")


def rules() -> Rules:
    """A site under the contract with the shortest time to acknowledge, and one crew for day and night."""
    problems, zone = Problems(), ZoneInfo("Asia/Shanghai")
    contracts = load_contracts(ROOT, zone, problems)
    problems.raise_if_any()
    days = ShiftDays(weekdays=frozenset(range(7)))
    rota = Rota(RotaName("vc"), contracts[CONTRACT].calendar, (
        DutyShift("day", days, 0, 86_400, (CREW,), 2, date(2026, 1, 1)),
    ))  # fmt: skip
    everybody = frozenset({*CREW, LEAD})
    steps = (
        EscalationStep((RotaTarget(rota.name),), (ROBOT,)),
        EscalationStep((RotaTarget(rota.name), PersonTarget(LEAD)), (ROBOT,)),
    )
    plan = EscalationPlan(PLAN, PlanMatch(), steps)
    oncall = OnCallRules(
        {name: Person(name, Text(name)) for name in everybody},
        {ROBOT: Reach(ROBOT, "wecom", ReachOf.GROUP, everybody)}, {rota.name: rota}, {plan.name: plan},
    )  # fmt: skip
    inventory = Inventory({SITE: Site(SITE, contract=CONTRACT, service="vc")}, {})
    return Rules(inventory, Rulebook(), contracts, zone, oncall=oncall)


def open_pages(known: Rules, pages: int) -> World:
    """Faults that people reported at one moment, each told to the crew."""
    world, due = start_world(known, START), START + timedelta(seconds=90)
    for number in range(1, pages + 1):
        name = IncidentId(f"20261120-{number}")
        opened = IncidentOpened(
            START, name, "no picture", "", DeviceName(""), SITE, None, CONTRACT, "vc", Severity.ORDINARY, START, "",
            by="duty desk",
        )  # fmt: skip
        world = fold(world, opened)
        taken = PageStepTaken(START, name, PLAN, 1, 1, 1, CREW, (ROBOT,), CallReason.OPENED, due)
        world = fold(world, taken)
        paging = replace(world.paging, agenda=world.paging.agenda.set(name, due))
        world = replace(world, paging=paging)
    world = replace(world, duties=replace(world.duties, next_at=due + timedelta(days=1)))
    return decide(world, Tick(), START).world  # the first look, which writes down who is on duty


def quiet_tick_s(world: World, at: datetime) -> float:
    began = time.process_time()
    for _ in range(100):
        decide(world, Tick(), at)
    return (time.process_time() - began) / 100


def main() -> None:
    """Print the figures."""
    world = open_pages(rules(), PAGES)
    few = open_pages(world.rules, 10)
    at = START + timedelta(seconds=1)
    quiet_s, few_s = quiet_tick_s(world, at), quiet_tick_s(few, at)
    gc.collect()
    gc.freeze()  # as the daemon does: what was loaded is no part of the tick
    gc.set_threshold(*GC_THRESHOLD)
    due = START + timedelta(seconds=91)
    took = []
    for _ in range(7):
        began = time.process_time()
        step = decide(world, Tick(), due)
        took.append(time.process_time() - began)
    told = sum(isinstance(effect, Tell) for effect in step.effects)
    best_s = min(took)
    print(f"{told} of {PAGES} pages took a step in {best_s * 1e3:.0f} ms of CPU ({best_s / PAGES * 1e6:.1f} µs each), "
          f"bar {BAR_S * 1e3:.0f} ms, ratio {best_s / BAR_S:.2f}")  # fmt: skip
    print(f"a tick with nothing due: {quiet_s * 1e6:.0f} µs with {PAGES} pages, {few_s * 1e6:.0f} µs with 10")


if __name__ == "__main__":
    main()
