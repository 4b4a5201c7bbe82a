"""All that people wrote about on call, as the engine goes by it: no number, no address, no secret is in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from opsmon.incident.incident import Incident
from opsmon.model.name import ChannelName, PersonId, PlanName, RotaName
from opsmon.oncall.plan import EscalationPlan
from opsmon.oncall.roster import Rota
from opsmon.text.bilingual import Text


class ReachOf(StrEnum):
    """Whom one message of a channel reaches."""

    GROUP = "group"  # everyone who is in the group
    PERSON = "person"  # the one whose address it was sent to


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on call. `title` is what people call him; `language` that of the messages to him, "" the root's;
    `account` the one that he signs in with."""

    id: PersonId
    title: Text
    language: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away from the first to the last day, both whole. It takes nobody off a rota: an override does, and
    lint says where one is missing."""

    person: PersonId
    first: date
    last: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a channel of a kind reaches: `people` are those in its group, or those with an address that it can use.

    `counts`: its acceptance of a message is a notice to the contractor (contracts.md, E1).
    """

    channel: ChannelName
    kind: str
    reaches: ReachOf
    people: frozenset[PersonId]
    counts: bool = True


@dataclass(frozen=True, slots=True)
class OnCallRules:
    """Empty where the root has no `rules/oncall.yaml`: then nobody is paged. `plans` in the order of the file."""

    people: Mapping[PersonId, Person] = field(default_factory=dict)
    channels: Mapping[ChannelName, Reach] = field(default_factory=dict)
    rotas: Mapping[RotaName, Rota] = field(default_factory=dict)
    plans: Mapping[PlanName, EscalationPlan] = field(default_factory=dict)
    leave: tuple[Leave, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.plans and not self.rotas

    def plan_of(self, incident: Incident) -> EscalationPlan | None:
        """The first plan that takes the incident."""
        return next((plan for plan in self.plans.values() if plan.match.takes(incident)), None)
