"""Whom a plan means at one moment, and by which channels somebody can be told. Asked in decisions, never in a fold."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from opsmon.model.name import ChannelName, PersonId, RotaName
from opsmon.oncall.oncall_rules import OnCallRules, ReachOf
from opsmon.oncall.override import Overrides
from opsmon.oncall.plan import HolderTarget, PageTarget, PersonTarget
from opsmon.oncall.roster import on_duty


class PeopleNow:
    """Who is meant at `now`; every rota is asked once."""

    __slots__ = ("_duties", "_meant", "_now", "_overrides", "_reached", "_rules")

    def __init__(self, rules: OnCallRules, overrides: Overrides, now: datetime) -> None:
        self._rules, self._overrides, self._now = rules, overrides, now
        self._duties: dict[RotaName, tuple[PersonId, ...]] = {}
        self._meant: dict[tuple[tuple[PageTarget, ...], str], tuple[PersonId, ...]] = {}
        self._reached: dict[tuple[tuple[PersonId, ...], tuple[ChannelName, ...]], bool] = {}

    def people_of(self, targets: Sequence[PageTarget], holder: str) -> tuple[PersonId, ...]:
        """Those meant by the targets, each once; `holder` is who has the incident, in his own words."""
        key = tuple(targets), holder
        if key not in self._meant:
            self._meant[key] = tuple(dict.fromkeys(who for one in targets for who in self._people(one, holder)))
        return self._meant[key]

    def reaches(self, people: Sequence[PersonId], channels: Sequence[ChannelName]) -> bool:
        """Whether one of the channels tells a group, or one of the people himself."""
        key = tuple(people), tuple(channels)
        if key not in self._reached:
            ways = (self._rules.channels.get(channel) for channel in channels)
            self._reached[key] = any(
                way is not None and (way.reaches is ReachOf.GROUP or not way.people.isdisjoint(people)) for way in ways
            )
        return self._reached[key]

    def duty_of(self, rota: RotaName) -> tuple[PersonId, ...]:
        if rota not in self._duties:
            known = self._rules.rotas.get(rota)
            self._duties[rota] = () if known is None else on_duty(known, self._overrides, self._now).people
        return self._duties[rota]

    def owner(self, name: str) -> tuple[PersonId, ...]:
        """Who answers for something by this name; where nobody of the name is known, everybody who is on duty."""
        known = person_named(self._rules, name)
        if known is not None:
            return (known,)
        return tuple(dict.fromkeys(who for rota in self._rules.rotas for who in self.duty_of(rota)))

    def channels_to(self, people: Sequence[PersonId]) -> tuple[ChannelName, ...]:
        """Every channel that reaches one of them, in the order of the file."""
        ways = self._rules.channels.items()
        return tuple(name for name, way in ways if not way.people.isdisjoint(people))

    def _people(self, target: PageTarget, holder: str) -> Iterator[PersonId]:
        if isinstance(target, PersonTarget):
            yield target.person
        elif isinstance(target, HolderTarget):
            known = person_named(self._rules, holder)
            yield from () if known is None else (known,)
        else:
            yield from self.duty_of(target.rota)


def person_named(rules: OnCallRules, name: str) -> PersonId | None:
    """Who is meant by what a person calls himself: his id, the account that he signs in with, or his name in one of the
    languages; None where nobody is, or several could be."""
    wanted = name.casefold()
    if not wanted:
        return None
    found = [
        who
        for who, person in rules.people.items()
        if wanted in _names_of(who, (person.account, person.title.en, person.title.zh))
    ]
    return found[0] if len(found) == 1 else None


def _names_of(person: PersonId, others: Iterable[str]) -> set[str]:
    return {name.casefold() for name in (person, *others) if name}
