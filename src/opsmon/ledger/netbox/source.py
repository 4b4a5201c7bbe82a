"""Which NetBox, and which of its devices: the settings, and over them what was typed."""

from collections.abc import Mapping, Sequence

from opsmon.config.netbox.settings import NetboxSettings
from opsmon.config.settings import Settings
from opsmon.errors import ConfigError, Problem
from opsmon.layout import SETTINGS_FILE
from opsmon.text.bilingual import Sentence


def netbox_of(settings: Settings) -> NetboxSettings:
    """The NetBox of a root. Raises ConfigError where it names none."""
    if settings.netbox is None:
        told = Sentence("it names no NetBox", "没有 `netbox:` 一节")
        hint = "`netbox: {url: https://netbox.example, token: {env: NETBOX_TOKEN}}`"
        raise ConfigError((Problem(SETTINGS_FILE, 0, 0, told, hint),))
    return settings.netbox


def chosen_filters(settings: NetboxSettings, typed: Mapping[str, Sequence[str] | None]) -> dict[str, tuple[str, ...]]:
    """The filters of the settings; a kind of filter that was typed stands in the place of theirs."""
    return {**settings.filters, **{name: tuple(words) for name, words in typed.items() if words}}
