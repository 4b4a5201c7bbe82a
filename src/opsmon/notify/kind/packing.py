"""Many notices in one text: what is most pressing first, as many as have room, none cut, none dropped.

The room is counted in the bytes that the text has inside a JSON document. What does not find room is counted at the end
of the text and stays where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from opsmon.notify.message import encoded_size
from opsmon.notify.notice import Notice, Urgency

BREAK = encoded_size("\n")


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """A row of the outbox with its notice; `position` is its place in the order of writing."""

    delivery: str
    position: int
    notice: Notice
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MergedNotice:
    """All that one text says of one incident: the latest state, in the place of its beginning or, where it is over, of
    its end."""

    notice: Notice
    deliveries: tuple[str, ...]
    people: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Packed:
    """`text` and the rows that it tells, in order; `people` are to be mentioned. `is_full`: more found no room."""

    text: str
    deliveries: tuple[str, ...]
    people: tuple[str, ...]
    is_full: bool


def merge(waiting: Sequence[WaitingNotice]) -> tuple[MergedNotice, ...]:
    """One for each incident, the most pressing first, inside by the least time left, then by age. What is of no
    incident stands for itself."""
    groups: dict[str, list[WaitingNotice]] = {}
    for one in sorted(waiting, key=lambda found: found.position):
        groups.setdefault(one.notice.incident or f"\n{one.delivery}", []).append(one)
    return tuple(sorted((_merged(group) for group in groups.values()), key=_place))


def _merged(group: Sequence[WaitingNotice]) -> MergedNotice:
    last = max(group, key=lambda one: (one.notice.sequence, one.position))
    latest = last.notice
    if latest.firing:
        pressing = min(one.notice.urgency for one in group if one.notice.firing)
        latest = latest if latest.urgency is pressing else replace(latest, urgency=pressing)
    people = tuple(dict.fromkeys(who for one in group if one.notice.firing for who in one.notice.people))
    deliveries = tuple(one.delivery for one in group)
    place = group[0].position if latest.firing else last.position
    return MergedNotice(latest, deliveries, people if latest.firing else (), place)


def _place(merged: MergedNotice) -> tuple[int, float, int]:
    due_at = merged.notice.due_at
    return merged.notice.urgency, float("inf") if due_at is None else due_at.timestamp(), merged.position


def pack(
    merged: Sequence[MergedNotice],
    lines: Callable[[MergedNotice], str],
    room: int,
    *,
    mentions: Callable[[Sequence[str]], str],
    heading: Callable[[int], str],
    more: Callable[[int], str],
) -> Packed:
    """As many lines as `room` bytes take, and at least one. `mentions(people)` calls them, `heading(n)` stands before
    several lines, `more(n)` says how many found no room; none of these three is empty by its bytes alone: all are
    counted. Of the people of a first line that fills the room as many are called as have room.

    The text is longer than `room` only where the first line alone is.
    """
    left = room - encoded_size(heading(len(merged))) - encoded_size(more(len(merged))) - 3 * BREAK
    taken: list[tuple[str, MergedNotice]] = []
    people: tuple[str, ...] = ()
    for one in merged:
        line, called = lines(one), tuple(dict.fromkeys((*people, *one.people)))
        needs = encoded_size(line) + BREAK + encoded_size(mentions(called)) - encoded_size(mentions(people))
        if needs > left:
            if taken:
                break
            called = _as_many(called, left - encoded_size(line) - BREAK, mentions)
        left -= needs
        people = called
        taken.append((line, one))
    return _joined(taken, people, len(merged) - len(taken), mentions, heading, more)


def _as_many(people: tuple[str, ...], room: int, mentions: Callable[[Sequence[str]], str]) -> tuple[str, ...]:
    """The first of the people whose mentions have room."""
    while people and encoded_size(mentions(people)) > room:
        people = people[:-1]
    return people


def _joined(
    taken: Sequence[tuple[str, MergedNotice]],
    people: tuple[str, ...],
    left_over: int,
    mentions: Callable[[Sequence[str]], str],
    heading: Callable[[int], str],
    more: Callable[[int], str],
) -> Packed:
    written = [heading(len(taken))] if len(taken) > 1 else []
    written += [line for line, _ in taken]
    written += [more(left_over)] if left_over else []
    written += [mentions(people)] if people else []
    deliveries = tuple(name for _, one in taken for name in one.deliveries)
    return Packed("\n".join(part for part in written if part), deliveries, people, left_over > 0)


def urgency_of(merged: Sequence[MergedNotice]) -> Urgency:
    return min(one.notice.urgency for one in merged)
