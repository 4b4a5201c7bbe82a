"""An engine with the rota of contract E and people to swap, and no fleet: commands, ticks, the journal they make."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from opsmon.engine.decide import decide
from opsmon.engine.fold import restore
from opsmon.engine.input import Input, Reloaded, SetOverride, Tick
from opsmon.engine.rules import Rules
from opsmon.engine.world import World, next_deadline, start_world
from opsmon.model.device import Inventory
from opsmon.model.event import Event
from opsmon.model.name import PersonId, RotaName
from opsmon.oncall.oncall_rules import OnCallRules, Person
from opsmon.oncall.roster import Rota
from opsmon.state.condition.rules import Rulebook
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import SHANGHAI, local, stock_books
from tests.support.oncall.rotas import VC


def rules_with(*rotas: Rota) -> Rules:
    people = {PersonId(name): Person(PersonId(name), Text(name)) for name in "abcdefghijk"}
    oncall = OnCallRules(people, {}, {rota.name: rota for rota in rotas})
    return Rules(Inventory({}, {}), Rulebook(), stock_books(), SHANGHAI, oncall=oncall)


@dataclass
class RosterScene:
    """Decides one input after the other and keeps what was written."""

    world: World
    events: list[Event] = field(default_factory=list)
    refusal: str = ""

    @classmethod
    def begin(cls, at: str, *rotas: Rota) -> "RosterScene":
        scene = cls(start_world(rules_with(*(rotas or (VC,))), local(at)))
        scene.give(Tick(), at)
        return scene

    def give(self, given: Input, at: str | datetime) -> Sequence[Event]:
        now = local(at) if isinstance(at, str) else at
        step = decide(self.world, given, now)
        self.world, self.refusal = step.world, str(step.refusal or "")
        self.events += step.events
        return step.events

    def swap(self, at: str, day: str, out: str | None, stands_in: str | None, shift: str = "day") -> Sequence[Event]:
        person_out = None if out is None else PersonId(out)
        person_in = None if stands_in is None else PersonId(stands_in)
        asked = SetOverride(RotaName("vc"), shift, date.fromisoformat(day), person_out, person_in, "lead", "agreed")
        return self.give(asked, at)

    def run_to(self, end: str) -> None:
        """Ticks at every deadline until then, as the pipeline does."""
        while (at := next_deadline(self.world)) is not None and at <= local(end):
            self.give(Tick(), at)

    def reload(self, at: str, *rotas: Rota) -> Sequence[Event]:
        return self.give(Reloaded(rules_with(*rotas)), at)

    def restored(self, at: str) -> World:
        """What a start makes of the journal."""
        return restore(self.world.rules, self.events, local(at))


def told(world: World) -> World:
    """Without what is worked out again."""
    return replace(world, roster=replace(world.roster, next_at=None))
