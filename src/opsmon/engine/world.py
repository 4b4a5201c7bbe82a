"""Everything that opsmon believes at one moment, frozen: what readers hold, and what the engine starts from."""

from dataclasses import dataclass, field

from immutables import Map

from opsmon.engine.rules import Rules
from opsmon.incident.incidents import Incidents
from opsmon.model.event import ClockChanged
from opsmon.model.name import ClauseId, IncidentId

ClockKey = tuple[ClauseId, str]


@dataclass(frozen=True, slots=True)
class World:
    """`announced` is the last word of the journal on each contract clock of an incident, by clause and target."""

    rules: Rules
    incidents: Incidents = field(default_factory=Incidents)
    announced: Map[IncidentId, Map[ClockKey, ClockChanged]] = field(default_factory=Map)
