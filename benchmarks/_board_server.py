"""A console over 10,000 open incidents, for `benchmarks.board`: `python -m benchmarks._board_server FOLDER`.

The pipeline, the store and the server are the daemon's own; only the checks and the outbox are missing. It says its
address, then answers each line of its input with one of its own: `cpu` with seconds of processor time, and `forget`
with the same, after what the board keeps of each incident was let go, as if the daemon had just been started.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from opsmon.access.control import AccessControl
from opsmon.clock import WallClock
from opsmon.config.root import load_root
from opsmon.daemon.daemon import GC_THRESHOLD
from opsmon.engine.decide import decide
from opsmon.engine.fold import fold
from opsmon.engine.input import OpenIncident
from opsmon.engine.rules import Rules
from opsmon.engine.world import World, start_world
from opsmon.metrics.daemon import Counts, DaemonMetrics, ReloadRecord
from opsmon.metrics.pages import MetricPages
from opsmon.model.device import Device
from opsmon.model.event import Event, IncidentOpened
from opsmon.model.name import DeviceName, IncidentId, SiteName
from opsmon.model.secret import Secret
from opsmon.pipeline.loop import Pipeline
from opsmon.probe.schedule.counters import ProbeTally
from opsmon.store.store import Entry, Store, open_store
from opsmon.web.context import WebContext
from opsmon.web.pages import board
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings

OPEN, SITES = 10_000, 20
TOKEN = "a token of the benchmark"


def write_root(folder: Path) -> None:
    """Twenty sites of five hundred cameras under one contract."""
    (folder / "inventories").mkdir(parents=True)
    (folder / "rules").symlink_to(Path(__file__).parents[1] / "rules")
    for site in range(SITES):
        cameras = "".join(
            f"  - {{name: cam-{site}-{number}, address: 10.{site}.{number // 250}.{number % 250 + 1}, kind: camera}}\n"
            for number in range(OPEN // SITES)
        )
        head = f"site: hall-{site}\ntitle: 第 {site} 会场\ncontract: xicheng-vc-2025\nservice: vc\n"
        (folder / "inventories" / f"hall-{site}.yaml").write_text(
            f"{head}labels: {{venue: main-hall}}\ndevices:\n{cameras}", encoding="utf-8"
        )


def crowded_world(rules: Rules, clock: WallClock) -> World:
    """A person has reported a fault of every camera. The first report is decided; the others are folded after it."""
    now = clock.now()
    first, *others = rules.inventory.devices.values()
    wanted = OpenIncident(SiteName(first.site), "无图像", now, "值班台", DeviceName(first.name))
    step = decide(start_world(rules, now), wanted, now)
    world = step.world
    for number, device in enumerate(others, start=2):
        name = IncidentId(f"{now:%Y%m%d}-{number}")
        for event in step.events:
            world = fold(world, _of_another(event, name, device))
    return world


def _of_another(event: Any, name: IncidentId, device: Device) -> Event:
    """The same event of another incident."""
    place = {"device": device.name, "site": device.site} if isinstance(event, IncidentOpened) else {}
    made: Event = replace(event, incident=name, **place)
    return made


class Console:
    """The parts of a daemon that show something, and its loop."""

    def __init__(self, folder: Path) -> None:
        write_root(folder)
        root, clock = load_root(folder), WallClock()
        self.store: Store = open_store("sqlite:///opsmon.db", folder)
        rules = Rules(root.inventory, root.conditions, root.contracts, root.settings.timezone)
        world = crowded_world(rules, clock)
        self.pipeline = Pipeline(world, self.store, clock, render=lambda message: (), perform=lambda effect: None)
        self.pipeline.starting = ""
        counts = Counts(ProbeTally(clock), ReloadRecord(), dict, self.store.backlog)
        metrics = DaemonMetrics(self.pipeline, clock, counts)
        self.server = WebServer(
            WebContext(
                daemon=self.pipeline,
                pages=MetricPages(self.pipeline, clock, metrics),
                journal=self._journal,
                clock=clock,
                settings=replace(PortSettings(), port=0, token=Secret(TOKEN)),
                access=AccessControl(self.store.access, clock),
                language="zh",
                timezone=root.settings.timezone,
            )
        )

    def _journal(self, incident: IncidentId) -> Sequence[Entry]:
        return tuple(self.store.read(incident=incident))

    def obey(self, word: str) -> str:
        """One line of the input."""
        if word == "forget":
            board._RANKED.clear()
        return str(time.process_time())


async def serve(folder: Path) -> None:
    """Until the input ends."""
    console, loop = Console(folder), asyncio.get_running_loop()
    deciding = asyncio.create_task(console.pipeline.run())
    print(await console.server.start(), flush=True)
    gc.collect()
    gc.freeze()  # as the daemon does
    gc.set_threshold(*GC_THRESHOLD)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(console.obey(line.strip()), flush=True)
    await console.server.stop()
    console.pipeline.stop()
    await deciding


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
