"""How the readers of the daemon (metrics, console) see it: the last frozen world, and a door for commands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from opsmon.engine.input import Command
from opsmon.engine.world import World
from opsmon.model.event import Event
from opsmon.model.name import CheckName, DeviceName, IncidentId
from opsmon.model.sample import Sample
from opsmon.text.bilingual import Sentence


@dataclass(frozen=True, slots=True)
class Accepted:
    """The command is in the journal; `events` are all that it caused."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class CommandRefusal:
    """The command cannot be; `reason` is for the person who gave it. The refusal itself is in the journal."""

    reason: Sentence


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The command cannot be taken now. `taken` None: it may be taken later all the same, so ask before repeating."""

    reason: str
    taken: bool | None = None


Hear = Callable[[int, Sequence[Event]], None]
Answer = Accepted | CommandRefusal | Unavailable


class DaemonPort(Protocol):
    """What a reader holds. Reading never waits; a command waits until it is journaled."""

    @property
    def world(self) -> World: ...

    @property
    def seq(self) -> int:
        """The number of the last event of the journal that the world holds."""
        ...

    @property
    def latest(self) -> Mapping[DeviceName, Mapping[CheckName, Sample]]:
        """The last sample of every check of every device."""
        ...

    @property
    def not_ready(self) -> str:
        """Why the daemon is not ready, in words; empty when it is."""
        ...

    async def issue(self, command: Command) -> Answer: ...

    async def world_with(self, incident: IncidentId) -> World:
        """The last world with this incident in it, be it brought back from the journal; without it where there is no
        such incident. Raises StoreError where it cannot be looked up now."""
        ...

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """From now on `hear` is told of each change of the world: the number of its last event, and the events. It may
        neither block nor raise. Returns how to stop that."""
        ...
