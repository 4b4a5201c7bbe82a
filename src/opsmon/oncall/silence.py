"""Silences: for a while incidents that agree with every given field page nobody. Their clocks run on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from opsmon.incident.incident import Incident
from opsmon.model.name import SilenceId
from opsmon.model.page import SilenceNews, SilenceSet, SilenceWarned

MAX_SILENCE = timedelta(days=7)  # what is quiet for longer is forgotten
IDLE = timedelta(days=1)  # a silence that covers nothing for so long is told of
NEARLY_OVER = 0.8  # of its time


@dataclass(frozen=True, slots=True)
class PageSilence:
    """`fields`: `contract`, `site`, `device`, `kind`, `service`, `severity`, `condition`, or the name of a label.
    `covered_at` is when it last covered an incident that it did not before, or when it was set; `has_covered`: it ever
    did. `told` is what its owner was told of it."""

    id: SilenceId
    set_at: datetime
    until: datetime
    owner: str
    reason: str
    by: str
    fields: Mapping[str, str] = field(default_factory=dict)
    ends_with_incident: bool = False
    stops_clocks: bool = False
    covered_at: datetime | None = None
    told: frozenset[SilenceNews] = frozenset()

    def takes(self, incident: Incident) -> bool:
        return all(value_of(incident, name) == value for name, value in self.fields.items())

    @property
    def nearly_over_at(self) -> datetime:
        return self.set_at + (self.until - self.set_at) * NEARLY_OVER

    @property
    def idle_at(self) -> datetime:
        """When its owner is told that it covers nothing, if it covers nothing until then."""
        return (self.covered_at or self.set_at) + IDLE

    def wakes_at(self, *, covers: bool) -> datetime:
        """When time alone next does something to it; `covers`: it covers an open incident now."""
        turns = [self.until]
        if SilenceNews.NEARLY_OVER not in self.told:
            turns.append(self.nearly_over_at)
        if SilenceNews.MATCHES_NOTHING not in self.told and not covers:
            turns.append(self.idle_at)
        return min(turns)


def silence_of(event: SilenceSet) -> PageSilence:
    return PageSilence(
        event.silence, event.at, event.until, event.owner, event.reason, event.by, event.fields,
        event.ends_with_incident, event.stops_clocks,
    )  # fmt: skip


def after_warning(silence: PageSilence, event: SilenceWarned) -> PageSilence:
    return replace(silence, told=silence.told | {event.news})


OWN_FIELDS = ("contract", "site", "device", "kind", "service", "severity", "condition")


def value_of(incident: Incident, name: str) -> str | None:
    """What the incident has in a field that a silence can name."""
    if name not in OWN_FIELDS:
        return incident.scope_labels.get(name)
    if name == "condition":
        return incident.seen_condition or incident.condition
    value = getattr(incident, name)
    return None if value is None else str(value)
