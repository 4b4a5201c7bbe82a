"""The pictures of docs/console.md, taken from the demo: `python -m docs.console.take FOLDER`.

It starts the demo in Chinese, signs in as the demo says, waits for its story and takes them.
"""

import asyncio
import re
import sys
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.async_api import Browser, async_playwright

from tests.support.browser.chromium import ARGUMENTS, CHROMIUM

STORY_S = 75.0  # by then something is late, something is at risk, and somebody was called
DESK, PHONE, SCREEN = (1280, 860), (390, 844), (1920, 1080)


class Picture(NamedTuple):
    """`link`: the first of the page's links that begins so is followed."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    colours: Literal["light", "dark"] = "light"
    link: str = ""


PICTURES = (
    Picture("board", "/"), Picture("board-phone", "/", PHONE), Picture("incident", "/", link="/i/"),
    Picture("incident-phone", "/", PHONE, link="/i/"), Picture("wall", "/wall/all", SCREEN),
    Picture("device", "/devices", link="/d/"), Picture("contract", "/contracts", link="/c/"),
    Picture("sites-dark", "/sites", colours="dark"), Picture("oncall", "/oncall"), Picture("report", "/report"),
    Picture("admin", "/admin"),
)  # fmt: skip


async def take(browser: Browser, origin: str, password: str, folder: Path) -> None:
    context = await browser.new_context(locale="zh-CN")
    page = await context.new_page()
    await page.goto(f"{origin}/login")
    await page.locator("input[name=name]").fill("demo")
    await page.locator("input[name=password]").fill(password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{origin}/")
    for one in PICTURES:
        await page.emulate_media(color_scheme=one.colours)
        await page.set_viewport_size({"width": one.size[0], "height": one.size[1]})
        await page.goto(f"{origin}{one.path}")
        if one.link:
            await page.locator(f'main a[href^="{one.link}"]').first.click()
            await page.wait_for_load_state()
        await page.screenshot(path=folder / f"{one.name}.png")
        print(folder / f"{one.name}.png", flush=True)


async def said_by(demo: asyncio.StreamReader, pattern: str) -> str:
    """The part of the first line that matches."""
    while line := (await demo.readline()).decode():
        if found := re.search(pattern, line.rstrip()):
            return found[1]
    raise AssertionError(f"the demo ended and had not said {pattern}")


async def main(folder: Path) -> None:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opsmon", "demo", "--language", "zh", stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout is not None
    try:
        origin, password = (
            await said_by(demo.stdout, r"(http://127[\d.:]+)/$"),
            await said_by(demo.stdout, "密码 (\\S+)$"),
        )
        reading = asyncio.create_task(demo.stdout.read())
        await asyncio.sleep(STORY_S)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            await take(browser, origin, password, folder)
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()
    await reading


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
