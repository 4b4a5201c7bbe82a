"""By what facts somebody is known to be at an incident. Pure."""

from opsmon.incident.incident import WORK_FACTS, Incident
from opsmon.model.incident import Fact, FactType


def is_sign(fact: Fact) -> bool:
    """Whether somebody is at it, by what he told. Who says that it is over while monitoring still sees it is, too."""
    return fact.type is FactType.ACKNOWLEDGED or fact.type in WORK_FACTS or fact.contradicted


def last_sign(incident: Incident) -> Fact | None:
    """What somebody who is at it told last; an acknowledgement before all others, since it says whose it is."""
    if incident.holder is not None:
        return incident.holder
    return next((fact for fact in reversed(incident.standing) if is_sign(fact)), None)
