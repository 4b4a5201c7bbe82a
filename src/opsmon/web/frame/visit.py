"""For whom a page is made, and of what: the one place where a page takes the world.

The language is that of the reader's choice, else of his browser, else of the settings; the theme likewise.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from opsmon.access.view import View
from opsmon.access.visitor import Visitor, VisitorKind
from opsmon.model.account import Role
from opsmon.text.time import clock_time, day_time, day_words
from opsmon.web.context import PARTS, WebContext
from opsmon.web.frame.refused import address_of
from opsmon.web.visit import path_to, view_of, visitor_of

LANGUAGES = ("zh", "en")
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "opsmon-language", "opsmon-theme"
BROWSER_COOKIE = "opsmon-browser"  # tells browsers apart, for the number of their streams; opens no door


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at the world by one reader. `seq` is the last event of the journal that the world holds; `is_part`: only
    what changes is wanted, by a page that is open already."""

    parts: WebContext
    visitor: Visitor
    world: View
    seq: int
    now: datetime
    language: str
    theme: str
    path: str
    is_part: bool
    base: str  # what a proxy puts before our paths

    @property
    def names_itself(self) -> bool:
        """Whether the journal takes who it is from the sign-in, and no form asks for a name."""
        return self.visitor.kind in (VisitorKind.SESSION, VisitorKind.TOKEN)

    @property
    def takes_on(self) -> bool:
        """Whether one press takes an incident on: nothing more has to be said."""
        return self.names_itself and self.visitor.may(Role.RESPONDER)

    @property
    def is_admin(self) -> bool:
        """Whether the pages of admins are shown."""
        return self.visitor.may(Role.ADMIN)

    def offers(self, role: str) -> bool:
        """Whether forms of the role are shown. Who has not signed in sees them all: they lead to where he can."""
        return self.visitor.kind is VisitorKind.OPEN or self.visitor.may(Role(role))

    @property
    def share_key(self) -> tuple[object, ...]:
        """Who sees the same: a page that is open already names nobody, a whole one names its reader."""
        scope = (self.visitor.scope, self.visitor.sees_money, self.language, self.base, self.takes_on)
        return scope if self.is_part else (*scope, self.theme, self.visitor.account, self.visitor.csrf_field)

    @property
    def zone(self) -> ZoneInfo:
        return self.parts.timezone

    def when(self, moment: datetime | None) -> str:
        """A time for people: `09:41:07` of today, else with its day; "" for none."""
        return "" if moment is None else day_time(moment, self.zone, self.language, self.now)

    def until(self, moment: datetime) -> str:
        """A limit for people: the end of a day is its own 24:00, not the next day's 00:00."""
        there = moment.astimezone(self.zone)
        if there.hour or there.minute or there.second:
            return self.when(moment)
        return f"{day_words((there - timedelta(days=1)).date()).in_(self.language)} 24:00"

    def clock(self) -> str:
        """The time of day now."""
        return clock_time(self.now, self.zone)


def open_visit(request: web.Request) -> Visit:
    """Who looks, and at what."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    return Visit(
        parts=parts,
        visitor=visitor,
        world=view_of(request),
        seq=parts.daemon.seq,
        now=parts.clock.now(),
        language=language_of(request, visitor.language, parts.language),
        theme=_chosen(request.cookies.get(THEME_COOKIE), THEMES) or THEMES[0],
        path=address_of(request),
        is_part=request.query.get("part") == "live",
        base=path_to(request, ""),
    )


def language_of(request: web.Request, of_account: str, setting: str) -> str:
    """The choice in this browser, else that of the account, else the first language of the browser that we speak, else
    the setting."""
    chosen = _chosen(request.cookies.get(LANGUAGE_COOKIE), LANGUAGES) or _chosen(of_account, LANGUAGES)
    return chosen or _asked(request.headers.get("Accept-Language", "")) or setting


def _chosen(word: str | None, known: tuple[str, ...]) -> str:
    return word if word in known else ""


def _asked(header: str) -> str:
    """By weight (RFC 9110, 12.5.4); of equal weights the first. A language that cannot be read is left out."""
    best, found = 0.0, ""
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";")
        primary = tag.strip().partition("-")[0].lower()
        quality = _quality(weight)
        if primary in LANGUAGES and quality > best:
            best, found = quality, primary
    return found


def _quality(weight: str) -> float:
    name, _, number = weight.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(number) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
