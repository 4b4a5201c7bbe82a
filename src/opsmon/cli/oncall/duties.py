"""The rotas of a root with the swaps that its journal holds, and how a duty is shown. Needs no daemon."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from opsmon.cli.output import warn
from opsmon.config.root import Root, load_root
from opsmon.errors import ConfigError, Problem
from opsmon.model.name import RotaName
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import Duty, Rota
from opsmon.report.reading import read_overrides
from opsmon.text.bilingual import Text
from opsmon.text.near_miss import nearest, shown
from opsmon.text.vocabulary import WEEKDAYS
from opsmon.web.api.rota_schemas import duty_document

NOBODY = Text("nobody", "无人")
PROVISIONAL = Text("provisional: {}; everybody who may be on duty is named", "暂定：{}；列出所有可能值班的人")


@dataclass(frozen=True, slots=True)
class RootRotas:
    """What the commands ask: the root, the rotas that are meant, and the swaps that hold."""

    root: Root
    rotas: tuple[Rota, ...]
    overrides: Overrides

    @property
    def rules(self) -> OnCallRules:
        return self.root.oncall.rules

    @property
    def zone(self) -> tzinfo:
        return self.root.settings.timezone


def load_rotas(path: Path, rota: str | None = None) -> RootRotas:
    """The rotas of a root, or one of them. Raises ConfigError where there is none of the name, or none at all."""
    root = load_root(path)
    known = root.oncall.rules.rotas
    if not known:
        hint = "`opsmon init` writes a commented one; docs/oncall.md says what goes into it"
        raise ConfigError((Problem("rules/oncall.yaml", 0, 0, "the root has no rota", hint),))
    if rota is not None and rota not in known:
        hint = nearest(rota, known) or f"there are {', '.join(known)}"
        raise ConfigError((Problem("", 0, 0, f"no rota {shown(rota)}", hint),))
    wanted = tuple(known.values()) if rota is None else (known[RotaName(rota)],)
    return RootRotas(root, wanted, read_overrides(root.settings.store_url, root.path))


def duty_json(rota: Rota, duty: Duty, rules: OnCallRules) -> dict[str, Any]:
    """As the API tells it."""
    document: dict[str, Any] = json.loads(duty_document(rota, duty, rules).model_dump_json())
    return document


def people_words(duty: Duty, rules: OnCallRules, language: str) -> str:
    """The people by what they are called; an id that people.yaml does not know is shown as it is."""
    names = [rules.people[one].title.in_(language) if one in rules.people else one for one in duty.people]
    return ("、" if language == "zh" else ", ").join(names) or NOBODY.in_(language)


def shift_words(rota: Rota, duty: Duty, language: str) -> str:
    """The shifts by their titles; several where the calendar is in doubt."""
    titles = {shift.name: shift.title.in_(language) or shift.name for shift in rota.shifts}
    return " / ".join(dict.fromkeys(titles[post.shift] for post in duty.posts)) or "-"


def moment_words(at: datetime | None, zone: tzinfo, language: str) -> str:
    """`11-28 周六 18:00`."""
    if at is None:
        return "…"
    local = at.astimezone(zone)
    return f"{local:%m-%d} {WEEKDAYS[local.weekday()].in_(language)} {local:%H:%M}"


def warn_of_doubts(duties: Sequence[Duty], language: str) -> None:
    """Each doubt once, on stderr."""
    for doubt in dict.fromkeys(doubt for duty in duties for doubt in duty.doubts):
        warn(PROVISIONAL.in_(language).format(doubt.in_(language)))


def title_words(rota: Rota, language: str) -> str:
    return rota.title.in_(language) or rota.name
