"""A curve that one looks at closer: by dragging over it, by links without a script."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page, expect

from tests.support.browser.chromium import OpenPage

PATH = "/d/mcu-1/chart/probe_icmp_duration_seconds"


async def drag(page: Page, first: float, last: float) -> None:
    """Over the curve, from one part of its width to another."""
    box = await page.locator("svg.large").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + box["width"] * first, middle)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * last, middle, steps=4)
    await page.mouse.up()


async def hours_shown(page: Page) -> float:
    """Of the curve that is there."""
    chart = page.locator("svg.large")
    since, until = await chart.get_attribute("data-from"), await chart.get_attribute("data-to")
    return (int(until or 0) - int(since or 0)) / 3_600_000


async def test_dragging_over_a_curve_looks_closer_and_back_is_back(open_page: OpenPage) -> None:
    page = await open_page(PATH, locale="en-GB")
    assert await hours_shown(page) == 24
    await drag(page, 0.85, 0.95)  # from the right to the left is the same
    await page.wait_for_url(re.compile("from="))
    assert 2 <= await hours_shown(page) <= 3
    await expect(page.locator(".chart-panel h2")).to_contain_text("ms")
    await page.go_back()
    assert await hours_shown(page) == 24
    await drag(page, 0.95, 0.85)
    await page.wait_for_url(re.compile("from="))
    assert 2 <= await hours_shown(page) <= 3
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["from"][0] < asked["to"][0]


async def test_a_click_on_a_curve_leads_nowhere(open_page: OpenPage) -> None:
    page = await open_page(PATH, locale="en-GB")
    await drag(page, 0.5, 0.503)
    await page.get_by_role("link", name="6 h").click()  # the page that comes now is this link's
    await page.wait_for_url(re.compile("from="))
    assert await hours_shown(page) == 6
