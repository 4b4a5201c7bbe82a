"""A story of one fault that people are paged for, from a golden file, and the line of each thing that follows.

Times are seconds after the fault was decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from opsmon.engine.input import AddFact, Input, JudgeScope, RecordAccepted, RecordFailed, Tick
from opsmon.engine.rules import Rules
from opsmon.model.event import ClockChanged, Event, FactAdded, IncidentOpened
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ChannelName
from opsmon.model.page import PageEnded, PageExhausted, PageHeld, PageResumed, PageStepTaken, PageTold
from tests.support.engine.paged import PLAN, Hall, broken
from tests.support.engine.scene import HALL, contracts, rules_of

Told = Mapping[str, Any]
CLAUSES = ("E1", "E8", "E24")


@cache
def _rules(venue: str) -> Rules:
    return rules_of((replace(one, labels={"venue": venue}) for one in HALL), books=contracts())


class Story:
    """`told` is the case of the file: `venue`, `severity`, `counts` (whether the plan's acceptance is a notice), and
    `happens`, a list of one word or mapping by second."""

    def __init__(self, told: Told) -> None:
        plan = replace(PLAN, notice_counts=told.get("counts", True))
        self._hall = broken(Hall(plan, _rules(told.get("venue", "bureau"))))
        self._incident = self._hall.the_open().id
        self._start = self._hall.the_open().opened_at
        self._begun = next(
            number for number, event in enumerate(self._hall.journal) if isinstance(event, IncidentOpened)
        )
        if told.get("severity"):
            self._give(JudgeScope(self._incident, "p-pm", "as agreed", Severity(told["severity"])))

    def lines(self, happens: Sequence[Mapping[int, Any]], until: int) -> list[str]:
        for moment in happens:
            for second, what in moment.items():
                self._go_to(second)
                self._happen(what)
        self._go_to(until)
        events = self._hall.journal[self._begun :]
        return [line for event in events for line in self._line(event)]

    def _go_to(self, second: float) -> None:
        """Looks at the moment itself and wakes at whatever is due before, as the loop does."""
        target = self._start + timedelta(seconds=second)
        while self._hall.now < target:
            self._hall.run(min(0.5, (target - self._hall.now).total_seconds()))
        self._give(Tick())

    def _give(self, given: Input) -> None:
        assert self._hall.give(given).refusal == ""

    def _happen(self, what: Mapping[str, Any]) -> None:
        now, (word, value) = self._hall.now, next(iter(what.items()))
        if word in ("accepted", "failed"):
            tell = self._hall.tells()[int(what.get("message", 0)) - 1]
            channel = ChannelName(value)
            delivery = f"{self._incident}-{tell.sequence}-{channel}"
            began = now - timedelta(seconds=what.get("took_s", 0.2))
            doubtful = what.get("first_tried")
            since = None if doubtful is None else self._start + timedelta(seconds=doubtful)
            if word == "failed":
                self._give(RecordFailed(self._incident, tell.sequence, channel, delivery, now, "refused"))
            else:
                self._give(
                    RecordAccepted(self._incident, tell.sequence, channel, delivery, tell.people, began, now, since)
                )
        elif word == "recovers":
            self._hall.dead.clear()
        else:
            at = now if what.get("at") is None else self._start + timedelta(seconds=what["at"])
            self._give(AddFact(self._incident, Fact(FactType(word), at, value, what.get("note", ""))))

    def _second(self, event: Event) -> str:
        return self._seconds((event.at - self._start).total_seconds())

    @staticmethod
    def _seconds(seconds: float) -> str:
        return f"{seconds:+.1f}".removesuffix(".0")

    def _line(self, event: Event) -> Iterator[str]:
        words = self._of_call(event) or self._of_fact(event) or _of_page(event)
        if words:
            yield f"{self._second(event)} {words}"

    def _of_call(self, event: Event) -> str:
        if isinstance(event, PageStepTaken):
            return f"step {event.step} of round {event.round} ({event.reason}): {_people(event)}"
        if isinstance(event, PageTold):
            about = f" {event.clause} {event.target}" if event.clause else ""
            return f"told{about} ({event.reason}): {_people(event)}"
        return ""

    def _of_fact(self, event: Event) -> str:
        if isinstance(event, ClockChanged) and event.clause in CLAUSES:
            return self._clock(event)
        if not isinstance(event, FactAdded) or event.fact.type is FactType.DETECTED:
            return ""
        fact = event.fact
        doubt = "" if fact.earliest is None else f", perhaps at {self._of(fact.earliest)}"
        return f"fact {fact.type} by {fact.by} at {self._of(fact.at)}{doubt}"

    def _clock(self, event: ClockChanged) -> str:
        due = [f"due {self._of(event.due_at)}"] if event.due_at else []
        due += [f"warned for {self._of(event.strict_due_at)}"] if event.strict_due_at else []
        doubt = ", provisional" if event.provisional else ""
        return f"{event.clause} {event.target} {event.after}, {', '.join(due)}{doubt}"

    def _of(self, at: datetime) -> str:
        return self._seconds((at - self._start).total_seconds())


def _of_page(event: Event) -> str:
    match event:
        case PageHeld():
            return f"held by {event.by}"
        case PageExhausted():
            return "nobody is left to call"
        case PageResumed():
            return f"called again ({event.reason})"
        case PageEnded():
            return f"page over ({event.reason})"
    return ""


def _people(event: PageStepTaken | PageTold) -> str:
    return f"{' '.join(event.people)} by {' or '.join(event.channels)}"
