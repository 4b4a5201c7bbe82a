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
from opsmon.model.name import PersonId, RotaName
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import Duty, Rota
from opsmon.report.reading import read_overrides
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import meant, shown
from opsmon.text.vocabulary import WEEKDAYS
from opsmon.web.api.rota_schemas import duty_document

NOBODY = Text("nobody", "无人")
FOR = Text("{} (for {})", "{}（替{}）")
BESIDES = Text("{} (besides)", "{}（加班）")
WITHOUT = Text("without {}", "{}不在班")
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
        example = Sentence(
            "`opsmon init` writes a commented one; docs/oncall.md says what goes into it",
            "`opsmon init` 会写一份带注释的；内容见 docs/oncall.zh.md",
        )
        raise ConfigError(
            (Problem("rules/oncall.yaml", 0, 0, Sentence("the root has no rota", "该目录没有值班表"), example),)
        )
    if rota is not None and rota not in known:
        hint = meant(rota, known) or Sentence(f"there are {', '.join(known)}", f"已有：{'、'.join(known)}")
        raise ConfigError((Problem("", 0, 0, Sentence(f"no rota {shown(rota)}", f"没有值班表 {shown(rota)}"), hint),))
    wanted = tuple(known.values()) if rota is None else (known[RotaName(rota)],)
    return RootRotas(root, wanted, read_overrides(root.settings.store, root.path))


def duty_json(rota: Rota, duty: Duty, rules: OnCallRules) -> dict[str, Any]:
    """As the API tells it."""
    document: dict[str, Any] = json.loads(duty_document(rota, duty, rules).model_dump_json())
    return document


def people_words(duty: Duty, rules: OnCallRules, language: str) -> str:
    """The people by what they are called, and who of them stands in for whom by a swap; an id that people.yaml does not
    know is shown as it is."""
    swaps = [swap for post in duty.posts for swap in post.overrides]

    def named(person: PersonId) -> str:
        return rules.people[person].title.in_(language) if person in rules.people else person

    def shown_as(person: PersonId) -> str:
        swap = next((one for one in reversed(swaps) if one.person_in == person), None)
        if swap is None:
            return named(person)
        what = BESIDES if swap.person_out is None else FOR
        return what.in_(language).format(named(person), "" if swap.person_out is None else named(swap.person_out))

    there = [shown_as(one) for one in duty.people] or [NOBODY.in_(language)]
    left = [swap.person_out for swap in swaps if swap.person_in is None and swap.person_out is not None]
    out = [WITHOUT.in_(language).format(named(one)) for one in dict.fromkeys(left) if one not in duty.people]
    return ("、" if language == "zh" else ", ").join((*there, *out))


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
