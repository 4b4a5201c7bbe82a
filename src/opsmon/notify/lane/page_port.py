"""What a lane for people needs of others: the parcels of the store, a way out, and the engine's word."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from opsmon.notify.channel import PageChannel
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.message import ChannelAnswer, Outgoing
from opsmon.notify.notice import Notice
from opsmon.store.outbox import NewDelivery
from opsmon.store.parcel import NewParcel, ParcelReceipt, StoredParcel, WaitingDelivery


class ParcelBox(Protocol):
    """Every method may block, and raises StoreError."""

    def waiting(self, channel: str, limit: int) -> tuple[WaitingDelivery, ...]: ...

    def packed(self, parcel: str) -> tuple[WaitingDelivery, ...]: ...

    def open_parcels(self, channel: str) -> tuple[StoredParcel, ...]: ...

    def banned_until(self, channel: str) -> datetime | None: ...

    def waiting_channels(self) -> tuple[str, ...]: ...

    def requests_since(self, channel: str, since: datetime) -> tuple[tuple[str, datetime], ...]: ...

    def send_first(self, made: Sequence[NewParcel], now: datetime) -> None: ...

    def begin_attempt(self, parcel: str, now: datetime) -> None: ...

    def end_attempt(self, parcel: str, next_attempt_at: datetime, error: str, *, known: bool) -> None: ...

    def take(self, receipt: ParcelReceipt) -> None: ...

    def take_apart(self, parcel: str, now: datetime) -> None: ...

    def ban(self, channel: str, until: datetime) -> None: ...

    def bury(self, parcel: str, now: datetime, reason: str) -> None: ...

    def move(self, deliveries: Sequence[str], instead: Sequence[NewDelivery], now: datetime, reason: str) -> None: ...

    def withdraw(self, deliveries: Sequence[str], now: datetime, reason: str) -> None: ...

    def give_up(self, deliveries: Sequence[str], now: datetime, reason: str) -> None: ...


class MessageSender(Protocol):
    async def send(self, message: Outgoing, channel: PageChannel) -> ChannelAnswer:
        """What the far end answers. Raises NotifyError where it gives no answer."""
        ...


class PagePort(Protocol):
    """The engine behind the lanes."""

    def is_wanted(self, notice: Notice) -> bool:
        """Whether somebody is still to be told, as things stand now."""
        ...

    async def taken(
        self, channel: PageChannel, parcel: StoredParcel, told: Sequence[WaitingNotice], at: datetime
    ) -> bool:
        """Journals that the channel took all that the parcel tells, and marks it so, in one commit; False where that
        cannot be now."""
        ...

    async def failed(self, channel: str, notice: WaitingNotice, reason: str) -> bool:
        """Journals that nobody could be told in time; False where that cannot be now."""
        ...

    async def nearly_used(self, channel: str, month: str, used: int, per_month: int) -> bool:
        """Journals that so many of the messages of the month are used, and tells people; False where that cannot be
        now."""
        ...

    def rows_moved(self) -> None:
        """There are new rows for another channel."""
        ...
