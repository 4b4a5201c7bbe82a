"""What a page tells by colour it tells by a sign and a word as well; and text that turns the reading order round."""

from dataclasses import replace

from playwright.async_api import expect

from opsmon.model.name import DeviceName
from opsmon.model.sample import Identity
from tests.support.browser.chromium import OpenPage
from tests.support.web.scene import WebScene

MARKS = """[...document.querySelectorAll('.mark')].map(one => [
    [...one.classList].filter(name => name !== 'mark').join(), one.children[0].textContent.trim(),
    one.textContent.replace(one.children[0].textContent, '').trim()])"""
TURNED = "mcu\u202egnp.exe\u2066 <script>document.title = 'taken'</script>"


async def test_states_are_told_apart_without_colour(open_page: OpenPage) -> None:
    words: dict[str, str] = {}
    for path in ("/", "/d/mcu-1", "/sites"):
        page = await open_page(path, locale="zh-CN")
        for tone, sign, word in await page.evaluate(MARKS):
            assert sign, (path, tone)
            assert word, (path, tone)
            assert words.setdefault(word, sign) == sign
    assert {"已超时": "✖", "中断": "✖", "正常": "✔", "未知": "?", "未监测": "┄"}.items() <= words.items()
    assert len(set(words.values())) >= 6


async def test_the_bars_of_a_day_differ_without_colour(scene: WebScene, open_page: OpenPage) -> None:
    scene.clock.at = scene.clock.at.replace(hour=9)
    scene.store.begin_watch(scene.clock.now())
    scene.daemon.wait(3_600)
    page = await open_page("/d/mcu-1")
    bars = await page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.strip rect')].map(one => "
        "[one.classList[0], [one.getAttribute('height'), getComputedStyle(one).fill === 'none'].join()]))"
    )
    assert bars["gone"] == "8,true"
    assert bars["bad"] == "40,false"


async def test_what_a_device_says_is_shown_and_does_nothing(scene: WebScene, open_page: OpenPage) -> None:
    sample = next(iter(scene.daemon.latest[DeviceName("core-1")].values()))
    scene.daemon.feed(replace(sample, detail=TURNED, identity=Identity(model=TURNED, system={"sysDescr": TURNED})))
    said: list[str] = []
    page = await open_page("/d/core-1", locale="zh-CN")
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text))
    await page.reload()
    await expect(page.locator("[aria-labelledby=id-title]")).to_contain_text("<script>document.title")
    text = await page.evaluate("document.documentElement.textContent")
    assert text.count("gnp.exe") >= 3
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(text)
    assert "taken" not in await page.title()
    assert said == []
