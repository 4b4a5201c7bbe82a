"""Every page in a browser: readable for all (WCAG, by axe), no sideways scrolling at any width; a wall never scrolls.

`OPSMON_SCREENSHOTS=FOLDER` keeps a picture of each: for people to look at, compared with nothing.
"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.support.browser.chromium import OpenPage
from tests.support.browser.story import report
from tests.support.web.scene import WebScene

PAGES = {
    "board": "/", "incident": "/i/20261120-1", "search": "/i?q=mcu", "report": "/report", "sites": "/sites",
    "site": "/s/erlong-hall", "devices": "/devices", "device": "/d/mcu-1", "contracts": "/contracts",
    "contract": "/c/xicheng-vc-2025", "backups": "/backups", "backup": "/backups/mcu-1", "wall": "/wall/all",
    "oncall": "/oncall", "silences": "/silences?site=lab&device=ups-1",
    "admin": "/admin", "nowhere": "/s/nowhere", "login": "/login",
}  # fmt: skip
WIDTHS = (360, 1280, 1920, 3840)
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
FULL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def keep(page: Page, name: str, *, full: bool) -> None:
    folder = os.environ.get("OPSMON_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=full)


def overflow_of(name: str) -> str:
    """How far a page is wider than its window and, of the wall, higher."""
    high = "document.documentElement.scrollHeight - innerHeight" if name == "wall" else "0"
    return f"Math.max(document.documentElement.scrollWidth - innerWidth, {high})"


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.timeout(600)
async def test_no_page_shuts_anybody_out(open_page: OpenPage, colours: str, language: str) -> None:
    found: dict[str, list[str]] = {}
    page = await open_page("/", locale=LOCALES[language], color_scheme=colours, bypass_csp=True)
    origin = page.url.rstrip("/")
    for name, path in PAGES.items():
        await page.goto(f"{origin}{path}")
        for summary in await page.locator("summary").all():
            await summary.click()
        result = await Axe().run(page, options=FULL)
        await keep(page, f"{name}-{colours}-{language}", full=name != "wall")
        broken = result.response["violations"]
        if broken:
            found[name] = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in broken]
    assert found == {}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.timeout(600)
async def test_no_page_scrolls_sideways(open_page: OpenPage, width: int) -> None:
    found: dict[str, int] = {}
    page = await open_page("/", width=width, height=max(width * 9 // 16, 740), locale="zh-CN")
    origin = page.url.rstrip("/")
    for name, path in PAGES.items():
        await page.goto(f"{origin}{path}")
        over = await page.evaluate(overflow_of(name))
        await keep(page, f"{name}-{width}", full=width == 360 and name != "wall")
        if over > 0:
            found[name] = over
    assert found == {}


async def test_long_names_stay_in_their_column(scene: WebScene, open_page: OpenPage) -> None:
    report(scene, "线路" * 60, "core-1")
    page = await open_page("/", width=360, height=740)
    assert await page.evaluate(overflow_of("board")) == 0
    small = await page.evaluate(
        "[...document.querySelectorAll('main a.button, main button')].filter(one => one.offsetHeight < 44)"
        ".map(one => one.textContent)"
    )
    assert small == []
