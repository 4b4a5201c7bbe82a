"""The watch over hand-overs: writes down who is on duty whenever that changes, so that the journal can be asked later.

What the rota says today may be another rota tomorrow; the event holds the people as they were.
"""

from dataclasses import replace
from datetime import timedelta

from opsmon.engine.decision import Decision
from opsmon.model.roster import DutyChanged
from opsmon.oncall.roster import Duty, on_duty

LOOK_AGAIN = timedelta(days=1)  # of rotas that change nothing for longer


def watch_handovers(decision: Decision) -> None:
    """Writes what has changed of who is on duty, and when it is to look again."""
    state, rotas = decision.world.roster, decision.world.rules.oncall.rotas
    if not rotas and state.next_at is not None:
        decision.world = replace(decision.world, roster=replace(state, next_at=None))
    if not rotas or (state.next_at is not None and state.next_at > decision.now):
        return
    looks = [decision.now + LOOK_AGAIN]
    for rota in rotas.values():
        duty = on_duty(rota, state.overrides, decision.now)
        told = change_of(duty, decision)
        if _differs(decision.world.roster.duties.get(rota.name), told):
            decision.write(told)
        looks += [] if duty.until is None else [duty.until]
    roster = replace(decision.world.roster, next_at=min(looks))
    decision.world = replace(decision.world, roster=roster)


def look_now(decision: Decision) -> None:
    """Has the rotas looked at in this decision: the rules or a swap may have changed who is on duty."""
    roster = replace(decision.world.roster, next_at=decision.now)
    decision.world = replace(decision.world, roster=roster)


def change_of(duty: Duty, decision: Decision) -> DutyChanged:
    day = "" if duty.day is None else duty.day.isoformat()
    return DutyChanged(decision.now, duty.rota, duty.shift, day, duty.people, duty.until, duty.is_provisional)


def _differs(last: DutyChanged | None, told: DutyChanged) -> bool:
    """Whether there is something new to say; the moment of saying it is none."""
    return last is None or replace(last, at=told.at) != told
