"""The step that time alone brings: most of what happens to pages in a storm, without asking what cannot have changed.

Whatever else becomes of a page (an acknowledgement, a silence, an end, another plan) comes with an event, and is looked
at as a whole (`opsmon.oncall.escalation`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opsmon.incident.incident import Incident
from opsmon.model.name import ChannelName, PersonId
from opsmon.model.page import CallReason, PageStepTaken
from opsmon.oncall.escalation import LATE
from opsmon.oncall.page import Page, PageState
from opsmon.oncall.plan import CallPosition, EscalationPlan, EscalationStep

PlannedCall = tuple[tuple[PersonId, ...], tuple[ChannelName, ...]]


@dataclass(slots=True)
class DueSteps:
    """What steps come to at `now`, each worked out once. `call_of` says who is told by what in a step, None where
    nobody can be; `wait_of` how long it waits."""

    now: datetime
    watched_since: datetime | None
    call_of: Callable[[EscalationStep, str], PlannedCall | None]
    wait_of: Callable[[EscalationStep, EscalationPlan, Incident], timedelta]
    _calls: dict[tuple[str, CallPosition, str], PlannedCall | None] = field(default_factory=dict)

    def step(self, page: Page, plan: EscalationPlan, incident: Incident, sequence: int) -> PageStepTaken | None:
        """The step that is due, as message `sequence`; None where none is, or where more has to be looked at."""
        due, now = page.next_at, self.now
        if page.state is not PageState.CALLING or due is None or due > now or incident.hold_until is not None:
            return None
        if now - due > LATE or (self.watched_since is not None and due < self.watched_since):
            return None
        following = plan.after((page.step, page.round))
        if following is None:
            return None
        step = plan.steps[following[0] - 1]
        call, wait = self._call(plan, following, step, page.holder), self.wait_of(step, plan, incident)
        if call is None or due + wait <= now:
            return None
        return PageStepTaken(
            now, page.incident, plan.name, sequence, following[0], following[1], call[0], call[1],
            CallReason.UNANSWERED, now + wait,
        )  # fmt: skip

    def _call(
        self, plan: EscalationPlan, position: CallPosition, step: EscalationStep, holder: str
    ) -> PlannedCall | None:
        key = plan.name, position, holder
        if key not in self._calls:
            self._calls[key] = self.call_of(step, holder)
        return self._calls[key]
