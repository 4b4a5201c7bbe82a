"""Swaps: a person stands in for another in one shift. They are commands, and stand in the journal and not in a file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from immutables import Map

from opsmon.model.name import OverrideId, PersonId, RotaName

ShiftKey = tuple[RotaName, str, date]


@dataclass(frozen=True, slots=True)
class Override:
    """In the shift `shift` of `rota` that begins on `day`, `person_in` stands for `person_out`.

    `person_out` None: one more is there; `person_in` None: `person_out` is away and nobody stands for him.
    """

    id: OverrideId
    rota: RotaName
    shift: str
    day: date
    person_out: PersonId | None
    person_in: PersonId | None
    set_at: datetime
    by: str
    reason: str = ""
    via: str = ""

    @property
    def key(self) -> ShiftKey:
        return self.rota, self.shift, self.day

    def applied(self, people: tuple[PersonId, ...]) -> tuple[PersonId, ...]:
        """Who is there with it, in the order of the crew; a person who is there already is there once."""
        stands_in = () if self.person_in is None else (self.person_in,)
        if self.person_out is None:
            found: tuple[PersonId, ...] = (*people, *stands_in)
        else:
            found = tuple(who for one in people for who in (stands_in if one == self.person_out else (one,)))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Overrides:
    """Those that hold, by id and by the shift that they change (in the order in which they were set)."""

    by_id: Map[OverrideId, Override] = field(default_factory=Map)
    by_shift: Map[ShiftKey, tuple[Override, ...]] = field(default_factory=Map)

    @classmethod
    def of(cls, overrides: Iterable[Override]) -> Self:
        found = cls()
        for one in overrides:
            found = found.with_(one)
        return found

    def with_(self, override: Override) -> Self:
        """Another one with the id takes the place of the first."""
        kept = self.without(override.id)
        of_shift = (*kept.by_shift.get(override.key, ()), override)
        return type(self)(kept.by_id.set(override.id, override), kept.by_shift.set(override.key, of_shift))

    def without(self, name: OverrideId) -> Self:
        old = self.by_id.get(name)
        if old is None:
            return self
        left = tuple(one for one in self.by_shift[old.key] if one.id != name)
        by_shift = self.by_shift.set(old.key, left) if left else self.by_shift.delete(old.key)
        return type(self)(self.by_id.delete(name), by_shift)

    def applied(self, key: ShiftKey, people: tuple[PersonId, ...]) -> tuple[PersonId, ...]:
        for one in self.by_shift.get(key, ()):
            people = one.applied(people)
        return people
