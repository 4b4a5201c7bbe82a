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
from opsmon.text.bilingual import Refusal, Sentence


def set_override(decision: Decision, command: SetOverride) -> Refusal:
    """Writes the swap, or gives the reason why it cannot be."""
    world = decision.world
    rota = world.rules.oncall.rotas.get(command.rota)
    if rota is None:
        known = list(world.rules.oncall.rotas)
        return Sentence(
            f"there is no rota {command.rota}; there are {', '.join(known) or 'none'}",
            f"没有值班表 {command.rota}；现有：{'、'.join(known) or '无'}",
        )
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


def end_override(decision: Decision, command: EndOverride) -> Refusal:
    """Ends a swap, or gives the reason why it cannot be."""
    known = decision.world.roster.overrides.by_id.get(command.override)
    if known is None:
        return Sentence(f"there is no override {command.override}", f"没有换班 {command.override}")
    rota = decision.world.rules.oncall.rotas.get(known.rota)
    if rota is not None and _is_over(rota, known.shift, known.day, decision.now):
        return _over(known.day)
    decision.write(OverrideEnded(decision.now, command.override, command.by, command.reason, command.via))
    look_now(decision)
    watch_handovers(decision)
    return ""


def _refusal(decision: Decision, command: SetOverride, rota: Rota) -> Refusal:
    overrides, people = decision.world.roster.overrides, decision.world.rules.oncall.people
    post = post_of(rota, overrides, command.shift, command.day)
    if post is None:
        shifts, day = list(dict.fromkeys(shift.name for shift in rota.shifts)), command.day
        return Sentence(
            f"{rota.name} has no shift {command.shift} that begins on {day}; its shifts are {', '.join(shifts)}",
            f"{rota.name} 在 {day} 没有班次 {command.shift}；现有班次：{'、'.join(shifts)}",
        )
    if _is_over(rota, command.shift, command.day, decision.now):
        return _over(command.day)
    for person in (command.person_out, command.person_in):
        if person is not None and person not in people:
            return Sentence(f"there is no person {person} in people.yaml", f"people.yaml 中没有 {person}")
    return _refusal_of_people(post, command.person_out, command.person_in)


def _refusal_of_people(post: Post, out: PersonId | None, stands_in: PersonId | None) -> Refusal:
    if out is None and stands_in is None:
        return Sentence(
            "nobody is swapped: name who goes out, who comes in, or both",
            "没有换班人员：请填写被替人、替班人或两者",
        )
    if out is not None and out not in post.people:
        there = ", ".join(post.people) or "nobody"
        return Sentence(
            f"{out} is not there; there {'is' if len(post.people) < 2 else 'are'} {there}",
            f"{out} 不在该班次；该班次为：{'、'.join(post.people) or '无人'}",
        )
    if stands_in is not None and stands_in in post.people:
        return Sentence(f"{stands_in} is there already", f"{stands_in} 已在该班次")
    return ""


def _over(day: date) -> Sentence:
    return Sentence(f"the shift of {day} is over: what happened stays", f"{day} 的班次已结束，不能再改")


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
