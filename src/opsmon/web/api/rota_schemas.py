"""What the API says of rotas, as the shapes of its JSON. People are told by id and title, never by an address."""

from datetime import date, datetime

from pydantic import AwareDatetime, BaseModel, Field

from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.override import Override
from opsmon.oncall.roster import Duty, Rota
from opsmon.text.bilingual import Text
from opsmon.web.api.schemas import Body, By, Query


class DutyQuery(Query):
    """Who is on duty at a moment (now unless told), or with `days` every duty from then on."""

    at: AwareDatetime | None = None
    rota: str | None = None
    days: int = Field(default=0, ge=0, le=400, description="so many days from then on; 0 is that moment alone")


class CalendarQuery(Query):
    """The key of the calendar's link, where nothing else says who asks."""

    k: str | None = Field(default=None, max_length=100)


class OnCallPersonDocument(BaseModel):
    """Somebody on duty."""

    id: str
    name: str
    name_zh: str


class DutyDocument(BaseModel):
    """Who is on duty of a rota, from when until when. `shift` "" is nobody.

    `provisional`: the calendar is in doubt (`doubts` says why), and everybody who may be on duty is named.
    """

    rota: str
    title: str
    title_zh: str
    shift: str
    day: date | None
    people: list[OnCallPersonDocument]
    need: int
    since: datetime | None
    until: datetime | None
    provisional: bool
    doubts: list[str]
    overrides: list[str]


class OverrideDocument(BaseModel):
    """A swap: in a shift that begins on `day` one person stands for another."""

    id: str
    rota: str
    shift: str
    day: date
    person_out: str | None
    person_in: str | None
    set_at: datetime
    by: str
    reason: str


class OverrideBody(Body):
    """A swap to be set. Without `person_out` one more comes; without `person_in` nobody stands for him."""

    rota: str = Field(min_length=1, max_length=60)
    shift: str = Field(min_length=1, max_length=60)
    day: date = Field(strict=False, description="the local day on which the shift begins")
    person_out: str | None = Field(default=None, max_length=60)
    person_in: str | None = Field(default=None, max_length=60)
    by: By = None
    reason: str = Field(default="", max_length=4000)


class OverrideEndBody(Body):
    """A swap that holds no more."""

    by: By = None
    reason: str = Field(default="", max_length=4000)


def duty_document(rota: Rota, duty: Duty, rules: OnCallRules) -> DutyDocument:
    """A duty as the API and `--json` tell it."""
    people = [(person, rules.people.get(person)) for person in duty.people]
    return DutyDocument(
        rota=rota.name,
        title=rota.title.en or rota.name,
        title_zh=rota.title.in_("zh") or rota.name,
        shift=duty.shift,
        day=duty.day,
        people=[_person(name, Text(name) if known is None else known.title) for name, known in people],
        need=duty.posts[0].need if duty.posts else 0,
        since=duty.since,
        until=duty.until,
        provisional=duty.is_provisional,
        doubts=[doubt.en for doubt in duty.doubts],
        overrides=[one.id for post in duty.posts for one in post.overrides],
    )


def _person(name: str, title: Text) -> OnCallPersonDocument:
    return OnCallPersonDocument(id=name, name=title.en, name_zh=title.in_("zh"))


def override_document(override: Override) -> OverrideDocument:
    """A swap as the API and `--json` tell it."""
    return OverrideDocument(
        id=override.id,
        rota=override.rota,
        shift=override.shift,
        day=override.day,
        person_out=override.person_out,
        person_in=override.person_in,
        set_at=override.set_at,
        by=override.by,
        reason=override.reason,
    )
