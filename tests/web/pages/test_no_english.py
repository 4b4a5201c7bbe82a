"""The law of Chinese pages: a visitor who reads Chinese meets no English word but names, units and commands."""

from html.parser import HTMLParser

import pytest

from tests.support.browser.story import all_of_it
from tests.support.web.english import Allowed, names_in
from tests.support.web.scene import TOKEN, Client, WebScene

PAGES = (
    "/", "/?site=nope", "/wall/all", "/wall/none", "/i", "/i/none", "/report", "/sites", "/s/erlong-hall", "/s/lab",
    "/s/none", "/devices", "/devices?state=down", "/d/core-1", "/d/mcu-1", "/d/ups-1", "/d/none", "/contracts",
    "/c/xicheng-vc-2025", "/c/none", "/backups", "/backups/mcu-1", "/oncall", "/silences", "/admin", "/login", "/none",
)  # fmt: skip
_UNREAD = ("script", "style", "pre", "code", "kbd")  # programmes, and what devices said themselves
_SPOKEN = ("aria-label", "placeholder", "alt", "title", "data-say", "data-words")


class Reader(HTMLParser):
    """What is read or spoken of a page, piece by piece."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._unread = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in _UNREAD
        self.pieces += [value for name, value in attrs if name in _SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.pieces.append(" ".join(data.split()))


def english_of(page: str, allowed: Allowed) -> list[str]:
    return [f"{word} in: {piece}" for piece in Reader(page).pieces for word in allowed.english_in(piece)]


@pytest.fixture
def rich(scene: WebScene) -> WebScene:
    all_of_it(scene)
    return scene


async def test_a_chinese_page_has_no_english(rich: WebScene, client: Client) -> None:
    allowed = Allowed(names_in(rich))
    wrong: dict[str, list[str]] = {}
    headers = {"Accept-Language": "zh", "Accept": "text/html", "Authorization": f"Bearer {TOKEN}"}
    incidents = [f"/i/{name}" for name in rich.daemon.world.incidents.by_id]
    for path in (*PAGES, *incidents):
        answer = await client.get(path, headers=headers)
        found = english_of(await answer.text(), allowed)
        if found:
            wrong[path] = found
    assert "\n".join(f"{path}: {one}" for path, found in wrong.items() for one in found) == ""
    assert len(incidents) > 3


def test_the_law_sees_a_word_wherever_it_is_read() -> None:
    page = '<p title="late">超时 icmp <b>timeout</b></p><input placeholder="name"><pre>said</pre>'
    assert [one.partition(" ")[0] for one in english_of(page, Allowed(()))] == ["late", "icmp", "timeout", "name"]
