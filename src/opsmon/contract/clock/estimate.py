"""How long people took at a site: what the facts of its past incidents say about acknowledging, travelling, repairing.

Promises: medians of the latest incidents, and nothing where fewer than five tell, so that one bad night proves nothing.
A step that was not reported, that was withdrawn, or that came before the one that it follows, says nothing.
"""

from collections.abc import Iterable
from datetime import timedelta
from statistics import median

from opsmon.contract.clock.case import Estimates
from opsmon.model.incident import STARTS, Fact, FactType, standing_facts

MIN_INCIDENTS, MAX_INCIDENTS = 5, 20


def estimates_from(histories: Iterable[tuple[Fact, ...]]) -> Estimates:
    """The usual lengths of the steps, from the facts of past incidents, the latest last."""
    steps = [_steps(facts) for facts in histories]
    return Estimates(*(_usual([step[index] for step in steps]) for index in range(3)))


def _steps(facts: tuple[Fact, ...]) -> tuple[timedelta | None, timedelta | None, timedelta | None]:
    facts = standing_facts(facts)
    start = min((fact.at for fact in facts if fact.type in STARTS), default=None)
    acknowledged, there, resolved = (
        min((fact.at for fact in facts if fact.type is type_), default=None)
        for type_ in (FactType.ACKNOWLEDGED, FactType.ON_SITE, FactType.RESOLVED)
    )
    set_out = acknowledged or start
    return (
        acknowledged - start if acknowledged is not None and start is not None else None,
        there - set_out if there is not None and set_out is not None else None,
        resolved - there if resolved is not None and there is not None else None,
    )


def _usual(lengths: list[timedelta | None]) -> timedelta | None:
    known = [length for length in lengths if length is not None and length >= timedelta()][-MAX_INCIDENTS:]
    return (
        timedelta(seconds=round(median(one.total_seconds() for one in known))) if len(known) >= MIN_INCIDENTS else None
    )
