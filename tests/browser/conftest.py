"""A console that is served over TCP with faults to show, and Debian's Chromium to look at it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from opsmon.model.secret import Secret
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings
from tests.support.browser.chromium import ARGUMENTS, CHROMIUM, SIGNED_IN, OpenPage
from tests.support.browser.story import (
    everything_happens,
    message_arrives,
    people_are_called,
    pings_of_a_day,
    silence,
    swap,
)
from tests.support.web.scene import TOKEN, WebScene


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They talk to a program that others wrote, and take some seconds."""
    here = Path(__file__).parent
    missing = None if CHROMIUM.exists() else "there is no /usr/bin/chromium here: apt-get install chromium"
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)  # that of the browser
            item.add_marker(pytest.mark.real)
            item.add_marker(pytest.mark.slow)
            if missing and not os.environ.get("OPSMON_REQUIRE_REAL"):
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture
def scene(tmp_path: Path) -> WebScene:
    made = WebScene(tmp_path, PortSettings(port=0, token=Secret(TOKEN)))
    people_are_called(made)
    everything_happens(made)
    for one in made.daemon.world.incidents.open_incidents():
        message_arrives(made, one.id)
    silence(made, device="ups-1")
    swap(made)
    pings_of_a_day(made)
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def address(scene: WebScene) -> AsyncIterator[str]:
    server = WebServer(scene.parts)
    yield await server.start()
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of a worker: a context is as good as a browser of its own."""
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield made
        await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, address: str) -> AsyncIterator[OpenPage]:
    """Opens a page of the console in a context of its own."""
    contexts: list[BrowserContext] = []

    async def open_(path: str, *, width: int = 1280, height: int = 900, **options: Any) -> Page:
        headers = options.pop("extra_http_headers", SIGNED_IN)
        context = await browser.new_context(
            viewport={"width": width, "height": height}, extra_http_headers=headers, **options
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = await context.new_page()
        await page.goto(f"{address}{path}")
        return page

    yield open_
    for context in contexts:
        await context.close()
