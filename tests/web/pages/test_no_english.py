"""The law of Chinese pages: a visitor who reads Chinese meets no English word but names, units and commands."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.support.browser.story import HOSTILE, everything_happens, message_arrives, people_are_called, silence, swap
from tests.support.web.scene import TOKEN, Client, WebScene

PAGES = (
    "/", "/?site=nope", "/wall/all", "/wall/none", "/i", "/i/none", "/report", "/sites", "/s/erlong-hall", "/s/lab",
    "/s/none", "/devices", "/devices?state=down", "/d/core-1", "/d/mcu-1", "/d/ups-1", "/d/none", "/contracts",
    "/c/xicheng-vc-2025", "/c/none", "/backups", "/backups/mcu-1", "/oncall", "/silences", "/admin", "/login", "/none",
)  # fmt: skip
# Why a word may stand on a Chinese page.
NAMES = frozenset({"opsmon", "English", "Ping", "MCU", "UPS", "iCal", "Enter", "Asia/Shanghai"})  # of things
UNITS = frozenset({"ms"})
COMMANDS = frozenset({"opsmon user add", "--role admin", "key=value"})  # what is typed as it stands
PLANTED = frozenset({"Example", "M1", "nope", "none", "vc", "day", "sms"})  # of this scene: its data and our questions
_ADDRESS = re.compile(r"(?:GET )?/[a-z0-9/?=._-]+")  # where something is listed
_TYPED = re.compile(r"`[^`]*`")  # what is typed as it stands
_METRIC = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
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


def ids_of(scene: WebScene) -> Iterator[str]:
    """The names that the root gives to its things: nobody translates them."""
    rules = scene.daemon.world.rules
    for device in rules.inventory.devices.values():
        yield from (check.name for check in device.checks)
        yield from (device.name, *(f"{key}={value}" for key, value in device.labels.items()))
    for site in rules.inventory.sites.values():
        yield from (site.name, *(f"{key}={value}" for key, value in site.labels.items()))
    for contract in rules.contracts.values():
        yield from (contract.contract.id, *contract.contract.services)
    yield from (rule.name for rule in rules.rulebook.rules)
    yield from (rule.name for rule in rules.rulebook.states)
    yield from (*rules.oncall.people, *rules.oncall.rotas, *rules.oncall.channels, *rules.oncall.plans)
    yield from scene.parts.channels()


def english_of(page: str, allowed: list[str]) -> list[str]:
    found: list[str] = []
    for piece in Reader(page).pieces:
        rest = _METRIC.sub(" ", _ADDRESS.sub(" ", _TYPED.sub(" ", piece.replace(HOSTILE, " "))))
        for name in allowed:
            rest = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", " ", rest)
        found += [f"{word} in: {piece}" for word in _WORD.findall(rest)]
    return found


@pytest.fixture
def rich(scene: WebScene) -> WebScene:
    people_are_called(scene)
    everything_happens(scene)
    for one in scene.daemon.world.incidents.open_incidents():
        message_arrives(scene, one.id)
    silence(scene, device="ups-1")
    swap(scene)
    scene.miss("core-1")
    scene.daemon.wait(60)
    return scene


async def test_a_chinese_page_has_no_english(rich: WebScene, client: Client) -> None:
    known = {*NAMES, *UNITS, *COMMANDS, *PLANTED, *ids_of(rich)}
    allowed = sorted(known, key=len, reverse=True)
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
    assert [one.partition(" ")[0] for one in english_of(page, [])] == ["late", "icmp", "timeout", "name"]
