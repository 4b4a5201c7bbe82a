"""The places at which one task of an obligation is owed (15 sub-districts, 52 bureaus …), ticked one by one.

A place is written `GROUP:NAME`, a group of a single place by the group's name alone. Where the file lists no names any
name is taken, as many different ones as there are places; a stretch of numbers (`bureau:1..12`) stands for each.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from opsmon.text.bilingual import Refusal, Sentence, Text
from opsmon.text.near_miss import nearest, shown

EVERYWHERE = "all"  # what a person writes for the whole task at once
WHOLE = ""  # the place of a tick that stands for the whole task
_STRETCH = re.compile(r"(\d{1,4})\.\.(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """`count` places of one kind; `names` where the contract's file gives them."""

    name: str
    title: Text
    count: int
    names: tuple[str, ...] = ()

    def owns(self, place: str) -> bool:
        """Whether a place as it is written belongs to the group."""
        return place == self.name or place.startswith(f"{self.name}:")


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How many places of a group are ticked: 37 of 52."""

    group: PlaceGroup
    done: int


def places_meant(
    groups: Sequence[PlaceGroup], written: Iterable[str], taken: Iterable[str]
) -> tuple[str, ...] | Sentence:
    """The places that a person's words name, in their order; or why they name none.

    `taken` are those that are known already: a group that is full takes no new names.
    """
    known, found = set(taken), dict[str, None]()
    for word in written:
        if word == EVERYWHERE:
            return (WHOLE,)
        name, colon, place = (part.strip() for part in word.replace("：", ":").partition(":"))
        group = next((one for one in groups if one.name == name), None)
        if group is None:
            names = [one.name for one in groups]
            hint, hint_zh = nearest(name, names), nearest(name, names, language="zh")
            return Sentence(
                f"no places {shown(name)} ({hint or ', '.join(names)})",
                f"没有地点组 {shown(name)}（{hint_zh or '、'.join(names)}）",
            )
        if not place and (colon or group.count > 1):
            return Sentence(
                f"which of the {group.count} places {group.name}? Write {group.name}:NAME",
                f"{group.name} 有 {group.count} 处，是哪一处？请写 {group.name}:名称",
            )
        for one in _names(place):
            refusal = _refusal(group, one, known)
            if refusal:
                return refusal
            key = f"{group.name}:{one}" if one else group.name
            known.add(key)
            found[key] = None
    return tuple(found)


def _names(place: str) -> Iterable[str]:
    stretch = _STRETCH.fullmatch(place)
    return map(str, range(int(stretch[1]), int(stretch[2]) + 1)) if stretch else (place,)


def _refusal(group: PlaceGroup, name: str, known: set[str]) -> Refusal:
    if group.names and name not in group.names:
        hint, hint_zh = nearest(name, group.names), nearest(name, group.names, language="zh")
        return Sentence(
            f"no place {shown(name)} in {group.name} ({hint or ', '.join(group.names)})",
            f"{group.name} 中没有地点 {shown(name)}（{hint_zh or '、'.join(group.names)}）",
        )
    if f"{group.name}:{name}" not in known and name and _count(group, known) >= group.count:
        return Sentence(
            f"all {group.count} places {group.name} have names already: {shown(name)} would be one more",
            f"{group.name} 的 {group.count} 处均已有名称：{shown(name)} 将多出一处",
        )
    return ""


def _count(group: PlaceGroup, places: Iterable[str]) -> int:
    return sum(group.owns(place) for place in places)


def counts_of(groups: Sequence[PlaceGroup], ticked: Iterable[str]) -> tuple[PlaceCount, ...]:
    """How far each group is; a tick of the whole task fills them all."""
    places = set(ticked)
    whole = WHOLE in places
    return tuple(PlaceCount(one, one.count if whole else min(one.count, _count(one, places))) for one in groups)


def finished_at(groups: Sequence[PlaceGroup], ticks: Mapping[str, datetime]) -> datetime | None:
    """When the task was done: with its only tick, with that of the whole, or with the last place of all; None when it
    is not."""
    whole = ticks.get(WHOLE)
    if not groups:
        return whole
    each = [at for place, at in ticks.items() if place != WHOLE]
    if all(count.done == count.group.count for count in counts_of(groups, (p for p in ticks if p != WHOLE))):
        last = max(each)
        return last if whole is None else min(whole, last)
    return whole
