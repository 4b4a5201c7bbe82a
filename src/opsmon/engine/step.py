"""What one input led to."""

from typing import NamedTuple

from opsmon.engine.effect import Effect
from opsmon.engine.world import World
from opsmon.model.event import Event
from opsmon.text.bilingual import Refusal, Sentence


class Conflict(Sentence):
    """A refusal that lies in how things stand and not in what was asked for: it was told already."""

    __slots__ = ()


class NothingThatDay(Sentence):
    """A refusal since a day has nothing to do; in a stretch of days it is passed over."""

    __slots__ = ()


class EngineStep(NamedTuple):
    """The next world, the events that lead there, and what is wanted outside. `refusal` is why a command was refused,
    in words for the person who gave it."""

    world: World
    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    refusal: Refusal = ""
