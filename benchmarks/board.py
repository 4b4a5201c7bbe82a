"""The board with 10,000 open incidents: `python -m benchmarks.board [UPDATES]`.

The console runs in a process of its own (`_board_server`), with a real store. What is measured, and its bar:

- the server, from request to answer, of a state of the world that nobody has looked at yet (p99, 100 ms), and of one
  that somebody has (5 ms); the page over the wire (40 kB); the first page of all after a start, without a bar;
- from the click that takes an incident on to the row on 100 watching pages (p99, 500 ms); 100 idle streams (1 % of a
  core);
- with Chromium: the first paint at a fourth of the processor's speed (1 s), and the heap of the page after UPDATES
  updates (10 MB after 10,000, which take twenty minutes and more; 1,000 unless told, and half of them beside it, to see
  whether it grows). Its clock runs twenty times as fast, as a page asks three times a second at most.

Times are those of the wall: another program on the machine makes them longer.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import aiohttp
from playwright.async_api import Page, async_playwright

from benchmarks._board_server import TOKEN
from benchmarks._measure import PATIENCE_S, python_module, running
from tests.support.browser.chromium import ARGUMENTS, CHROMIUM

ROUNDS, WARM_READS, WATCHERS, CLICKS, IDLE_S = 100, 10, 100, 20, 30.0
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "zh"}
FASTER = """(() => {
    const now = Date.now.bind(Date), wait = window.setTimeout.bind(window), began = now();
    Date.now = () => began + (now() - began) * 20;
    window.setTimeout = (do_, ms, ...more) => wait(do_, ms / 20, ...more);
})()"""


def said(name: str, value: float, bar: float, unit: str) -> None:
    print(f"{name}: {value:.1f} {unit}, bar {bar:g}, ratio {value / bar:.2f}", flush=True)


def p99(values: list[float]) -> float:
    return sorted(values)[max(round(len(values) * 0.99) - 1, 0)]


class Bench:
    """The console's process, and a client of it."""

    def __init__(self, process: subprocess.Popen[str], url: str, client: aiohttp.ClientSession) -> None:
        self.process, self.url, self.client = process, url, client
        self.ids: list[str] = []

    def ask(self, word: str) -> float:
        """Seconds of processor time of the console."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(word, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    async def board(self, path: str = "/") -> tuple[float, bytes]:
        """How long the board took in ms, and what came over the wire."""
        began = time.perf_counter()
        async with self.client.get(self.url + path) as answer:
            body = await answer.read()
            assert answer.status == 200
        return (time.perf_counter() - began) * 1e3, body

    async def offered(self) -> list[str]:
        """The incidents that the board offers to take on, in its order."""
        async with self.client.get(f"{self.url}/?part=live", headers={"Accept-Encoding": "identity"}) as answer:
            return re.findall(r'/i/([0-9-]+)#take"', await answer.text())

    async def take_on(self, incident: str) -> None:
        async with self.client.post(f"{self.url}/api/v1/incidents/{incident}/ack", json={"by": "甲工"}) as answer:
            assert answer.status in (200, 201), await answer.text()

    async def note(self, incident: str) -> None:
        told = {"type": "remote_started", "by": "甲工"}
        async with self.client.post(f"{self.url}/api/v1/incidents/{incident}/events", json=told) as answer:
            assert answer.status in (200, 201), await answer.text()

    async def judge(self, incident: str, severity: str) -> None:
        found = {"severity": severity, "by": "经理", "reason": "benchmark"}
        async with self.client.put(f"{self.url}/api/v1/incidents/{incident}/scope", json=found) as answer:
            assert answer.status == 200, await answer.text()


async def serve_times(bench: Bench) -> None:
    first_ms, body = await bench.board()
    cold, warm, cpu_s = [], [], 0.0
    for number in range(ROUNDS):
        await bench.take_on(bench.ids[number])
        before_s = bench.ask("cpu")
        cold.append((await bench.board())[0])
        cpu_s += bench.ask("cpu") - before_s
        warm += [(await bench.board())[0] for _ in range(WARM_READS)]
    print(f"the first board after a start: {first_ms:.0f} ms")
    said(f"a board that nobody has seen, p99 of {ROUNDS}", p99(cold), 100, "ms")
    print(f"  median {median(cold):.0f} ms, of which the processor took {cpu_s / ROUNDS * 1e3:.0f} ms")
    said(f"a board that somebody has seen, p99 of {len(warm)}", p99(warm), 5, "ms")
    print(f"  median {median(warm):.1f} ms")
    said("the board, zipped", len(body) / 1e3, 40, "kB")


class Watcher:
    """A page that is open: it hears of a change, and fetches what changes of it, at most three times a second."""

    def __init__(self, bench: Bench, client: aiohttp.ClientSession) -> None:
        self._bench, self._client = bench, client
        self.text, self.at = "", 0.0
        self._news = asyncio.Condition()

    async def until_taken(self, incident: str) -> float:
        """When the page did not offer to take the incident on any more."""
        async with self._news:
            await self._news.wait_for(lambda: self.text and f'/i/{incident}#take"' not in self.text)
        return self.at

    async def watch(self, ready: asyncio.Semaphore) -> None:
        async with self._client.get(f"{self._bench.url}/stream") as stream:
            ready.release()
            async for line in stream.content:
                if line.startswith(b"event: change"):
                    async with self._client.get(f"{self._bench.url}/?part=live") as answer:
                        self.text = await answer.text()
                    self.at = time.perf_counter()
                    async with self._news:
                        self._news.notify_all()


async def watching(bench: Bench) -> None:
    ready, took = asyncio.Semaphore(0), []
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        watchers = []
        for number in range(WATCHERS):  # a machine each: the port bounds the connections of one address
            connector = aiohttp.TCPConnector(local_addr=(f"127.0.1.{number + 1}", 0))
            session = aiohttp.ClientSession(headers=HEADERS, connector=connector, read_bufsize=2**20)
            client = await stack.enter_async_context(session)
            watchers.append(Watcher(bench, client))
        tasks = [group.create_task(one.watch(ready)) for one in watchers]
        for _ in watchers:
            await ready.acquire()
        before_s = bench.ask("cpu")
        await asyncio.sleep(IDLE_S)
        idle_s = bench.ask("cpu") - before_s
        await bench.note(bench.ids[-1])  # so that each has a page
        for incident in (await bench.offered())[:CLICKS]:
            began = time.perf_counter()
            await bench.take_on(incident)
            async with asyncio.timeout(PATIENCE_S):
                shown = await asyncio.gather(*(one.until_taken(incident) for one in watchers))
            took += [(at - began) * 1e3 for at in shown]
            await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
    said(f"click to shown on {WATCHERS} pages, p99", p99(took), 500, "ms")
    print(f"  median {median(took):.0f} ms")
    said(f"{WATCHERS} idle streams", idle_s / IDLE_S * 100, 1, "% of a core")


async def heap_of(page: Page) -> float:
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    found = await session.send("Performance.getMetrics")
    return float(next(one["value"] for one in found["metrics"] if one["name"] == "JSHeapUsedSize")) / 1e6


async def in_browser(bench: Bench, updates: int) -> None:
    if not CHROMIUM.exists():
        print("no /usr/bin/chromium: the heap and the first paint are not measured")
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        painted = []
        for _ in range(5):
            context = await browser.new_context(extra_http_headers=HEADERS)
            page = await context.new_page()
            await (await context.new_cdp_session(page)).send("Emulation.setCPUThrottlingRate", {"rate": 4})
            await page.goto(f"{bench.url}/")
            painted.append(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            await context.close()
        said("first paint at a fourth of the speed, median of 5", median(painted), 1_000, "ms")
        await grow(bench, await browser.new_page(extra_http_headers=HEADERS), updates)
        await browser.close()


async def grow(bench: Bench, page: Page, updates: int) -> None:
    await page.add_init_script(FASTER)
    answers = 0

    def count(address: str) -> None:
        nonlocal answers
        answers += "part=live" in address

    page.on("response", lambda answer: count(answer.url))
    await page.goto(f"{bench.url}/")
    before = half = await heap_of(page)
    incidents = (await bench.offered())[:50]
    for number in range(updates):
        seen = answers
        if number == updates // 2:
            half = await heap_of(page)
        severity = "ordinary" if number // len(incidents) % 2 else "major"  # so that a row changes each time
        await bench.judge(incidents[number % len(incidents)], severity)
        deadline = time.monotonic() + 10
        while answers == seen and time.monotonic() < deadline:
            await page.wait_for_timeout(2)
    after = await heap_of(page)
    said(f"heap of the page after {answers} updates", after, 10, "MB")
    print(f"  before them {before:.1f} MB, after half of them {half:.1f} MB")


async def measure(updates: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = python_module("benchmarks._board_server", str(Path(folder) / "root"))
        with running(*command) as (process, url):
            async with aiohttp.ClientSession(headers=HEADERS, auto_decompress=False) as client:
                bench = Bench(process, url, client)
                async with client.get(
                    f"{url}/api/v1/incidents?state=open", headers={"Accept-Encoding": "identity"}
                ) as all_:
                    bench.ids = [one["id"] for one in await all_.json()]
                bench.ask("forget")
                await serve_times(bench)
                await watching(bench)
                await in_browser(bench, updates)


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
