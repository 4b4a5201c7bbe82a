"""Swaps, judged: what cannot be is refused in words."""

from datetime import date, datetime

from opsmon.engine.decision import Decision
from opsmon.engine.input import EndOverride, SetOverride
from opsmon.engine.roster.handover import look_now, watch_handovers
from opsmon.model.name import OverrideId, PersonId
from opsmon.model.roster import OverrideEnded, OverrideSet
from opsmon.oncall.local_time import moment_of
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import Post, Rota, post_of


def set_override(decision: Decision, command: SetOverride) -> str:
    """Writes the swap, or gives the reason why it cannot be."""
    world = decision.world
    rota = world.rules.oncall.rotas.get(command.rota)
    if rota is None:
        return f"there is no rota {command.rota}; there are {', '.join(world.rules.oncall.rotas) or 'none'}"
    refusal = _refusal(decision, command, rota)
    if not refusal:
        name = _new_id(world.roster.overrides, decision.now.astimezone(world.rules.zone))
        day, out, stands_in = command.day.isoformat(), command.person_out, command.person_in
        decision.write(
            OverrideSet(
                decision.now,
                name,
                command.rota,
                command.shift,
                day,
                out,
                stands_in,
                command.by,
                command.reason,
                command.via,
            )
        )
        look_now(decision)
        watch_handovers(decision)
    return refusal


def end_override(decision: Decision, command: EndOverride) -> str:
    """Ends a swap, or gives the reason why it cannot be."""
    known = decision.world.roster.overrides.by_id.get(command.override)
    if known is None:
        return f"there is no override {command.override}"
    rota = decision.world.rules.oncall.rotas.get(known.rota)
    if rota is not None and _is_over(rota, known.shift, known.day, decision.now):
        return f"the shift of {known.day} is over: what happened stays"
    decision.write(OverrideEnded(decision.now, command.override, command.by, command.reason, command.via))
    look_now(decision)
    watch_handovers(decision)
    return ""


def _refusal(decision: Decision, command: SetOverride, rota: Rota) -> str:
    overrides, people = decision.world.roster.overrides, decision.world.rules.oncall.people
    post = post_of(rota, overrides, command.shift, command.day)
    if post is None:
        shifts = ", ".join(dict.fromkeys(shift.name for shift in rota.shifts))
        return f"{rota.name} has no shift {command.shift} that begins on {command.day}; its shifts are {shifts}"
    if _is_over(rota, command.shift, command.day, decision.now):
        return f"the shift of {command.day} is over: what happened stays"
    for person in (command.person_out, command.person_in):
        if person is not None and person not in people:
            return f"there is no person {person} in people.yaml"
    return _refusal_of_people(post, command.person_out, command.person_in)


def _refusal_of_people(post: Post, out: PersonId | None, stands_in: PersonId | None) -> str:
    if out is None and stands_in is None:
        return "nobody is swapped: name who goes out, who comes in, or both"
    there = ", ".join(post.people) or "nobody"
    if out is not None and out not in post.people:
        return f"{out} is not there; there {'is' if len(post.people) < 2 else 'are'} {there}"
    if stands_in is not None and stands_in in post.people:
        return f"{stands_in} is there already"
    return ""


def _is_over(rota: Rota, name: str, day: date, now: datetime) -> bool:
    ends = [shift.end_s for shift in rota.shifts if shift.name == name]
    return bool(ends) and moment_of(rota.calendar.zone, day, ends[0]) <= now


def _new_id(overrides: Overrides, now: datetime) -> OverrideId:
    """`swap-20261128-221500`: names it for ever, and says when it was set, by the clock of the place."""
    name = f"swap-{now:%Y%m%d-%H%M%S}"
    number, found = 1, name
    while found in overrides.by_id:
        number += 1
        found = f"{name}-{number}"
    return OverrideId(found)
