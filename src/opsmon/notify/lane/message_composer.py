"""Puts what waits for a channel into one message, in the language of who reads it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from opsmon.notify.channel import Directory, PageChannel, PersonAddress, Reaches
from opsmon.notify.kind.escape import shortened
from opsmon.notify.kind.packing import MergedNotice, Packed, WaitingNotice, merge, pack
from opsmon.notify.message import Form, MessageKind, encoded_size
from opsmon.notify.notice import Notice
from opsmon.notify.registry import KINDS
from opsmon.notify.words.page_line import PageVoice, brief_line_of, line_of
from opsmon.text.count import counted

MAX_MENTIONED = 20
_TERSE_CHARS = 40  # of a name where even the shortest line with whole names has no room
# From a notice and who reads it ("" for a group) to the address that the line ends with; "" for none.
Link = Callable[[Notice, str], str]


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a lane knows of the root: the language of groups, the zone of times, the people, where links lead, and
    where everything is seen at once ("" for nowhere)."""

    language: str
    zone: tzinfo
    directory: Directory
    link: Link
    board: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """`bodies` are the messages, to be sent in order; `deliveries` the rows that the first one tells. `is_full`: more
    waits than it holds."""

    bodies: tuple[str, ...]
    deliveries: tuple[str, ...]
    is_urgent: bool
    is_full: bool


class MessageComposer:
    def __init__(self, channel: PageChannel, context: PageContext) -> None:
        self._channel, self._context = channel, context
        self.kind: MessageKind = KINDS[channel.kind]

    def compose(self, waiting: Sequence[WaitingNotice], person: str, room: int, now: datetime) -> Composed:
        """One message to a group (`person` "") or a person, as of `now`: with all that is known of each notice or,
        where that leaves some without room, with the least that names it."""
        packed = self._pack(merge(waiting), self._voice(person), room, now)
        first = self.kind.render(packed.text, self._mentioned(packed.people) if not person else self._only(person))
        calls = None if person else self.kind.calls(self._mentioned(packed.people))
        told = set(packed.deliveries)
        is_urgent = any(one.notice.is_urgent for one in waiting if one.delivery in told)
        bodies = (_text(first),) if calls is None else (_text(first), _text(calls))
        return Composed(bodies, packed.deliveries, is_urgent, packed.is_full)

    def _pack(self, merged: Sequence[MergedNotice], voice: PageVoice, room: int, now: datetime) -> Packed:
        packed = self._packed(merged, voice, room, lambda one: line_of(one.notice, voice, now))
        if packed.is_full or encoded_size(packed.text) > room:
            packed = self._packed(merged, voice, room, lambda one: brief_line_of(one.notice, voice, now))
        if encoded_size(packed.text) > room:
            terse = replace(voice, escape=lambda text: shortened(voice.escape(text), _TERSE_CHARS))
            packed = self._packed(merged, terse, room, lambda one: brief_line_of(one.notice, terse, now))
        return packed

    def _packed(
        self, merged: Sequence[MergedNotice], voice: PageVoice, room: int, line: Callable[[MergedNotice], str]
    ) -> Packed:
        return pack(
            merged,
            line,
            room,
            mentions=lambda people: self.kind.mention_text(self._mentioned(people)),
            heading=lambda count: _heading(count, voice, self._context.board),
            more=lambda count: _more(count, voice),
        )

    def address(self, person: str) -> Form:
        """Where the person is reached; raises KeyError where nobody knows (any more)."""
        if self._channel.reaches is Reaches.GROUP:
            return {}
        found = self.kind.address(self._context.directory[person])
        if not found:
            raise KeyError(person)
        return found

    def _voice(self, person: str) -> PageVoice:
        reader = self._context.directory.get(person)
        language = reader.language if reader is not None and reader.language else self._context.language
        return PageVoice(
            language, self._context.zone, self.kind.escape, lambda notice: self._context.link(notice, person)
        )

    def _mentioned(self, people: Sequence[str]) -> list[PersonAddress]:
        found = (self._context.directory.get(person) for person in people)
        return [person for person in found if person is not None][:MAX_MENTIONED]

    def _only(self, person: str) -> list[PersonAddress]:
        return [self._context.directory.get(person, PersonAddress(person))]


def _text(form: Form) -> str:
    return json.dumps(form, ensure_ascii=False)


def _heading(count: int, voice: PageVoice, board: str) -> str:
    words = voice.say(f"opsmon：{count} 条", f"opsmon: {counted(count, 'messages')}")
    return f"{words} {board}".rstrip()


def _more(count: int, voice: PageVoice) -> str:
    return voice.say(f"… 另有 {count} 条随后发送", f"… {counted(count, 'messages')} more to follow")
