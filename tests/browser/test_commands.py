"""What people do in a browser: take on by keyboard, by touch and without script; tell of an arrival; report."""

from playwright.async_api import expect

from opsmon.engine.input import AddFact
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import IncidentId
from tests.support.browser.chromium import OpenPage
from tests.support.web.scene import WebScene

PATIENCE_MS = 60_000


def incident_of(scene: WebScene, device: str) -> IncidentId:
    return next(one.id for one in scene.daemon.world.incidents.open_incidents() if one.device == device)


def holder_of(scene: WebScene, incident: IncidentId) -> str:
    holder = scene.daemon.world.incidents.by_id[incident].holder
    return "" if holder is None else holder.by


async def test_an_incident_is_taken_on_by_keyboard_alone(scene: WebScene, open_page: OpenPage) -> None:
    name = incident_of(scene, "mcu-1")
    page = await open_page("/", locale="zh-CN")
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await page.wait_for_url(f"**/i/{name}#take")
    await page.locator("#take input[name=by]").focus()
    await page.keyboard.type("甲工")
    await page.keyboard.press("Enter")
    await expect(page.locator(".banner.met")).to_contain_text("甲工", timeout=PATIENCE_MS)
    assert holder_of(scene, name) == "甲工"


async def test_an_incident_is_taken_on_by_touch_and_the_arrival_told(scene: WebScene, open_page: OpenPage) -> None:
    name = incident_of(scene, "mcu-1")
    page = await open_page("/", width=390, height=844, locale="zh-CN", has_touch=True, is_mobile=True)
    await page.locator(f"#row-{name} [data-take]").tap()
    await page.locator("#take input[name=by]").fill("甲工")
    await page.locator("#take [data-take]").tap()
    await expect(page.locator(".banner.met")).to_contain_text("甲工", timeout=PATIENCE_MS)
    await page.locator("#take button[value=on_site]").tap()
    await expect(page.locator("[aria-labelledby=time-title]")).to_contain_text("到场", timeout=PATIENCE_MS)
    facts = [fact.type for fact in scene.daemon.world.incidents.by_id[name].facts]
    assert facts[-2:] == [FactType.ACKNOWLEDGED, FactType.ON_SITE]


async def test_everything_works_without_script(scene: WebScene, open_page: OpenPage) -> None:
    page = await open_page("/report?site=lab", locale="en-GB", java_script_enabled=False)
    await page.locator("input[name=condition]").fill("no output")
    await page.locator("input[name=by]").fill("Wang")
    await page.locator("main form button").click()
    await expect(page.locator("h1")).to_contain_text("no output", timeout=PATIENCE_MS)
    await page.locator("#take [data-take]").click()
    await expect(page.locator(".banner.met")).to_contain_text("Wang", timeout=PATIENCE_MS)
    await page.locator("button[name=theme]").click()
    assert await page.locator("html").get_attribute("data-theme") == "dark"
    await page.locator("button[name=language]").click()
    assert await page.locator("html").get_attribute("lang") == "zh-CN"


async def test_two_browsers_see_each_other(scene: WebScene, open_page: OpenPage) -> None:
    name = incident_of(scene, "ups-1")
    watching = await open_page("/", locale="zh-CN")
    acting = await open_page(f"/i/{name}", locale="zh-CN")
    await acting.locator("#take input[name=by]").fill("乙工")
    await acting.locator("#take [data-take]").click()
    await expect(watching.locator(f"#row-{name} .who-cell")).to_contain_text("乙工", timeout=PATIENCE_MS)


async def test_a_refused_form_is_focused_keeps_its_text_and_outlives_an_update(
    scene: WebScene, open_page: OpenPage
) -> None:
    name = incident_of(scene, "mcu-1")
    page = await open_page(f"/i/{name}", locale="zh-CN", width=360)
    await page.get_by_text("撤回错误条目").click()
    form = page.locator(f"form[action$='/i/{name}/withdrawals']")
    for field, typed in (("by", "甲工"), ("fact", "77"), ("reason", "另一个会场")):
        await form.locator(f"[name={field}]").fill(typed)
    await form.get_by_role("button").click()
    await expect(form.get_by_role("alert")).to_be_focused(timeout=PATIENCE_MS)
    await expect(form.get_by_role("alert")).to_contain_text("该事件没有第 77 条")
    assert page.url.endswith(f"/i/{name}")
    scene.daemon.take(AddFact(name, Fact(FactType.ON_SITE, scene.clock.now(), "乙工")))
    await expect(page.locator(".timeline").first).to_contain_text("乙工", timeout=PATIENCE_MS)
    await expect(form.locator("[name=reason]")).to_have_value("另一个会场")
    await expect(form.get_by_role("alert")).to_be_visible()


async def test_an_incident_is_resolved_and_the_word_taken_back(scene: WebScene, open_page: OpenPage) -> None:
    name = incident_of(scene, "mcu-1")
    page = await open_page(f"/i/{name}", locale="zh-CN")
    await page.locator("#take input[name=by]").fill("甲工")
    await page.locator("#take [data-take]").click()
    await page.locator("#take button[value=resolved]").click()
    await expect(page.locator("[aria-labelledby=time-title]")).to_contain_text("故障排除", timeout=PATIENCE_MS)
    assert scene.daemon.world.incidents.by_id[name].resolved_at is not None
    form = page.locator("form[action$='/withdrawals']")
    await page.locator("details", has=form).locator("summary").click()
    await form.locator("input[name=fact]").fill(str(len(scene.daemon.world.incidents.by_id[name].facts)))
    await form.locator("[name=reason]").fill("还没有恢复")
    await form.locator("button").click()
    await expect(page.locator(".timeline .gone").first).to_be_visible(timeout=PATIENCE_MS)
    assert scene.daemon.world.incidents.by_id[name].resolved_at is None
