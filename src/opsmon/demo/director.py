"""Runs the demo: a root in a folder of its own, the fleet, the daemon against it, the receiver, and the story.

The daemon is the real one, started as `opsmon run` in a process of its own; all that it knows of the fleet is the YAML.
"""

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from opsmon.demo.cast import cast
from opsmon.demo.house import POLL_S, DemoDaemon
from opsmon.demo.receiver import SHOWN_ZONE, Receiver, Tell
from opsmon.demo.root import ACCOUNT, PROMETHEUS_FILE, DemoRoot, write_root
from opsmon.demo.stage import FleetProcess, Stage, carry_in, start_fleet
from opsmon.demo.story import CONTRACT, HALL_DEVICE, Act, Told, acts
from opsmon.demo.words import clock_words, cost_lines, invitation, scrape_words, sign_in_words

PREFIX = "opsmon-demo-"
BREACH_WAIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Evening:
    """How the demo is played: where, how long, on which HTTP port, in which language (`zh` or `en`); `carrier` is the
    socket that leads out of a namespace, None on loopback. `keep`: the root stays. `program` is what the audience
    types for `opsmon`."""

    stage: Stage
    seconds: float
    port: int
    carrier: Path | None
    tell: Tell
    language: str = "en"
    keep: bool = False
    program: str = "opsmon"


async def direct(evening: Evening) -> dict[str, Any]:
    """Play it, and return what was seen: the incidents, the deliveries by alert name and status, what the breaches
    cost, and the root where it is kept."""
    async with AsyncExitStack() as stack:
        place = _place(stack, keep=evening.keep)
        fleet = await start_fleet(evening.stage)
        stack.push_async_callback(fleet.close)
        receiver = Receiver(evening.tell)
        hook_port = await _serve(stack, receiver)
        root = await write_root(place, evening.stage, evening.port, hook_port, evening.language)
        receiver.believe(root.secret)
        daemon = DemoDaemon(root, evening.port)
        stack.push_async_callback(daemon.stop)
        await daemon.start()
        if evening.carrier is not None:
            stack.callback((await carry_in(evening.carrier, evening.port)).close)
        await daemon.wait_for_everyone(len(cast()), lambda up: _tell_progress(evening, up))
        evening.tell("note", sign_in_words(ACCOUNT, root.password, evening.language))
        evening.tell("note", scrape_words(place / PROMETHEUS_FILE, evening.language))
        play = _Play(evening, fleet, daemon, root)
        await play.run()
        return {
            "incidents": await daemon.get("/api/v1/incidents?state=all"),
            "arrived": receiver.arrived,
            "calls": receiver.calls,
            "forged": receiver.forged,
            "cost": await play.count_up(),
            "root": str(place) if evening.keep else None,
        }


def _place(stack: AsyncExitStack, *, keep: bool) -> Path:
    if keep:
        return Path(tempfile.mkdtemp(prefix=PREFIX))
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX)))


def _tell_progress(evening: Evening, up: int) -> None:
    total = len(cast())
    zh = evening.language == "zh"
    evening.tell("progress", f"已上线 {up}/{total} 台" if zh else f"{up} of {total} devices are up")


async def _serve(stack: AsyncExitStack, receiver: Receiver) -> int:
    runner = web.AppRunner(receiver.application())
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    return port


class _Play:
    """The acts one after the other, and beside them what is left on the contract's clocks."""

    def __init__(self, evening: Evening, fleet: FleetProcess, daemon: DemoDaemon, root: DemoRoot) -> None:
        self._evening, self._fleet, self._daemon, self._root = evening, fleet, daemon, root

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch_clocks())
            await self._play()
            watch.cancel()

    async def count_up(self) -> dict[str, Any]:
        """What the contract's month costs so far."""
        month = datetime.now(SHOWN_ZONE).strftime("%Y-%m")
        found = await self._daemon.assess(CONTRACT, month)
        return {key: found[key] for key in ("contract", "month", "breaches", "penalties", "budgets", "sum")}

    async def _play(self) -> None:
        curtain = time.monotonic()
        for act in acts(self._evening.seconds):
            await asyncio.sleep(max(0.0, curtain + act.at_s - time.monotonic()))
            await self._act(act)
        await asyncio.sleep(max(0.0, curtain + self._evening.seconds - time.monotonic()))

    async def _act(self, act: Act) -> None:
        language, tell = self._evening.language, self._evening.tell
        for order in act.orders:
            await self._fleet.order(order)
        tell("act", act.title.in_(language))
        for told in act.facts:
            await self._tell_fact(told)
        if act.invites:
            for incident in await self._incidents(HALL_DEVICE):
                first, command = invitation(self._evening.program, incident["id"], self._root.place, language)
                tell("note", first)
                tell("type", command)
        if act.counts_up:
            await self._wait_for_breach()
            for line in cost_lines(await self.count_up(), language):
                tell("cost", line)

    async def _incidents(self, device: str) -> list[dict[str, Any]]:
        return await self._daemon.get(f"/api/v1/incidents?device={device}")

    async def _tell_fact(self, told: Told) -> None:
        """A person tells the daemon something about the open incident of a device, if there is one."""
        for incident in await self._incidents(told.device):
            if told.unless_told and incident["phase"] == "acknowledged":
                continue
            fact: dict[str, object] = {"type": told.fact, "by": told.by.in_(self._evening.language)}
            if told.ago_s:
                fact["at"] = (datetime.now(SHOWN_ZONE) - timedelta(seconds=told.ago_s)).isoformat()
            await self._daemon.tell(incident["id"], fact)

    async def _wait_for_breach(self) -> None:
        deadline = time.monotonic() + BREACH_WAIT_S
        while time.monotonic() < deadline:
            if await self._daemon.get(f"/api/v1/clocks?state=breached&contract={CONTRACT}"):
                return
            await asyncio.sleep(POLL_S)

    async def _watch_clocks(self) -> None:
        while True:
            clocks = [one for incident in await self._incidents(HALL_DEVICE) for one in incident["clocks"]]
            self._evening.tell("clock", clock_words(clocks, self._evening.language))
            await asyncio.sleep(POLL_S)
