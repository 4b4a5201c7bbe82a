"""What the engine decides without a wire, for `benchmarks.against`: each function gives a job that does a batch and
tells how many it was. The frozen world that a batch begins with is the same each time, so every batch is the same work.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.decide import CONTRACT, DOWN, START, sample
from benchmarks.replay import cases
from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from opsmon.contract.clock.replay import replay_case
from opsmon.contract.contract_rules import ContractRules
from opsmon.engine import decide as decide_module
from opsmon.engine.decide import decide
from opsmon.engine.input import Tick
from opsmon.engine.rules import Rules
from opsmon.engine.world import World, start_world
from opsmon.model.device import Check, Device, Inventory, Kind, Site
from opsmon.model.name import CheckName, ContractId, DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.state.condition.rules import Rulebook

ZONE = ZoneInfo("Asia/Shanghai")
CONFIRMED_AFTER_S = (0.0, 1.1, 1.1, 2.1)


def contracts_of(root: Path) -> dict[ContractId, ContractRules]:
    problems = Problems()
    contracts = load_contracts(root, ZONE, problems)
    problems.raise_if_any()
    return dict(contracts)


def fleet_of(root: Path, count: int) -> World:
    """Cameras at main halls under the contract with the most clocks; each has answered once."""
    ping = (Check(CheckName("icmp"), "icmp", 60.0, 2.0),)
    site = SiteName("hall")
    devices = (
        Device(
            DeviceName(f"cam-{number}"), site, "192.0.2.1", Kind.CAMERA, contract=CONTRACT, service="vc",
            labels={"venue": "main-hall"}, checks=ping,
        )
        for number in range(count)
    )  # fmt: skip
    inventory = Inventory({site: Site(site)}, {one.name: one for one in devices})
    contract = contracts_of(root)[CONTRACT]
    world = start_world(Rules(inventory, Rulebook(states=(DOWN,)), {CONTRACT: contract}, ZONE), START)
    return swept(world, Outcome.OK, START, list(inventory.devices))


def swept(world: World, outcome: Outcome, at: datetime, names: Sequence[DeviceName]) -> World:
    """After one sample of each device."""
    for name in names:
        world = decide(world, sample(name, outcome, at), at).world
    return world


def quiet_samples(root: Path, rounds: int, count: int) -> Callable[[], int]:
    """Every device answers once a minute, and the answers of a minute are decided as the tree's pipeline decides them:
    in one go, or one by one in a tree of before that could be. Told for one sample."""
    first = fleet_of(root, count)
    names = list(first.rules.inventory.devices)
    in_one_go = getattr(decide_module, "decide_samples", None)

    def batch() -> int:
        world = first
        for minute in range(1, rounds + 1):
            at = START + timedelta(minutes=minute)
            if in_one_go is None:
                world = swept(world, Outcome.OK, at, names)
            else:
                world = in_one_go(world, [sample(name, Outcome.OK, at) for name in names], at).world
        return rounds * count

    return batch


def outages(root: Path, rounds: int, count: int) -> Callable[[], int]:
    """The whole fleet dies, in the rhythm of the confirmations; told for one device."""
    first = fleet_of(root, count)
    names = list(first.rules.inventory.devices)

    def batch() -> int:
        for _ in range(rounds):
            world, at = first, START + timedelta(minutes=1)
            for pause_s in CONFIRMED_AFTER_S:
                at += timedelta(seconds=pause_s)
                world = decide(swept(world, Outcome.TIMEOUT, at, names), Tick(), at).world
            assert len(world.incidents.open_incidents()) == count
        return rounds * count

    return batch


def replays(root: Path, rounds: int, count: int) -> Callable[[], int]:
    """Incidents of a year under all contracts, each from its facts to its clocks; told for one incident."""
    made = cases(list(contracts_of(root).values()))[:count]

    def batch() -> int:
        for _ in range(rounds):
            for contract, case in made:
                replay_case(contract, case, datetime(2028, 1, 1, tzinfo=START.tzinfo))
        return rounds * count

    return batch
