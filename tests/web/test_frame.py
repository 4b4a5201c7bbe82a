"""What all pages share: language and colours, headers, files for ever, forms of our own, errors for people."""

import asyncio
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from opsmon.web.frame.asset import assets
from opsmon.web.frame.mark import MARKS
from opsmon.web.frame.templates import environment
from opsmon.web.own_path import own_path
from opsmon.web.server import WebServer
from tests.support.web.scene import Client, WebScene

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("cookie", "asked", "language"),
    [
        ("", "", "zh-CN"),  # the setting
        ("", "en-GB,en;q=0.8,zh;q=0.5", "en"),
        ("", "fr, zh-TW;q=0.3, en;q=0.9", "en"),
        ("", "fr;q=1, de", "zh-CN"),
        ("", "en;q=nonsense, ;;;=", "zh-CN"),
        ("opsmon-language=en", "zh", "en"),
        ("opsmon-language=xx", "zh", "zh-CN"),
    ],
)
async def test_the_language_is_the_readers(client: Client, cookie: str, asked: str, language: str) -> None:
    page = await (await client.get("/", headers={"Cookie": cookie, "Accept-Language": asked})).text()
    assert f'<html lang="{language}"' in page


async def test_a_page_lets_no_script_of_others_in_and_is_kept_by_nobody(client: Client) -> None:
    answer = await client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(
        policy.split("; ")
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    text = await answer.text()
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", text)


async def test_a_preference_is_remembered_and_leads_back(client: Client) -> None:
    answer = await client.post(
        "/preference", data={"language": "en", "back": "/?site=lab"}, allow_redirects=False, headers=FORM
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/?site=lab")
    assert answer.cookies["opsmon-language"].value == "en"
    assert answer.cookies["opsmon-language"]["httponly"]
    wrong = await client.post("/preference", data={"theme": "pink"}, headers=FORM)
    assert wrong.status == 422


async def test_a_form_of_another_site_is_refused(client: Client) -> None:
    foreign = await client.post("/preference", data={"theme": "dark"}, headers={**FORM, "Sec-Fetch-Site": "cross-site"})
    assert foreign.status == 403
    assert "opsmon-theme" not in foreign.cookies


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/", "javascript:x", "/\\evil", "", "x"])
def test_a_form_leads_back_to_our_own_pages_only(address: str) -> None:
    assert own_path(address) == "/"
    assert own_path("/i/20261120-1?x=1") == "/i/20261120-1?x=1"


@pytest.mark.parametrize("name", sorted(assets()))
async def test_a_file_is_kept_for_ever_under_its_hash(client: Client, name: str) -> None:
    answer = await client.get(assets()[name].path)
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert (await client.get(f"/static/{'0' * 16}/{name}")).status == 404
    assert (await client.get(f"/static/{assets()[name].digest}/..%2f..%2fserver.py")).status == 404


async def test_what_goes_wrong_is_told_on_a_page(client: Client) -> None:
    answer = await client.get("/?severity=<b>x</b>", headers={"Accept-Language": "en"})
    text = await answer.text()
    assert (answer.status, answer.content_type) == (422, "text/html")
    assert "not understood: severity" in text
    assert "<b>x" not in text


async def test_a_page_is_zipped_for_who_takes_that(scene: WebScene, client: Client) -> None:
    scene.dies("mcu-1")
    plain = await client.get("/", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    zipped = await client.get("/", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "mcu-1" in await zipped.text()


def test_a_mark_is_told_by_its_sign_and_its_word() -> None:
    for mark in MARKS.values():
        assert mark.sign.strip()
        assert mark.word.en
        assert mark.word.zh
    pressing = [MARKS[name] for name in ("breached", "at_risk", "running", "acknowledged", "met")]
    assert len({mark.sign for mark in pressing}) == len(pressing)
    assert all(one.rank < other.rank for one, other in pairwise(pressing))


async def test_no_reader_waits_for_a_template_or_gets_one_of_a_later_version(scene: WebScene) -> None:
    server = WebServer(replace(scene.parts, settings=replace(scene.parts.settings, port=0)))
    await server.start()
    everything = set(environment().list_templates(extensions=["html"]))
    async with asyncio.timeout(60):
        while not everything <= {name for _, name in list(environment().cache or {})}:  # noqa: ASYNC110 - in a thread
            await asyncio.sleep(0.01)
    await server.stop()
    assert not environment().auto_reload
