"""What the journal holds of who is on duty: swaps, and hand-overs as they happened. People are ids of people.yaml."""

from dataclasses import dataclass
from datetime import datetime

from opsmon.model.name import OverrideId, PersonId, RotaName


@dataclass(frozen=True, slots=True)
class OverrideSet:
    """In the shift `shift` of `rota` that begins on `day` (ISO 8601) `person_in` stands for `person_out`.

    `person_out` None: one more is there; `person_in` None: `person_out` is away and nobody stands for him. `by` is who
    says so, `via` who was let in to say it.
    """

    at: datetime
    override: OverrideId
    rota: RotaName
    shift: str
    day: str
    person_out: PersonId | None
    person_in: PersonId | None
    by: str
    reason: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class OverrideEnded:
    """A swap holds no more; the shift is as the rota says."""

    at: datetime
    override: OverrideId
    by: str
    reason: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class DutyChanged:
    """From now on these people are on duty of `rota`, until `until` (None: for more than a year). `shift` "" is nobody.

    `day` (ISO 8601) is the local day on which the shift began; `provisional`: the calendar is in doubt, and everybody
    who may be on duty is named.
    """

    at: datetime
    rota: RotaName
    shift: str
    day: str
    people: tuple[PersonId, ...]
    until: datetime | None
    provisional: bool = False


RosterEvent = OverrideSet | OverrideEnded | DutyChanged
