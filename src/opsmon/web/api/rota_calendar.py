"""The duties of a rota as iCalendar (RFC 5545). Titles of people only: a calendar is copied to strangers' servers."""

from collections.abc import Sequence
from datetime import UTC, datetime

from icalendar import Calendar, Event

from opsmon import __version__
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.roster import Duty, Rota
from opsmon.text.bilingual import Text

NOBODY = Text("nobody on duty", "无人值班")
PROVISIONAL = Text("provisional: ", "暂定：")


def calendar_of(rota: Rota, duties: Sequence[Duty], rules: OnCallRules, language: str, now: datetime) -> bytes:
    """One event for each duty, in UTC. Its UID is that of the shift and day, so that a swap moves it."""
    calendar = Calendar()
    calendar.add("prodid", f"-//opsmon//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", rota.title.in_(language) or rota.name)
    for duty in duties:
        if duty.since is not None and duty.until is not None:
            calendar.add_component(_event(rota, duty, rules, language, now))
    return bytes(calendar.to_ical())


def _event(rota: Rota, duty: Duty, rules: OnCallRules, language: str, now: datetime) -> Event:
    titles = [rules.people[one].title.in_(language) if one in rules.people else one for one in duty.people]
    names = "、".join(titles) if language == "zh" else ", ".join(titles)
    shift = rota.shift_title(duty.shift).in_(language) or NOBODY.in_(language)
    doubt = PROVISIONAL.in_(language) if duty.is_provisional else ""
    event = Event()
    assert duty.since is not None and duty.until is not None  # noqa: S101, PT018 - the caller has looked
    begun = duty.since.astimezone(UTC)
    event.add("uid", f"{rota.name}-{duty.shift or 'nobody'}-{begun:%Y%m%dT%H%M%SZ}@opsmon")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", begun)
    event.add("dtend", duty.until.astimezone(UTC))
    event.add("summary", f"{doubt}{shift} {names}".strip())
    if duty.doubts:
        event.add("description", "; ".join(one.in_(language) for one in duty.doubts))
    return event
