"""Pages that are open while the connection is not, or while there are more of them than a browser has connections."""

import re
import signal
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from opsmon.model.incident import FactType
from opsmon.web.frame.live import MAX_OF_A_BROWSER
from tests.support.browser.chromium import SIGNED_IN, OpenPage
from tests.support.browser.story import tell
from tests.support.daemon.house import house_in
from tests.support.port import free_port
from tests.support.web.scene import WebScene

PATIENCE_MS = 60_000
STALE = re.compile("stale")


async def test_ten_tabs_of_one_browser_hear_of_a_change(scene: WebScene, browser: Browser, address: str) -> None:
    context = await browser.new_context(extra_http_headers=SIGNED_IN, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    tabs: list[Page] = []
    for _ in range(10):
        tabs.append(await context.new_page())
        await tabs[-1].clock.install()
        await tabs[-1].goto(f"{address}/")  # none waits for a connection that the streams of the others keep
        await expect(tabs[-1].locator(".row").first).to_be_visible()
    incident = next(one for one in scene.daemon.world.incidents.open_incidents() if one.device == "ups-1")
    tell(scene, incident.id, FactType.ACKNOWLEDGED, "乙工")
    for place, tab in enumerate(tabs):
        if place < len(tabs) - MAX_OF_A_BROWSER:
            await tab.clock.fast_forward(16_000)  # who was sent away asks every fifteen seconds
        await expect(tab.locator(f"#row-{incident.id} .who-cell")).to_contain_text("乙工", timeout=PATIENCE_MS)
    await context.close()


async def test_a_killed_daemon_is_said_and_its_return_seen(browser: Browser, tmp_path: Path) -> None:
    async with house_in(tmp_path) as house:
        house.port = free_port()
        house.write_settings()
        first = await house.start()
        await house.mcu.die()
        await house.receiver.until(lambda: house.receiver.story() == [("mcu", "firing")])
        context = await browser.new_context(locale="en-GB")
        page = await context.new_page()
        await page.clock.install()
        await page.goto(f"{first.url}/")
        left = page.locator(".row .left").first
        colour = await left.evaluate("one => getComputedStyle(one).color")
        await expect(page.locator("#lost")).to_be_hidden()
        await first.end(signal.SIGKILL)
        await page.clock.fast_forward(27_000)
        await expect(page.locator("#lost")).to_contain_text("Connection lost", timeout=PATIENCE_MS)
        await expect(page.locator("html")).to_have_class(STALE)
        grey = await left.evaluate("one => getComputedStyle(one).color")
        soft = await page.locator(".under").first.evaluate(
            "one => getComputedStyle(document.querySelector('.foot')).color"
        )
        assert grey == soft != colour
        stopped = await left.text_content()
        await page.clock.fast_forward(5_000)
        assert await left.text_content() == stopped  # it counts down to nothing that it knows
        await house.start()
        await expect(page.locator("#lost")).to_be_hidden(timeout=PATIENCE_MS)
        await expect(page.locator("html")).not_to_have_class(STALE)
        await house.mcu.live()
        await house.receiver.until(lambda: house.receiver.story()[-1:] == [("mcu", "resolved")])
        await expect(page.locator(".row.met")).to_be_visible(timeout=PATIENCE_MS)
        await context.close()


async def test_an_open_stream_that_falls_silent_is_said(scene: WebScene, open_page: OpenPage) -> None:
    page = await open_page("/", locale="zh-CN")
    await page.route("**/stream", lambda route: route.abort())
    await page.clock.install()
    await page.reload()
    await page.clock.fast_forward(27_000)
    await expect(page.locator("#lost")).to_contain_text("连接中断，数据截至", timeout=PATIENCE_MS)
