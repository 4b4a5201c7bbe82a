"""By what facts somebody is known to be at an incident. Pure."""

from opsmon.incident.incident import WORK_FACTS, Incident
from opsmon.model.incident import Fact, FactType


def is_sign(fact: Fact) -> bool:
    """Whether somebody is at it, by what he told. Who says that it is over while monitoring still sees it is, too."""
    return fact.type is FactType.ACKNOWLEDGED or fact.type in WORK_FACTS or fact.contradicted


def has_sign_of(incident: Incident, by: str) -> bool:
    """Whether something stands by which he is known to be at it."""
    return any(fact.by == by and is_sign(fact) for fact in incident.standing)


def last_sign(incident: Incident) -> Fact | None:
    """What somebody who is at it told last; an acknowledgement before all others, since it says whose it is."""
    if incident.holder is not None:
        return incident.holder
    return next((fact for fact in reversed(incident.standing) if is_sign(fact)), None)
