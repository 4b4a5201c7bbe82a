"""Rows of the outbox for a notice: one for a group, one for each person that a channel reaches."""

from collections.abc import Mapping
from dataclasses import replace

from opsmon.notify.channel import ChannelKind, Directory, PageChannel, PersonAddress, Reaches
from opsmon.notify.notice import Notice, notice_body
from opsmon.store.outbox import NewDelivery

Channels = Mapping[str, PageChannel]


def rows_of(notice: Notice, identity: str, channels: Channels, directory: Directory) -> tuple[NewDelivery, ...]:
    """The rows for the first channel of `notice.by` that reaches anybody; () where none does.

    `identity` names the notice: what the ids of its rows begin with.
    """
    for place, name in enumerate(notice.by):
        channel = channels.get(name)
        told = replace(notice, by=notice.by[place + 1 :])
        rows = () if channel is None else _rows_of_channel(told, identity, channel, directory)
        if rows:
            return rows
    return ()


def _rows_of_channel(
    notice: Notice, identity: str, channel: PageChannel, directory: Directory
) -> tuple[NewDelivery, ...]:
    key = notice.incident or identity
    if channel.reaches is Reaches.GROUP:
        return (NewDelivery(f"{identity}-{channel.name}", channel.name, key, notice_body(replace(notice, to=""))),)
    return tuple(
        NewDelivery(f"{identity}-{channel.name}-{person}", channel.name, key, notice_body(replace(notice, to=person)))
        for person in notice.people
        if can_reach(channel, directory.get(person))
    )


def identity_of(delivery: str, channel: str, notice: Notice) -> str:
    """What the ids of a notice's rows begin with, from that of its row for the channel."""
    whole = delivery.removesuffix(f"-{notice.to}") if notice.to else delivery
    return whole.removesuffix(f"-{channel}")


def can_reach(channel: PageChannel, person: PersonAddress | None) -> bool:
    """Whether the channel knows where to send something to the person alone."""
    if person is None:
        return False
    return person.mail is not None if channel.kind is ChannelKind.MAIL else person.phone is not None
