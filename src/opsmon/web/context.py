"""What the console is given: the daemon to read from and to command, the pages of metrics, the journal, the time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Protocol
from zoneinfo import ZoneInfo

from aiohttp import web

from opsmon.access.calendar_link import new_calendar_secret
from opsmon.access.control import AccessControl
from opsmon.ack_link import AckLinks
from opsmon.clock import Clock
from opsmon.engine.port import DaemonPort
from opsmon.history.states import StateHistory
from opsmon.history.values import ValueHistory
from opsmon.model.device import Device
from opsmon.model.name import DeviceName, IncidentId
from opsmon.model.secret import Secret
from opsmon.store.outbox import OwedDelivery
from opsmon.store.store import Entry
from opsmon.text.bilingual import NO_WORDS, Sentence, Text
from opsmon.web.address_throttle import AddressThrottle
from opsmon.web.api.load.kept import KeptFleet
from opsmon.web.api.load.port import LoadPort
from opsmon.web.device_backup import BackupPort, NoBackups
from opsmon.web.frame.links import ConsoleLinks
from opsmon.web.settings import PortSettings

MAX_OIDC_A_MINUTE = 60  # answers of a provider that one address brings: a whole company may come from it


class Pages(Protocol):
    """Metrics as Prometheus text; None where there is no such site or device. `edition` is another object after each
    reload."""

    @property
    def edition(self) -> object: ...

    def has(self, *, site: str = "", device: str = "") -> bool: ...

    def daemon(self) -> bytes: ...

    def site(self, name: str) -> Iterator[str] | None: ...

    def device(self, name: DeviceName) -> Iterator[str] | None: ...


class Journal(Protocol):
    """The history of one incident, in order. May block, and raises StoreError."""

    def __call__(self, incident: IncidentId) -> Sequence[Entry]: ...


class Deliveries(Protocol):
    """Notifications in these states (`waiting`, `dead`), at most so many. May block, and raises StoreError."""

    def __call__(self, states: Sequence[str], limit: int) -> Sequence[OwedDelivery]: ...


def no_deliveries(states: Sequence[str], limit: int) -> Sequence[OwedDelivery]:
    """For a console without an outbox."""
    return ()


@dataclass(frozen=True, slots=True)
class TestRefusal:
    """Why no test message can be made, and what to do; for people."""

    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """How a channel for people stands: `used` of the `limit` messages of a minute (0: no bound); for how long it asked
    to be left alone; when it last took a message."""

    name: str
    kind: str
    is_up: bool
    used: int
    limit: int
    blocked_s: float
    taken_at: datetime | None


class ChannelPort(Protocol):
    """How channels are tried. Commands raise StoreError where the store cannot be written."""

    async def send_test(self, channel: str, person: str) -> str | TestRefusal:
        """The id of the delivery that was written."""
        ...

    async def try_again(self, delivery: str) -> bool:
        """False where no such delivery was given up."""
        ...

    async def outcome(self, delivery: str) -> OwedDelivery | None:
        """How the delivery stands once it was tried or some seconds have passed; None where it is unknown."""
        ...


class NoChannels:
    """For a console without an outbox."""

    async def send_test(self, channel: str, person: str) -> str | TestRefusal:
        return TestRefusal(
            Sentence(f"nothing is sent to {channel} here", f"此处不向 {channel} 发送"),
            Sentence("ask the daemon", "请在守护进程上操作"),
        )

    async def try_again(self, delivery: str) -> bool:
        return False

    async def outcome(self, delivery: str) -> OwedDelivery | None:
        return None


def nobody(person: str) -> Text:
    """For a console without people on call."""
    return NO_WORDS


@dataclass(frozen=True, slots=True)
class WebContext:
    """`language` and `timezone` are for people: the status page and what it says of times."""

    daemon: DaemonPort
    pages: Pages
    journal: Journal
    clock: Clock
    settings: PortSettings
    access: AccessControl
    language: str
    timezone: ZoneInfo
    deliveries: Deliveries = no_deliveries
    channels: Callable[[], Collection[str]] = tuple  # the names of those that are told
    states: StateHistory = field(default_factory=StateHistory)
    values: ValueHistory = field(default_factory=ValueHistory)
    backups: BackupPort = field(default_factory=NoBackups)
    channel_uses: Callable[[], Sequence[ChannelUse]] = tuple  # of those for people
    channel_port: ChannelPort = field(default_factory=NoChannels)
    probe_now: Callable[[Device], None] | None = None  # every check of a device out of turn
    load: LoadPort = field(default_factory=LoadPort)  # where the daemon's time goes
    fleet_load: KeptFleet = field(default_factory=KeptFleet)  # the last walk over the fleet for it
    ack_links: AckLinks | None = None
    people: Callable[[str], Text] = nobody  # what a person on call is called, by id; no words for one whom nobody knows
    links: ConsoleLinks = field(default_factory=ConsoleLinks)  # to what keeps more than a day
    ack_throttle: AddressThrottle = field(default_factory=AddressThrottle)
    oidc_throttle: AddressThrottle = field(default_factory=lambda: AddressThrottle(MAX_OIDC_A_MINUTE))
    calendar_secret: Secret = field(default_factory=new_calendar_secret)
    instance: str = field(default_factory=lambda: token_hex(6))  # another one at each start


PARTS = web.AppKey("parts", WebContext)
