"""What follows for the page of one incident at one moment: who is told next, who holds it, when it ends. Pure.

An acknowledgement, a step and the end of the incident are decided one after the other by one writer, so that any order
of them gives a story that can be told. What came due while nobody watched is told once, together; being away never
exhausts a page.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from opsmon.contract.term import Target
from opsmon.model.event import ClockChanged, ClockState, Event, FactAdded
from opsmon.model.incident import Ending, Fact, FactType, restored_by
from opsmon.model.name import PersonId, PlanName
from opsmon.model.page import (
    NO_PLAN,
    CallReason,
    NoticeAccepted,
    PageEnded,
    PageEvent,
    PageExhausted,
    PageHeld,
    PageMoved,
    PagePaused,
    PageReplanned,
    PageResumed,
    PageStepTaken,
    PageTold,
    PauseReason,
)
from opsmon.oncall.page import Page, PageState, fold_page
from opsmon.oncall.plan import CallPosition, EscalationPlan, EscalationStep, HolderTarget, Telling
from opsmon.oncall.sign import has_sign_of, is_sign, last_sign
from opsmon.oncall.situation import Pause, Situation
from opsmon.text.journal_reason import OTHER_PLAN, written

MIN_HOLD = timedelta(seconds=60)
LATE = timedelta(seconds=60)  # a look that comes so much after its time was held up: the machine slept
RESUMES: dict[PauseReason, CallReason] = {
    PauseReason.SILENCE: CallReason.SILENCE_ENDED,
    PauseReason.MAINTENANCE: CallReason.MAINTENANCE_ENDED,
    PauseReason.QUIET: CallReason.QUIET_ENDED,
}
CLOCK_CALLS = {ClockState.AT_RISK: CallReason.AT_RISK, ClockState.BREACHED: CallReason.BREACHED}
HOLDER = HolderTarget()


def follow_page(page: Page | None, given: Situation, news: Sequence[Event] = ()) -> tuple[PageEvent, ...]:
    """The events by which the page follows what has become of its incident; `news` are what was decided just now."""
    draft = _PageDraft(page, given)
    if given.incident.is_open and not given.incident.is_excluded:
        draft.go_on(news)
    else:
        draft.end()
    draft.tell_of_clocks(news)
    return tuple(draft.events)


class _PageDraft:
    """The page while it is decided on; what is written is folded in at once."""

    __slots__ = ("events", "given", "page", "plan", "sequence")

    def __init__(self, page: Page | None, given: Situation) -> None:
        self.page, self.given, self.plan = page, given, given.plan
        self.sequence = given.sequence
        self.events: list[PageEvent] = []

    def write(self, event: PageEvent) -> None:
        self.page = fold_page(self.page, event)
        self.events.append(event)

    # How it begins and ends.

    def go_on(self, news: Sequence[Event]) -> None:
        if self.plan is None:
            self._leave()
        elif self.page is None or not self.page.is_open:
            self._begin(self.plan)
        else:
            self._replan(self.page, self.plan)
            self._hear(self.plan, news)
            self._begin_again(self.plan, news)
            self._pause_or_resume(self.plan)
            self._advance(self.plan)
            self._hurry(self.plan, news)

    def _begin(self, plan: EscalationPlan) -> None:
        given = self.given
        if self._is_recovering:
            return
        held = last_sign(given.incident)
        pause = given.pause or self._quiet(plan, given.now)
        if held is not None:
            self._hold(plan, held)
        elif pause is not None:
            self._write_pause(plan, pause)
        else:
            is_new = self.page is None or self.page.is_left
            reason = CallReason.OPENED if is_new else CallReason.REOPENED
            self._take_step(plan, (1, 1), reason, also=given.passed_from)

    def _leave(self) -> None:
        """No plan is for the incident any more: nobody else is called, and those who were hear of its end."""
        if self.page is not None and self.page.is_open:
            self.write(PageEnded(self.given.now, self.given.incident.id, NO_PLAN))

    def end(self) -> None:
        page, incident = self.page, self.given.incident
        if page is None or not (page.is_open or page.is_left):
            return
        if incident.is_excluded or (not incident.is_open and incident.ended is not Ending.PASSED_ON):
            for channels, people in page.told_by:
                self._tell(Telling((), channels), CallReason.RESOLVED, page.plan, people=people)
        ended = incident.ended.value if incident.ended is not None else ""
        why = "excluded" if incident.is_open else ended or "recovered"
        self.write(PageEnded(self.given.now, incident.id, why))

    def _replan(self, page: Page, plan: EscalationPlan) -> None:
        step = min(page.step, len(plan.steps))
        if plan.name != page.plan or step != page.step:
            why = written(OTHER_PLAN)
            now = self.given.now
            self.write(PageReplanned(now, page.incident, plan.name, step, page.next_at, page.until, why))

    # Holds.

    def _hear(self, plan: EscalationPlan, news: Sequence[Event]) -> None:
        for event in news:
            if isinstance(event, FactAdded):
                self._hear_fact(plan, event.fact)

    def _hear_fact(self, plan: EscalationPlan, fact: Fact) -> None:
        page, incident = self.page, self.given.incident
        assert page is not None  # noqa: S101 - a page that was begun stays
        is_held, sign = page.state is PageState.HELD, last_sign(incident)
        if is_held and page.holder != fact.by and self._takes_on(fact):
            self._move(page, fact, self._hold_until(plan.hold.acknowledged))
        elif is_sign(fact):
            self._hold(plan, fact)
        elif sign is None:
            if is_held:
                self._resume(plan, CallReason.GIVEN_BACK)
        elif (restored := restored_by(incident.facts, fact)) is not None and is_sign(restored):
            self._hold(plan, sign)
        if is_held and sign is not None and not has_sign_of(incident, self._holder):
            self._move(page, sign, page.until or self.given.now)

    def _takes_on(self, fact: Fact) -> bool:
        """Whether who tells the fact has the incident by it: also in the place of one who works on it, but never said
        that it is his."""
        mine = self.given.incident.holder
        return fact.takes_over or (fact.type is FactType.ACKNOWLEDGED and mine is not None and mine.by == fact.by)

    @property
    def _holder(self) -> str:
        return "" if self.page is None else self.page.holder

    def _move(self, page: Page, sign: Fact, until: datetime) -> None:
        self.write(PageMoved(self.given.now, page.incident, page.holder, sign.by, until, sign.via))

    def _hold(self, plan: EscalationPlan, sign: Fact) -> None:
        """By whoever gave the sign; where somebody holds it already it stays his, and is renewed."""
        page, now = self.page, self.given.now
        length, by = plan.hold.worked, sign.by
        if sign.type is FactType.ACKNOWLEDGED:
            length = plan.hold.acknowledged
        if page is not None and page.state is PageState.HELD:
            by = page.holder
            length = max(length, (page.until or now) - now)
        until, incident = self._hold_until(length), self.given.incident.id
        self.write(PageHeld(now, incident, plan.name, by, until, sign.via, () if page is None else page.waiting))

    def _hold_until(self, length: timedelta) -> datetime:
        """Not past the moment when a clock comes to be at risk, and long enough to act."""
        now, risk_at = self.given.now, self.given.next_risk_at
        until = now + length
        if risk_at is not None and risk_at > now:
            until = min(until, risk_at)
        return max(until, now + MIN_HOLD)

    def _resume(self, plan: EscalationPlan, reason: CallReason) -> None:
        page = self.page
        assert page is not None  # noqa: S101
        self.write(PageResumed(self.given.now, page.incident, reason))
        pause = self.given.pause
        if pause is not None:
            self._write_pause(plan, pause)
        else:
            holder = self.given.people_of((HOLDER,), page.holder) if page.holder else ()
            self._take_step(plan, (1, 1), reason, also=holder)

    def _begin_again(self, plan: EscalationPlan, news: Sequence[Event]) -> None:
        """A plan that was used up, or a round of it, while no channel took a message has called nobody: with the first
        that is taken its rounds are counted anew, from the step of that message."""
        page = self.page
        assert page is not None  # noqa: S101
        is_used_up = page.state is PageState.EXHAUSTED
        if not is_used_up and not (page.state is PageState.CALLING and page.round > 1):
            return
        new = {one.delivery for one in news if isinstance(one, NoticeAccepted)}
        told = [call for call in page.calls[page.settled :] if call.step and call.accepted]
        if not told or any(one.delivery not in new for call in told for one in call.accepted):
            return
        step = min(max(call.step for call in told), len(plan.steps))
        next_at = self.given.now + self._wait_of(plan.steps[step - 1])
        self.write(PageResumed(self.given.now, page.incident, CallReason.CHANNEL_BACK, step, 1, next_at))

    # Pauses.

    def _quiet(self, plan: EscalationPlan, since: datetime) -> Pause | None:
        given = self.given
        if plan.quiet is None or given.is_clocked:
            return None
        until = plan.quiet.ends_at(given.incident.severity, since)
        return Pause(PauseReason.QUIET, until) if until is not None and until > given.now else None

    def _pause_or_resume(self, plan: EscalationPlan) -> None:
        page, pause = self.page, self.given.pause
        assert page is not None  # noqa: S101
        if page.state in (PageState.CALLING, PageState.EXHAUSTED):
            if pause is not None:
                self._write_pause(plan, pause)
        elif page.state is PageState.PAUSED and not self._is_recovering:
            if pause is None and page.pause is PauseReason.QUIET:
                pause = self._quiet(plan, page.since)
            if pause is None:
                self._resume(plan, RESUMES[page.pause or PauseReason.SILENCE])
            elif (pause.reason, pause.silence, pause.until) != (page.pause, page.silence, page.until):
                self._write_pause(plan, pause)

    def _write_pause(self, plan: EscalationPlan, pause: Pause) -> None:
        self.write(
            PagePaused(
                self.given.now, self.given.incident.id, plan.name, pause.reason, pause.until, pause.silence,
                () if self.page is None else self.page.waiting,
            )
        )  # fmt: skip

    # Steps.

    def _advance(self, plan: EscalationPlan) -> None:
        page, now = self.page, self.given.now
        assert page is not None  # noqa: S101
        if self._is_recovering:
            return
        if page.state is PageState.HELD and page.until is not None and page.until <= now:
            self._resume(plan, CallReason.HOLD_ENDED)
        elif page.state is PageState.CALLING and not self.took_step:
            if page.next_at is not None and page.next_at <= now:
                self._escalate(plan, page, page.next_at)
            elif self._has_failed(page) and page.step < len(plan.steps):
                # Not beyond the round: channels that are all away for a minute would use up the plan in that minute.
                self._next_step(plan, page, CallReason.NOBODY_TOLD)

    @property
    def _is_recovering(self) -> bool:
        """The fault seems gone and is being watched: nobody is called out for it until it comes back."""
        return self.given.incident.hold_until is not None

    @property
    def took_step(self) -> bool:
        return any(isinstance(event, PageStepTaken) for event in self.events)

    def _has_failed(self, page: Page) -> bool:
        call = page.call_of(page.sequence)
        return call is not None and call.has_failed

    def _escalate(self, plan: EscalationPlan, page: Page, due: datetime) -> None:
        """Takes the step that is due; of several that came due the last, with everybody of the others."""
        now, position, missed = self.given.now, (page.step, page.round), list[CallPosition]()
        was_away = now - due > LATE or (self.given.watched_since is not None and due < self.given.watched_since)
        while due <= now:
            following = plan.after(position)
            if following is None:
                break
            position = following
            missed.append(position)
            due += self._wait_of(plan.steps[position[0] - 1])
        if not missed and not was_away:
            self.write(PageExhausted(now, page.incident))
        elif len(missed) > 1 or was_away:
            self._take_step(plan, position, CallReason.MISSED, steps=[plan.steps[one - 1] for one, _ in missed])
        else:
            self._take_step(plan, position, CallReason.UNANSWERED)

    def _next_step(self, plan: EscalationPlan, page: Page, reason: CallReason) -> None:
        following = plan.after((page.step, page.round))
        if following is None:
            self.write(PageExhausted(self.given.now, page.incident))
        else:
            self._take_step(plan, following, reason)

    def _hurry(self, plan: EscalationPlan, news: Sequence[Event]) -> None:
        """An acknowledgement that the contract is about to miss does not wait for the plan."""
        page = self.page
        if page is None or page.state is not PageState.CALLING or self.took_step or self._is_recovering:
            return
        pressing = any(
            isinstance(event, ClockChanged) and event.target == Target.ACKNOWLEDGE and event.after is ClockState.AT_RISK
            for event in news
        )
        if pressing and plan.after((page.step, page.round)) is not None:
            self._next_step(plan, page, CallReason.ACKNOWLEDGE_AT_RISK)

    def _take_step(
        self,
        plan: EscalationPlan,
        position: CallPosition,
        reason: CallReason,
        *,
        also: tuple[PersonId, ...] = (),
        steps: Sequence[EscalationStep] = (),
    ) -> None:
        """Tells the people of the step, and of `steps` besides. One that reaches nobody is passed over."""
        now, incident, given = self.given.now, self.given.incident, self.given
        holder = self.page.holder if self.page is not None else ""
        while True:
            told = [*steps, plan.steps[position[0] - 1]]
            people = _unique((*also, *(who for step in told for who in given.people_of(step.tell, holder))))
            channels = _unique(tuple(channel for step in reversed(told) for channel in step.by))
            following = plan.after(position)
            if following is None or given.reaches(people, channels):
                break
            position, reason = following, CallReason.NOBODY_TOLD
        self.sequence += 1
        step, round_ = position
        next_at = now + self._wait_of(plan.steps[step - 1])
        self.write(
            PageStepTaken(now, incident.id, plan.name, self.sequence, step, round_, people, channels, reason, next_at)
        )

    def _wait_of(self, step: EscalationStep) -> timedelta:
        return step.wait if step.wait is not None else self.given.auto_wait

    # Beside the steps.

    def tell_of_clocks(self, news: Sequence[Event]) -> None:
        """Of those that came to be at risk or breached, and are so still."""
        last = {(one.clause, one.target): one for one in news if isinstance(one, ClockChanged)}
        plan = self.plan
        if plan is None or self.given.clocks_are_silenced or self.given.incident.is_excluded:
            return
        for clock in last.values():
            telling = plan.at_risk if clock.after is ClockState.AT_RISK else plan.breached
            is_awaited = self.given.incident.is_open or clock.target == Target.REPORT
            if clock.after in CLOCK_CALLS and telling is not None and is_awaited and clock.before is not clock.after:
                self._tell(telling, CLOCK_CALLS[clock.after], plan.name, clock=clock)

    def _tell(
        self,
        telling: Telling,
        reason: CallReason,
        plan: PlanName,
        *,
        people: tuple[PersonId, ...] = (),
        clock: ClockChanged | None = None,
    ) -> None:
        holder = self.page.holder if self.page is not None and self.page.state is PageState.HELD else ""
        people = people or self.given.people_of(telling.tell, holder)
        if not self.given.reaches(people, telling.by):
            return
        self.sequence += 1
        clause, target = (None, "") if clock is None else (clock.clause, clock.target)
        self.write(
            PageTold(
                self.given.now, self.given.incident.id, plan, self.sequence, people, telling.by, reason, clause,
                target,
            )
        )  # fmt: skip


Name = TypeVar("Name", bound=str)


def _unique(names: Iterable[Name]) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(names))
