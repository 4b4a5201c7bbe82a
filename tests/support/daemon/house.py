"""The whole daemon as a user starts it: `opsmon run` in a process of its own, over a root in a folder, against TCP
services and a webhook receiver of the test on loopback."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.support.daemon.forked import ForkedProcess, start_module
from tests.support.places import REPOSITORY
from tests.support.port import free_port

TOKEN = "a-token-of-the-test"
PATIENCE_S = 60.0


class AlertReceiver:
    """A webhook receiver that remembers; `answer` is the status that it gives."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.answer = 200
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.json()
        async with self._news:
            self.seen += [(request.headers["X-Opsmon-Delivery"], alert) for alert in body["alerts"]]
            self._news.notify_all()
        return web.Response(status=self.answer)

    def story(self, name: str = "DeviceDown") -> list[tuple[str, str]]:
        """What was told of alerts of this name: device and status, in order."""
        return [
            (alert["labels"]["device"], alert["status"])
            for _, alert in self.seen
            if alert["labels"]["alertname"] == name
        ]

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(ready)


class Service:
    """Something that listens on a TCP port, and can die and come back."""

    def __init__(self) -> None:
        self.port = free_port()
        self.greeted = 0
        self._server: asyncio.Server | None = None

    async def live(self) -> None:
        self._server = await asyncio.start_server(self._greet, "127.0.0.1", self.port)

    async def die(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _greet(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.greeted += 1
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class DaemonHouse:
    """A root, its devices and its receiver."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = 0  # the daemon finds one
        self.receiver = AlertReceiver()
        self.mcu, self.nvr = Service(), Service()
        self.environment: dict[str, str] = {}
        self.most_files: int | None = None  # that a daemon may have open; None: as many as the test
        self.daemons: list[Daemon] = []

    def write_root(self) -> None:
        (self.root / "inventories").mkdir(parents=True)
        (self.root / "probes").mkdir()
        (self.root / "rules").mkdir()
        (self.root / "probes" / "generic.yaml").write_text("name: generic\ntitle: any device\nkind: other\n")
        for name in ("contracts", "calendars", "conditions.yaml"):
            (self.root / "rules" / name).symlink_to(REPOSITORY / "rules" / name)
        self.write_settings()
        self.write_inventory()

    def write_settings(self) -> None:
        (self.root / "opsmon.yaml").write_text(
            f'http: {{listen: "127.0.0.1:{self.port}", token: {{env: OPSMON_TOKEN}}}}\n'
            "language: en\nhold_down: 1s\n"
            f'webhooks: [{{name: oncall, url: "http://127.0.0.1:{self.receiver.port}/hook"}}]\n'
        )

    def write_inventory(self, extra: str = "") -> None:
        (self.root / "inventories" / "hall.yaml").write_text(
            "site: hall\ncontract: xicheng-vc-2025\nservice: vc\nlabels: {venue: main-hall}\n"
            "devices:\n"
            f"  - {{name: mcu, address: 127.0.0.1, kind: mcu, checks: [{{tcp: {{port: {self.mcu.port}}}}}],"
            " periods: {tcp: 1s}}\n"
            f"  - {{name: nvr, address: 127.0.0.1, kind: nvr, checks: [{{tcp: {{port: {self.nvr.port}}}}}],"
            " periods: {tcp: 1s}}\n" + extra
        )

    async def start(self) -> "Daemon":
        daemon = Daemon(self)
        await daemon.start()
        return daemon


class Daemon:
    """One life of the process."""

    def __init__(self, house: DaemonHouse) -> None:
        self._house = house
        self.url = ""
        self.process: ForkedProcess
        self.log: list[str] = []
        self.said: list[str] = []
        self._news = asyncio.Condition()
        self._readers: list[asyncio.Task[None]] = []

    async def start(self, *, ready: bool = True) -> None:
        given = {"PYTHONPATH": str(REPOSITORY / "src"), "OPSMON_TOKEN": TOKEN, **self._house.environment}
        environment = {**os.environ, **given}
        self._house.daemons.append(self)
        words = ("opsmon", "run", "--root", str(self._house.root))
        self.process = await start_module(*words, environment=environment, most_files=self._house.most_files)
        self._readers = [
            asyncio.create_task(self._read(self.process.stdout, self.said)),
            asyncio.create_task(self._read(self.process.stderr, self.log)),
        ]
        if ready:
            await self.until_logged("listening on")
            self.follow_port()

    def follow_port(self) -> None:
        """To where it listens now: one that waited as standby, or became one, opened its port again."""
        self.url = [line for line in self.log if "listening on" in line][-1].split()[-1]

    async def _read(self, stream: asyncio.StreamReader, lines: list[str]) -> None:
        async for line in stream:
            async with self._news:
                lines.append(line.decode().rstrip())
                self._news.notify_all()

    async def until_logged(self, words: str, *, after: str = "") -> None:
        """Until a line says so; `after`, one that came after the last that says this."""
        try:
            async with asyncio.timeout(PATIENCE_S), self._news:
                await self._news.wait_for(lambda: any(words in line for line in self._lines_after(after)))
        except TimeoutError:
            raise AssertionError(f"{words!r} was not logged:\n" + "\n".join(self.log)) from None

    def _lines_after(self, words: str) -> list[str]:
        last = max((number for number, line in enumerate(self.log) if words in line), default=len(self.log))
        return self.log[last + 1 :] if words else self.log

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
            await asyncio.gather(*self._readers)
        return code

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as client, client.get(self.url + path) as answer:
            return answer.status, await answer.text()

    async def read(self, path: str) -> Any:
        status, text = await self.get(path)
        assert status == 200, text
        return json.loads(text)

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            aiohttp.ClientSession() as client,
            client.post(self.url + path, json=body, headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def metric(self, name: str) -> float:
        _, text = await self.get("/metrics")
        line = next(line for line in text.splitlines() if line.startswith(name))
        return float(line.rpartition(" ")[2])


async def command(root: Path, *words: str) -> tuple[int, str]:
    """One `opsmon` command over the root: exit code and stdout."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), "OPSMON_TOKEN": TOKEN}
    process = await start_module("opsmon", *words, "--root", str(root), environment=environment)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode() or err.decode()


@asynccontextmanager
async def house_beside(first: DaemonHouse, folder: Path) -> AsyncIterator[DaemonHouse]:
    """Another root with the devices and the receiver of the first."""
    house = DaemonHouse(folder / "root")
    house.receiver, house.mcu, house.nvr = first.receiver, first.mcu, first.nvr
    house.write_root()
    try:
        yield house
    finally:
        for daemon in house.daemons:
            await daemon.end(signal.SIGKILL)


@asynccontextmanager
async def house_in(folder: Path) -> AsyncIterator[DaemonHouse]:
    house = DaemonHouse(folder / "root")
    await house.receiver.start()
    house.write_root()
    await house.mcu.live()
    await house.nvr.live()
    try:
        yield house
    finally:
        for daemon in house.daemons:
            await daemon.end(signal.SIGKILL)  # whatever a failed test left behind
        await house.mcu.die()
        await house.nvr.die()
        await house.receiver.stop()
