"""The virtual hall with people on call: a rota of two, a lead, a manager; a robot, a second one, short messages."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import TypeVar

from opsmon.contract.calendar.calendar import Calendar
from opsmon.engine.effect import Tell, TellOther
from opsmon.engine.input import RecordAccepted, RecordFailed, SetSilence
from opsmon.engine.rules import Rules
from opsmon.model.name import ChannelName, IncidentId, PersonId, PlanName, RotaName, SilenceId
from opsmon.model.page import SilenceSet
from opsmon.oncall.oncall_rules import OnCallRules, Person, Reach, ReachOf
from opsmon.oncall.page import Page
from opsmon.oncall.plan import (
    EscalationPlan,
    EscalationStep,
    Hold,
    HolderTarget,
    PersonTarget,
    PlanMatch,
    RotaTarget,
    Telling,
)
from opsmon.oncall.roster import Rota
from opsmon.oncall.shift import DutyShift, ShiftDays
from opsmon.text.bilingual import Text
from tests.support.engine.scene import CONTRACT, HALL, Town, rules_of

E = TypeVar("E")
LI, WANG, LEAD, MANAGER = map(PersonId, ("p-li", "p-wang", "p-lead", "p-pm"))
ROBOT, SECOND, SMS = map(ChannelName, ("vc-robot", "vc-ding", "sms"))
VC = RotaName("vc")
EVERYBODY = frozenset({LI, WANG, LEAD, MANAGER})
ON_CALL = RotaTarget(VC)
PLAN = EscalationPlan(
    PlanName("main-hall"),
    PlanMatch(),
    (
        EscalationStep((ON_CALL,), (ROBOT, SECOND, SMS)),
        EscalationStep((ON_CALL, PersonTarget(LEAD)), (SECOND, SMS)),
        EscalationStep((PersonTarget(MANAGER),), (SMS,), timedelta(minutes=5)),
    ),
    rounds=2,
    at_risk=Telling((HolderTarget(), ON_CALL), (ROBOT, SECOND)),
    breached=Telling((PersonTarget(MANAGER),), (ROBOT, SMS)),
    hold=Hold(timedelta(minutes=15), timedelta(minutes=60)),
)


@cache
def base_rules() -> Rules:
    """The virtual hall as a bureau, where an engineer has longer to arrive; under the stock contracts, loaded once."""
    return rules_of(replace(one, labels={"venue": "bureau"}) for one in HALL)


def rota(*crew: PersonId, calendar: Calendar | None = None) -> Rota:
    """One crew, day and night."""
    days = ShiftDays(weekdays=frozenset(range(7)))
    shift = DutyShift("day", days, 0, 86_400, (crew,), len(crew), date(2026, 1, 1))
    return Rota(VC, calendar or base_rules().contracts[CONTRACT].calendar, (shift,))


def on_call(plan: EscalationPlan | None = PLAN, *crew: PersonId) -> OnCallRules:
    people = {name: Person(name, Text(name)) for name in sorted(EVERYBODY)}
    channels = {
        ROBOT: Reach(ROBOT, "wecom", ReachOf.GROUP, EVERYBODY),
        SECOND: Reach(SECOND, "dingtalk", ReachOf.GROUP, EVERYBODY, counts=False),
        SMS: Reach(SMS, "json", ReachOf.PERSON, EVERYBODY),
    }
    return OnCallRules(people, channels, {VC: rota(*(crew or (LI, WANG)))}, {} if plan is None else {plan.name: plan})


def paged_rules(plan: EscalationPlan | None = PLAN, base: Rules | None = None) -> Rules:
    return replace(base or base_rules(), oncall=on_call(plan))


class Hall(Town):
    """A town in which people are paged."""

    def __init__(self, plan: EscalationPlan | None = PLAN, base: Rules | None = None) -> None:
        super().__init__(paged_rules(plan, base))

    def page(self, incident: IncidentId | None = None) -> Page:
        return self.world.paging.pages[incident or self.the_open().id]

    def tells(self) -> list[Tell]:
        return [effect for effect in self.effects if isinstance(effect, Tell)]

    def others(self) -> list[TellOther]:
        return [effect for effect in self.effects if isinstance(effect, TellOther)]

    def calls(self) -> list[tuple[str, tuple[str, ...]]]:
        """Why who was told, in order."""
        return [(str(one.reason), one.people) for one in self.tells()]

    def accept(self, tell: Tell | None = None, channel: ChannelName = ROBOT, after_s: float = 1.0) -> None:
        """The channel takes a message a moment after it was decided; the last one unless told."""
        told = tell or self.tells()[-1]
        at = told.at + timedelta(seconds=after_s)
        self.now = max(self.now, at)
        delivery = f"{told.incident.id}-{told.sequence}-{channel}"
        self.give(RecordAccepted(told.incident.id, told.sequence, channel, delivery, told.people, told.at, at))

    def fail(self, tell: Tell | None = None, channel: ChannelName = SMS) -> None:
        told = tell or self.tells()[-1]
        delivery = f"{told.incident.id}-{told.sequence}-{channel}"
        self.give(RecordFailed(told.incident.id, told.sequence, channel, delivery, self.now, "refused"))

    def silence(self, hours: float = 1.0, **fields: str) -> SilenceId:
        until = self.now + timedelta(hours=hours)
        step = self.give(SetSilence(fields, until, "经理", "换主板"))
        assert step.refusal == ""
        return next(event.silence for event in step.events if isinstance(event, SilenceSet))

    def events(self, kind: type[E]) -> list[E]:
        return [event for event in self.journal if isinstance(event, kind)]


def broken(hall: Hall | None = None) -> Hall:
    """A device has just gone down."""
    hall = hall or Hall()
    hall.run(10)
    hall.dead.add("mcu")
    while not hall.world.incidents.open_by_cause:
        hall.run(1)
    return hall
