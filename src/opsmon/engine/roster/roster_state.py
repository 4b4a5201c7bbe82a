"""What the world knows of rotas beside their rules: the swaps that hold, and who was told to be on duty last."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from immutables import Map

from opsmon.model.name import RotaName
from opsmon.model.roster import DutyChanged, OverrideEnded, OverrideSet, RosterEvent
from opsmon.oncall.override import Override, Overrides


@dataclass(frozen=True, slots=True)
class RosterState:
    """`duties` is the journal's last word on each rota. What is worked out again: `next_at`, the next hand-over of any
    rota; None before the first look."""

    overrides: Overrides = field(default_factory=Overrides)
    duties: Map[RotaName, DutyChanged] = field(default_factory=Map)
    next_at: datetime | None = None


def fold_roster(state: RosterState, event: RosterEvent) -> RosterState:
    """The state after an event of the journal."""
    match event:
        case OverrideSet():
            return replace(state, overrides=state.overrides.with_(override_of(event)))
        case OverrideEnded():
            return replace(state, overrides=state.overrides.without(event.override))
        case DutyChanged():
            return replace(state, duties=state.duties.set(event.rota, event))


def override_of(event: OverrideSet) -> Override:
    return Override(
        event.override,
        event.rota,
        event.shift,
        date.fromisoformat(event.day),
        event.person_out,
        event.person_in,
        event.at,
        event.by,
        event.reason,
        event.via,
    )
