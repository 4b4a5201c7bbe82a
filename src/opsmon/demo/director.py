"""Runs the demo: a root in a temporary folder, the fleet, the daemon against it, the receiver, and the story.

The daemon is the real one, started as `opsmon run` in a process of its own; all that it knows of the fleet is the YAML.
"""

import asyncio
import os
import secrets
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from opsmon.demo.cast import COMMUNITY, SITES, cast, inventory_of
from opsmon.demo.receiver import Receiver, Tell
from opsmon.demo.stage import DemoError, Fleet, Stage, carry_in, start_fleet
from opsmon.demo.story import acts

PERIOD_S = 10
START_WAIT_S = 60.0
STOP_WAIT_S = 20.0
POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Evening:
    """How the demo is played: where, how long, on which HTTP port; `carrier` is the socket that leads out of a
    namespace, None on loopback."""

    stage: Stage
    seconds: float
    port: int
    carrier: Path | None
    tell: Tell


async def direct(evening: Evening) -> dict[str, Any]:
    """Play it, and return what was seen: the incidents, and the deliveries by alert name and status."""
    async with AsyncExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="opsmon-demo-")))
        secret = secrets.token_hex(16)
        environment = {**os.environ, "OPSMON_DEMO_COMMUNITY": COMMUNITY, "OPSMON_DEMO_SECRET": secret,
                       "OPSMON_TOKEN": secrets.token_hex(16)}  # fmt: skip
        fleet = await start_fleet(evening.stage)
        stack.push_async_callback(fleet.close)
        receiver = Receiver(secret, evening.tell)
        hook_port = await _serve(stack, receiver)
        await write_root(root, evening, hook_port)
        daemon = await _start_daemon(stack, root, environment)
        if evening.carrier is not None:
            stack.callback((await carry_in(evening.carrier, evening.port)).close)
        house = await stack.enter_async_context(aiohttp.ClientSession(f"http://127.0.0.1:{evening.port}"))
        await _wait_for_everyone(house, daemon, root, evening)
        await _play(fleet, house, environment["OPSMON_TOKEN"], evening)
        return {"incidents": await _incidents(house), "arrived": receiver.arrived, "forged": receiver.forged}


async def write_root(root: Path, evening: Evening, hook_port: int) -> None:
    """A new root by `opsmon init`, with the fleet as its inventory."""
    contracts = dict.fromkeys(contract for _, contract, _, _ in SITES.values())
    examples = [word for contract in contracts for word in ("--example", contract)]
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opsmon", "init", str(root), *examples, stdout=asyncio.subprocess.DEVNULL
    )
    if await made.wait() != 0:
        raise DemoError("`opsmon init` failed: see its message above")
    for sample in (root / "inventories").rglob("*.yaml"):
        sample.unlink()
    for site in SITES:
        text = inventory_of(site, evening.stage.network, pings=evening.stage.routed, period_s=PERIOD_S)
        (root / "inventories" / f"{site}.yaml").write_text(text, encoding="utf-8")
    (root / "opsmon.yaml").write_text(
        f"http: {{listen: '127.0.0.1:{evening.port}', token: {{env: OPSMON_TOKEN}}}}\n"
        f"webhooks:\n  - {{name: oncall, url: 'http://127.0.0.1:{hook_port}/hook', format: alertmanager,"
        " secret: {env: OPSMON_DEMO_SECRET}}\n",
        encoding="utf-8",
    )


async def _serve(stack: AsyncExitStack, receiver: Receiver) -> int:
    runner = web.AppRunner(receiver.application())
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    return port


async def _start_daemon(stack: AsyncExitStack, root: Path, environment: dict[str, str]) -> asyncio.subprocess.Process:
    log = stack.enter_context((root / "daemon.log").open("wb"))
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opsmon", "run", "--root", str(root), env=environment, stdout=log, stderr=log
    )
    stack.push_async_callback(_stop, daemon)
    return daemon


async def _stop(daemon: asyncio.subprocess.Process) -> None:
    if daemon.returncode is not None:
        return
    daemon.terminate()
    try:
        async with asyncio.timeout(STOP_WAIT_S):
            await daemon.wait()
    except TimeoutError:
        daemon.kill()
        await daemon.wait()


async def _wait_for_everyone(
    house: aiohttp.ClientSession, daemon: asyncio.subprocess.Process, root: Path, evening: Evening
) -> None:
    """Until the daemon has seen every device of the fleet up."""
    deadline, wanted, up = time.monotonic() + START_WAIT_S, len(cast()), 0
    while time.monotonic() < deadline:
        if daemon.returncode is not None:
            raise DemoError(f"the daemon stopped: {(root / 'daemon.log').read_text(errors='replace')[-2000:]}")
        devices = await _get(house, "/api/v1/devices")
        up = sum(device["state"] == "up" for device in devices)
        evening.tell("progress", f"{up} of {wanted} devices are up")
        if up == wanted:
            return
        await asyncio.sleep(POLL_S)
    raise DemoError(
        f"only {up} of {wanted} devices came up: {(root / 'daemon.log').read_text(errors='replace')[-2000:]}"
    )


async def _play(fleet: Fleet, house: aiohttp.ClientSession, token: str, evening: Evening) -> None:
    curtain = time.monotonic()
    for act in acts(evening.seconds):
        await asyncio.sleep(max(0.0, curtain + act.at_s - time.monotonic()))
        for order in act.orders:
            await fleet.order(order)
        evening.tell("act", f"{act.title_en}  {act.title_zh}")
        for device, fact in act.facts:
            await _report(house, token, device, fact)
    await asyncio.sleep(max(0.0, curtain + evening.seconds - time.monotonic()))


async def _report(house: aiohttp.ClientSession, token: str, device: str, fact: str) -> None:
    """A person tells the daemon something about the open incident of a device, if there is one."""
    for incident in await _get(house, f"/api/v1/incidents?device={device}"):
        body = {"type": fact, "by": "on-call engineer"}
        headers = {"Authorization": f"Bearer {token}"}
        async with house.post(f"/api/v1/incidents/{incident['id']}/events", json=body, headers=headers) as answer:
            if answer.status != HTTPStatus.CREATED:
                raise DemoError(f"the daemon did not take {fact} of {device}: {await answer.text()}")


async def _incidents(house: aiohttp.ClientSession) -> list[dict[str, Any]]:
    return await _get(house, "/api/v1/incidents?state=all")


async def _get(house: aiohttp.ClientSession, path: str) -> list[dict[str, Any]]:
    """A list from the daemon's API; empty while it does not answer yet."""
    try:
        async with house.get(path) as answer:
            answer.raise_for_status()
            found: list[dict[str, Any]] = await answer.json()
            return found
    except aiohttp.ClientError:
        return []
