"""The daemon of the demo: the real one, started as `opsmon run` in a process of its own, and asked over HTTP."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import aiohttp

from opsmon.demo.root import DemoRoot
from opsmon.demo.stage import DemoError

START_WAIT_S = 60.0
STOP_WAIT_S = 20.0
POLL_S = 0.5
LOG_SHOWN = 2000


class DemoDaemon:
    """`start`, then ask; `stop` in any case."""

    def __init__(self, root: DemoRoot, port: int) -> None:
        self._root, self._port = root, port
        self._process: asyncio.subprocess.Process | None = None
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        with (self._root.place / "daemon.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "opsmon", "run", "--root", str(self._root.place), stdout=log, stderr=log
            )
        self._http = aiohttp.ClientSession(
            f"http://127.0.0.1:{self._port}", headers={"Authorization": f"Bearer {self._root.token}"}
        )

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.close()
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_WAIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def wait_for_everyone(self, wanted: int, told: Callable[[int], None]) -> None:
        """Until it has seen so many devices up; `told` hears how many are. Raises DemoError when they do not come."""
        deadline, up = time.monotonic() + START_WAIT_S, 0
        while time.monotonic() < deadline:
            if self._process is None or self._process.returncode is not None:
                raise DemoError(f"the daemon stopped: {self._log()}")
            up = sum(device["state"] == "up" for device in await self.get("/api/v1/devices"))
            told(up)
            if up == wanted:
                return
            await asyncio.sleep(POLL_S)
        raise DemoError(f"only {up} of {wanted} devices came up: {self._log()}")

    def _log(self) -> str:
        return (self._root.place / "daemon.log").read_text(errors="replace")[-LOG_SHOWN:]

    async def get(self, path: str) -> list[dict[str, Any]]:
        """A list from its API; empty while it does not answer yet."""
        assert self._http is not None  # noqa: S101  # started
        try:
            async with self._http.get(path) as answer:
                answer.raise_for_status()
                found: list[dict[str, Any]] = await answer.json()
                return found
        except aiohttp.ClientError:
            return []

    async def tell(self, incident: str, fact: dict[str, object]) -> None:
        """A person tells a fact of an incident. Raises DemoError when it is not taken."""
        assert self._http is not None  # noqa: S101  # started
        async with self._http.post(f"/api/v1/incidents/{incident}/events", json=fact) as answer:
            if answer.status != HTTPStatus.CREATED:
                raise DemoError(f"the daemon did not take {fact['type']} of {incident}: {await answer.text()}")

    async def assess(self, contract: str, month: str) -> dict[str, Any]:
        """What `opsmon contracts assess` says of a month. Raises DemoError when it says nothing."""
        words = ["contracts", "assess", contract, "--month", month, "--json", "--root", str(self._root.place)]
        asked = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "opsmon", *words, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asked.communicate()
        if asked.returncode:
            raise DemoError(f"`opsmon {' '.join(words[:5])}` failed: see its message above")
        found: dict[str, Any] = json.loads(out)
        return found
