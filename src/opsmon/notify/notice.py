"""What one message tells, as facts and in no form: the body of an outbox row of a channel for people.

It is put into words when it is packed, so that what waited tells how things stand then and in whose language.
"""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import IntEnum
from typing import Any

from opsmon.text.bilingual import NO_WORDS, Text


class Urgency(IntEnum):
    """Who goes first where a channel takes only so much."""

    EMERGENCY = 0
    BREACHED = 1
    AT_RISK = 2
    FIRST_PAGE = 3
    FURTHER_PAGE = 4
    REMINDER = 5
    RESOLVED = 6
    HANDOVER = 7
    TEST = 8


URGENT = Urgency.FIRST_PAGE  # this and what is before it may use the places that a channel keeps back


@dataclass(frozen=True, slots=True)
class Notice:
    """`people` are whom it is for (ids), `to` the one whom this row goes to, "" for a group; `by` the channels that are
    left to try after this one, `instead_of` the one that could not take it, with `why`.

    `fault` is what is wrong, with the device as people call it; `call` counts the calls of the incident from 1;
    `until` is the end of what is over, `ended` why it is. `clause`, `target` and `due_at` are those of the clock that
    it is about or that is due next; `reason` is why people are called again. A notice of no incident (a hand-over, a
    silence) has its words in `fault`.
    """

    urgency: Urgency
    firing: bool
    at: datetime
    fault: Text
    incident: str = ""
    sequence: int = 0
    people: tuple[str, ...] = ()
    to: str = ""
    by: tuple[str, ...] = ()
    instead_of: str = ""
    why: str = ""
    site: str = ""
    since: datetime | None = None
    until: datetime | None = None
    ended: str = ""
    clause: str = ""
    target: str = ""
    due_at: datetime | None = None
    provisional: bool = False
    holder: str = ""
    holder_title: Text = NO_WORDS
    held_since: datetime | None = None
    call: int = 0
    reason: str = ""
    affected: int = 0
    emergency: bool = False

    @property
    def is_urgent(self) -> bool:
        return self.urgency <= URGENT


_TIMES = ("at", "since", "until", "due_at", "held_since")
_LISTS = ("people", "by")
_TEXTS = ("fault", "holder_title")
_FIELDS = tuple(field.name for field in fields(Notice))


def notice_body(notice: Notice) -> str:
    """The body of the row: one JSON object, times ISO 8601 with offset."""
    record: dict[str, object] = {name: getattr(notice, name) for name in _FIELDS}
    for name in _TEXTS:
        record[name] = asdict(getattr(notice, name))
    for name in _TIMES:
        moment: datetime | None = getattr(notice, name)
        record[name] = None if moment is None else moment.isoformat()
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def read_notice(body: str) -> Notice:
    """The notice of a row; what a later release added is passed over. Raises ValueError where it is none."""
    record: dict[str, Any] = json.loads(body)
    try:
        given = {name: value for name, value in record.items() if name in _FIELDS}
        given |= {name: datetime.fromisoformat(given[name]) for name in _TIMES if given.get(name)}
        given |= {name: tuple(given[name]) for name in _LISTS if name in given}
        given |= {name: Text(**given[name]) for name in _TEXTS if name in given}
        given |= {"urgency": Urgency(given["urgency"])}
        return Notice(**given)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no notice: {error}") from None
