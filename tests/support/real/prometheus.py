"""A real Prometheus in a process of its own, and what it knows."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.port import free_port
from tests.support.programs import require


@contextlib.asynccontextmanager
async def prometheus(config: Path, data: Path) -> AsyncIterator[str]:
    """Started with the file `config`; yields its address."""
    async with serving("prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}") as url:
        yield url


@contextlib.asynccontextmanager
async def serving(program: str, *flags: str, port: int = 0) -> AsyncIterator[str]:
    """A program of the family of Prometheus, which take their address in one way; yields the address."""
    port = port or free_port()
    process = await asyncio.create_subprocess_exec(
        require(program),
        *flags,
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def ask(http: aiohttp.ClientSession, url: str, query: str) -> list[dict[str, Any]]:
    """What a PromQL query gives now; nothing while Prometheus is not there yet."""
    try:
        async with http.get(f"{url}/api/v1/query", params={"query": query}) as answer:
            found = (await answer.json())["data"]["result"]
    except (aiohttp.ClientError, KeyError):
        return []
    assert isinstance(found, list)
    return found


async def until_known(http: aiohttp.ClientSession, url: str, query: str) -> list[dict[str, Any]]:
    """What the query gives, as soon as it gives anything."""
    async with asyncio.timeout(60):
        while not (found := await ask(http, url, query)):  # noqa: ASYNC110 - another program gives no event
            await asyncio.sleep(0.2)
    return found


async def is_answered(http: aiohttp.ClientSession, url: str, query: str, since_s: float, until_s: float) -> bool:
    """Whether the query gave anything at any second of a span (seconds since 1970). AssertionError: it is refused."""
    span = {"query": query, "start": str(since_s), "end": str(until_s), "step": "1"}
    async with http.get(f"{url}/api/v1/query_range", params=span) as answer:
        found = await answer.json()
    assert found["status"] == "success", f"{query}: {found.get('error')}"
    return bool(found["data"]["result"])
