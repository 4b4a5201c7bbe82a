"""What shows how things are: the HTTP port with its console, API and metrics."""

import logging

from opsmon.access.control import AccessControl
from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.daemon.counters import tallies_of
from opsmon.daemon.notifications import Notifications
from opsmon.daemon.probes import Probes
from opsmon.daemon.self_watch import SelfWatch
from opsmon.metrics.backups import Backups
from opsmon.metrics.daemon import Counts, DaemonMetrics, ReloadRecord
from opsmon.metrics.journal import JournalHead
from opsmon.metrics.pages import MetricPages
from opsmon.metrics.tallies import Tallies, Tally
from opsmon.notify.lane.lane import FAILED_OFTEN
from opsmon.pipeline.loop import Pipeline
from opsmon.store.store import Store
from opsmon.web.context import WebContext
from opsmon.web.server import WebServer

log = logging.getLogger(__name__)


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
        self_watch: SelfWatch,
        others: tuple[Backups | Tallies, ...],
    ) -> None:
        self._settings = root.settings
        self.record = ReloadRecord(succeeded=True, succeeded_at_s=clock.now().timestamp())
        counts = Counts(
            probing.scheduler.tally,
            self.record,
            lambda: telling.outbox.results,
            store.backlog,
            failing=lambda: store.failing(FAILED_OFTEN),
            more=(
                tallies_of(pipeline, probing, self_watch),
                *others,
                self._port(),
                self._journal(store, clock),
            ),
        )
        self._server = WebServer(
            WebContext(
                desk=pipeline,
                pages=MetricPages(pipeline, clock, DaemonMetrics(pipeline, clock, counts)),
                journal=lambda incident: tuple(store.read(incident=incident)),
                clock=clock,
                settings=root.settings.http,
                access=AccessControl(store.access, clock),
                language=str(root.settings.language),
                timezone=root.settings.timezone,
                deliveries=store.unfinished,
                channels=lambda: telling.channel_names,
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
            gauges=(Tally("opsmon_http_connections", "Connections now.", lambda: self._server.connections),),
        )

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        log.info("listening on %s", await self._server.start())

    def load(self, root: Root) -> None:
        """Another root. The port, the language and the store stay until the next start."""
        old, new = self._settings, root.settings
        if (old.http, old.store_url, old.language) != (new.http, new.store_url, new.language):
            log.warning("`http`, `store` and `language` of opsmon.yaml change with the next start, not with a reload")

    async def stop(self) -> None:
        await self._server.stop()
