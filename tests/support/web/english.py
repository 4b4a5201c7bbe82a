"""English words in what a Chinese reader is shown, but for names, units and what is typed as it stands."""

import re
from collections.abc import Iterable, Iterator

from tests.support.browser.story import HOSTILE
from tests.support.web.scene import WebScene

# Why a word may stand in Chinese words.
NAMES = frozenset({"opsmon", "English", "Ping", "MCU", "UPS", "iCal", "Enter", "Asia/Shanghai"})  # of things
UNITS = frozenset({"ms"})
COMMANDS = frozenset({"opsmon user add", "--role admin", "key=value"})  # what is typed as it stands
PLANTED = frozenset({"Example", "M1", "nope", "none", "vc", "day", "sms"})  # of the scene: its data and our questions
_ADDRESS = re.compile(r"(?:GET )?/[a-z0-9/?=._-]+")  # where something is listed
_TYPED = re.compile(r"`[^`]*`")  # what is typed as it stands
_METRIC = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")


class Allowed:
    """The words that may stand: those above, and the names that a root gives to its things."""

    def __init__(self, names: Iterable[str]) -> None:
        known = {*NAMES, *UNITS, *COMMANDS, *PLANTED, *names}
        words = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        self._known = re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])")

    def english_in(self, piece: str) -> list[str]:
        """Each English word that is none of them."""
        rest = _METRIC.sub(" ", _ADDRESS.sub(" ", _TYPED.sub(" ", piece.replace(HOSTILE, " "))))
        return _WORD.findall(self._known.sub(" ", rest))


def names_in(scene: WebScene) -> Iterator[str]:
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
