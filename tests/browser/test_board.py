"""The board in a browser: it lives, it says when it does not, keys and a narrow screen suffice, and nothing acts."""

from playwright.async_api import expect

from opsmon.model.incident import FactType
from tests.support.browser.chromium import OpenPage
from tests.support.browser.story import tell
from tests.support.web.scene import WebScene

PATIENCE_MS = 60_000


async def test_a_fault_appears_on_an_open_board(scene: WebScene, open_page: OpenPage) -> None:
    page = await open_page("/", locale="zh-CN")
    await expect(page.locator(".row")).to_have_count(4)
    incident = next(one for one in scene.daemon.world.incidents.open_incidents() if one.device == "ups-1")
    tell(scene, incident.id, FactType.ACKNOWLEDGED, "乙工")
    await expect(page.locator(f"#row-{incident.id} .who-cell")).to_contain_text("乙工", timeout=PATIENCE_MS)


async def test_a_half_typed_form_and_the_focus_survive_an_update(scene: WebScene, open_page: OpenPage) -> None:
    page = await open_page("/", locale="zh-CN")
    await page.keyboard.press("j")
    focused = await page.evaluate("document.activeElement.href")
    incident = next(one for one in scene.daemon.world.incidents.open_incidents() if one.device == "ups-1")
    tell(scene, incident.id, FactType.ACKNOWLEDGED, "乙工")
    await expect(page.locator(f"#row-{incident.id} .who-cell")).to_contain_text("乙工", timeout=PATIENCE_MS)
    assert await page.evaluate("document.activeElement.href") == focused
    (first,) = [one.id for one in scene.daemon.world.incidents.open_incidents() if one.device == "mcu-1"]
    assert focused.endswith(f"/i/{first}")


async def test_keys_lead_through_the_rows(open_page: OpenPage) -> None:
    page = await open_page("/", locale="en-GB")
    devices = []
    for _ in range(3):
        await page.keyboard.press("j")
        devices.append((await page.evaluate("document.activeElement.textContent")).split()[0])
    await page.keyboard.press("k")
    assert (await page.evaluate("document.activeElement.textContent")).split()[0] == devices[1]
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()


async def test_text_of_strangers_does_nothing(open_page: OpenPage) -> None:
    said: list[str] = []
    page = await open_page("/")
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text))
    await page.reload()
    await expect(page.locator(".row")).to_have_count(4)
    assert await page.locator("main script, main img").count() == 0
    assert said == []
