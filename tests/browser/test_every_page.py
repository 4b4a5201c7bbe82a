"""Every page in a browser: readable for all (WCAG, by axe), no sideways scrolling at any width; a wall never scrolls.

`OPSMON_SCREENSHOTS=FOLDER` keeps a picture of each: for people to look at, compared with nothing.
"""

import os
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.support.browser.chromium import OpenPage
from tests.support.browser.story import report
from tests.support.web.scene import WebScene

PAGES = {
    "board": "/", "incident": "/i/20261120-1", "search": "/i?q=mcu", "report": "/report", "sites": "/sites",
    "site": "/s/erlong-hall", "devices": "/devices", "device": "/d/mcu-1",
    "chart": "/d/mcu-1/chart/probe_icmp_duration_seconds", "contracts": "/contracts",
    "contract": "/c/xicheng-vc-2025", "backups": "/backups", "backup": "/backups/mcu-1", "wall": "/wall/all",
    "oncall": "/oncall", "silences": "/silences?site=lab&device=ups-1",
    "admin": "/admin", "nowhere": "/s/nowhere", "login": "/login",
}  # fmt: skip
WIDTHS = (360, 1280, 1920, 3840)
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of all rules these look at colours; the second theme is held to them alone, for nothing else of a page is another.
RULES_OF = {"light": RULES, "dark": ["color-contrast", "link-in-text-block"]}


async def keep(page: Page, name: str, *, full: bool) -> None:
    folder = os.environ.get("OPSMON_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=full)


def overflow_of(name: str) -> str:
    """How far a page is wider than its window and, of the wall, higher."""
    high = "document.documentElement.scrollHeight - innerHeight" if name == "wall" else "0"
    return f"Math.max(document.documentElement.scrollWidth - innerWidth, {high})"


async def broken_rules(page: Page, rules: list[str]) -> list[str]:
    """What axe finds, each with the first element that has it."""
    result = await Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in result.response["violations"]]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.timeout(600)
async def test_no_page_shuts_anybody_out(open_page: OpenPage, language: str) -> None:
    found: dict[str, list[str]] = {}
    page = await open_page("/", locale=LOCALES[language], bypass_csp=True)
    origin = page.url.rstrip("/")
    for name, path in PAGES.items():
        await page.goto(f"{origin}{path}")
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for colours in COLOURS:
            await page.emulate_media(color_scheme=colours)
            await keep(page, f"{name}-{colours}-{language}", full=name != "wall")
            if broken := await broken_rules(page, RULES_OF[colours]):
                found[f"{name}, {colours}"] = broken
    assert found == {}


@pytest.mark.timeout(600)
async def test_no_page_scrolls_sideways(open_page: OpenPage) -> None:
    found: dict[str, int] = {}
    page = await open_page("/", locale="zh-CN")
    origin = page.url.rstrip("/")
    for name, path in PAGES.items():
        await page.goto(f"{origin}{path}")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": max(width * 9 // 16, 740)})
            over = await page.evaluate(overflow_of(name))
            await keep(page, f"{name}-{width}", full=width == 360 and name != "wall")
            if over > 0:
                found[f"{name}, {width}"] = over
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
