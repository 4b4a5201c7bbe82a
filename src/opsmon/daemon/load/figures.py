"""The daemon's own load for whoever asks, put together of the rooms' counters and queues."""

from collections.abc import Callable
from dataclasses import dataclass

from opsmon.daemon.load.cpu_sampler import CpuSampler
from opsmon.daemon.load.meter import LoadMeter, resident_bytes
from opsmon.daemon.probes import Probes
from opsmon.errors import StoreError
from opsmon.metrics.tallies import Tallies, Tally
from opsmon.pipeline.loop import Pipeline
from opsmon.store.store import Store
from opsmon.web.api.load.port import LoadFigures, LoadPort, QueueLengths


@dataclass(frozen=True, slots=True)
class LoadSources:
    """Where the figures are read: `backups` are the scheduled runs under way, `streams` the pages told of changes."""

    pipeline: Pipeline
    probing: Probes
    store: Store
    backups: Callable[[], int]
    streams: Callable[[], int]


def load_port(meter: LoadMeter, sources: LoadSources) -> LoadPort:
    """What the console asks."""
    scheduler = sources.probing.scheduler

    def figures() -> LoadFigures:
        return LoadFigures(
            uptime_s=meter.uptime_s,
            recent=meter.recent(),
            minute=meter.minute(),
            rss_bytes=resident_bytes(),
            queues=_queues(sources),
        )

    return LoadPort(figures, scheduler.stage_of)


def _queues(sources: LoadSources) -> QueueLengths:
    probing = sources.probing
    return QueueLengths(
        inputs=len(sources.pipeline.inputs),
        running=probing.scheduler.running,
        waiting=probing.scheduler.waiting,
        pings=probing.pinger.in_flight,
        held_back=probing.pinger.held_back + probing.snmp.held_back,
        snmp_in_flight=probing.snmp.in_flight,
        snmp_waiting=probing.snmp.waiting,
        notifications=_owed(sources.store),
        backups=sources.backups(),
        streams=sources.streams(),
    )


def _owed(store: Store) -> int | None:
    try:
        return sum(store.backlog().values())
    except StoreError:
        return None


def load_tallies(sources: LoadSources, sampler: CpuSampler) -> Tallies:
    """The same, for the metrics; `opsmon_inputs_waiting` and `opsmon_notifications_waiting` stand elsewhere."""
    pipeline, probing = sources.pipeline, sources.probing
    scheduler = probing.scheduler

    def series() -> int:
        samples = (sample for checks in dict(pipeline.latest).values() for sample in dict(checks).values())
        return sum(len(reading.values) for sample in samples for reading in sample.readings)

    def checks() -> dict[str, int]:
        found: dict[str, int] = {}
        for device in pipeline.world.rules.inventory.devices.values():
            for check in device.checks:
                found[check.kind] = found.get(check.kind, 0) + 1
        return found

    return Tallies(
        Tally("opsmon_cpu_seconds", "Processor time as seen by samples, by what it was for.", sampler.seconds, "part"),
        gauges=(
            Tally("opsmon_checks", "Checks that the inventory has.", checks, "check"),
            Tally("opsmon_checks_running", "Checks under way.", lambda: scheduler.running),
            Tally("opsmon_checks_waiting", "Heavy checks without a free place.", lambda: scheduler.waiting),
            Tally("opsmon_pings_in_flight", "Pings that are out.", lambda: probing.pinger.in_flight),
            Tally("opsmon_snmp_in_flight", "SNMP requests whose answer is awaited.", lambda: probing.snmp.in_flight),
            Tally(
                "opsmon_snmp_waiting",
                "SNMP calls whose agent has to answer another one first.",
                lambda: probing.snmp.waiting,
            ),
            Tally(
                "opsmon_requests_held_back",
                "Requests that wait until their neighbourhood may have another.",
                lambda: {"icmp": probing.pinger.held_back, "snmp": probing.snmp.held_back},
                "protocol",
            ),
            Tally("opsmon_backups_running", "Scheduled runs of backups under way.", sources.backups),
            Tally("opsmon_series", "Numbers that the last samples hold.", series),
        ),
    )
