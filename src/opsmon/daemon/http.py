"""What shows how things are: the HTTP port with its console, API and metrics."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from opsmon.access.calendar_link import load_calendar_secret
from opsmon.access.control import AccessControl
from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.daemon.notifications import Notifications
from opsmon.daemon.paging.counters import page_tallies
from opsmon.daemon.probes import Probes
from opsmon.errors import ConfigError, Problem, StoreError
from opsmon.history.states import KEPT, StateHistory
from opsmon.history.values import ValueHistory
from opsmon.layout import CALENDAR_KEY, SETTINGS_FILE
from opsmon.metrics.backups import Backups
from opsmon.metrics.catalogue import exposed_name
from opsmon.metrics.console import ConsoleAddress
from opsmon.metrics.daemon import Counts, DaemonMetrics, ReloadRecord
from opsmon.metrics.journal import JournalHead
from opsmon.metrics.pages import MetricPages
from opsmon.metrics.tallies import Tallies, Tally
from opsmon.model.sample import Sample
from opsmon.notify.lane.lane import FAILED_OFTEN
from opsmon.pipeline.loop import Pipeline
from opsmon.store.access_store import AccessStore
from opsmon.store.store import Store
from opsmon.text.bilingual import Sentence
from opsmon.web.api.load.port import LoadPort
from opsmon.web.context import WebContext
from opsmon.web.device_backup import BackupPort
from opsmon.web.listening.standby import STANDBY_HELP
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings

log = logging.getLogger(__name__)


def _of_every(channels: Iterable[str], counted: Mapping[str, int]) -> Mapping[str, int]:
    """With a nought for each channel that has none, so that a line of a metric does not come and go."""
    return {**dict.fromkeys(sorted(channels), 0), **counted}


@dataclass(frozen=True, slots=True)
class ShownBeside:
    """What is shown beside the rooms' own: more metrics, how the copies stand, where the time goes."""

    collectors: tuple[Backups | Tallies, ...]
    backups: BackupPort
    load: LoadPort


class HttpPort:
    """Listens from `start` to `stop`. `record` says how the last reload went."""

    def __init__(
        self,
        root: Root,
        clock: Clock,
        store: Store,
        pipeline: Pipeline,
        probing: Probes,
        telling: Notifications,
        beside: ShownBeside,
    ) -> None:
        self._settings = root.settings
        self.access = AccessControl(store.access, clock, root.settings.http.oidc, root.settings.http.public_url)
        self.record = ReloadRecord(succeeded=True, succeeded_at_s=clock.now().timestamp())
        counts = Counts(
            probing.scheduler.tally,
            self.record,
            lambda: telling.outbox.results,
            lambda: _of_every(telling.channel_names, store.backlog()),
            failing=lambda: _of_every(telling.channel_names, store.failing(FAILED_OFTEN)),
            more=(
                *beside.collectors,
                self._port(),
                page_tallies(lambda: pipeline.world, lambda: telling.page_lanes, clock),
                self._journal(store, clock),
                ConsoleAddress((root.settings.http.public_url or root.settings.http.url).rstrip("/")),
            ),
        )
        self._states, self._values = StateHistory(store.watch.gaps), ValueHistory()
        self._store, self._clock = store, clock
        pipeline.subscribe(self._states.hear)
        pipeline.subscribe(self._values.hear)
        self._server = WebServer(
            WebContext(
                daemon=pipeline,
                pages=MetricPages(pipeline, clock, DaemonMetrics(pipeline, clock, counts)),
                journal=lambda incident: tuple(store.read(incident=incident)),
                clock=clock,
                settings=root.settings.http,
                access=self.access,
                language=str(root.settings.language),
                timezone=root.settings.timezone,
                deliveries=store.unfinished,
                channels=lambda: telling.channel_names,
                states=self._states,
                values=self._values,
                backups=beside.backups,
                load=beside.load,
                probe_now=probing.probe_now,
                ack_links=telling.ack_links,
                people=telling.title_of,
                links=replace(root.settings.links, name_of=exposed_name),
                calendar_secret=root.settings.http.link_key or load_calendar_secret(root.path / CALENDAR_KEY),
                channel_port=telling.channel_tests,
                channel_uses=telling.channel_uses,
            )
        )

    def _journal(self, store: Store, clock: Clock) -> JournalHead:
        def read() -> tuple[int, str]:
            head = store.head
            return head.seq, head.hash

        return JournalHead(read, clock.monotonic)

    def _port(self) -> Tallies:
        """What the port went through; read when there is one."""
        return Tallies(
            Tally("opsmon_http_closed", "Connections that we ended.", lambda: self._server.closed, "reason"),
            Tally("opsmon_http_failures", "Requests that failed as requests.", lambda: self._server.failures, "kind"),
            gauges=(
                Tally("opsmon_http_connections", "Connections now.", lambda: self._server.connections),
                Tally("opsmon_http_streams", "Open pages that are told of changes.", lambda: self._server.streams),
                Tally("opsmon_standby", STANDBY_HELP, lambda: 0),
            ),
        )

    @property
    def streams(self) -> int:
        """How many open pages are told of changes."""
        return self._server.streams

    def take(self, samples: Iterable[Sample]) -> None:
        """What checks have measured, for the charts."""
        for sample in samples:
            self._values.take(sample)

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        await asyncio.to_thread(self._remember)
        log.info("listening on %s", await self._server.start())

    def _remember(self) -> None:
        """The states of the last day, from the journal; without them the strips begin now."""
        try:
            self._states.load(entry.event for entry in self._store.read(since=self._clock.now() - KEPT))
        except StoreError as error:
            log.warning("the last day cannot be read from the journal: %s", error)

    def load(self, root: Root) -> None:
        """Another root. The port, the language and the store stay until the next start."""
        old, new = self._settings, root.settings
        kept = [(one.http, one.store, one.language, one.links) for one in (old, new)]
        if kept[0] != kept[1]:
            log.warning("`http`, `store`, `language` and `links` of opsmon.yaml change with the next start only")

    async def stop(self) -> None:
        await self._server.stop()


def refuse_open_network(settings: PortSettings, accounts: AccessStore, now: datetime) -> None:
    """Raises ConfigError where the port would be open to a network, and nobody could come in: an account that is
    disabled or has no password lets nobody in, nor does a token whose time is over."""
    if settings.is_loopback or settings.known_tokens or settings.oidc is not None:
        return
    if any(one.password and not one.disabled for one in accounts.accounts()):
        return
    if any(now < one.ends_at for one in accounts.tokens()):
        return
    raise ConfigError(
        (
            Problem(
                SETTINGS_FILE, 0, 0,
                Sentence(
                    f"`http: listen` is {settings.host}, beyond this machine, and nobody may come in",
                    f"`http: listen` 是 {settings.host}，超出本机，而没有人可以登录",
                ),
                Sentence(
                    "`opsmon user add NAME --role admin`, `http: {token: {env: OPSMON_TOKEN}}`, or listen on 127.0.0.1",
                    "`opsmon user add 用户名 --role admin`，或 `http: {token: {env: OPSMON_TOKEN}}`，或监听 127.0.0.1",
                ),
            ),
        )
    )  # fmt: skip
