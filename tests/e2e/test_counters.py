"""Every counter that the documents name, on the page of a daemon that has something to do: what should move has moved,
and goes on to move after a reload."""

import asyncio
import json
import re
import signal
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.support.daemon.house import Daemon, house_in
from tests.support.places import REPOSITORY
from tests.support.protocol.snmp.far_end import COMMUNITY, a_switch, far_end

ROUNDS, ROUND_S = 60, 0.25
# By name, and the values of the label that must move while all is well.
MOVES = {
    "opsmon_probes_total": {"ok"},
    "opsmon_site_probes_total": {"ok"},
    "opsmon_cpu_seconds_total": {"threads"},  # the pages that this test asks for are made in one
    "opsmon_probe_duration_seconds": {"icmp", "snmp", "tcp"},
    "opsmon_notifications_total": {"delivered"},
    "opsmon_decisions_total": set(),
    "opsmon_events_total": set(),
    "opsmon_ping_packets_total": {"sent", "answered"},
    "opsmon_snmp_traffic_total": {"sent", "received"},
}
# These move in trouble alone, which other tests make.
TROUBLE = {
    "opsmon_probes_skipped_total",
    "opsmon_probes_excused_total",
    "opsmon_store_failures_total",
    "opsmon_samples_merged_total",
    "opsmon_clock_jumps_total",
    "opsmon_http_closed_total",
    "opsmon_http_failures_total",
    "opsmon_probe_own_faults_total",
    "opsmon_loop_holds_total",
    "opsmon_loop_held_seconds_total",
}


def documented() -> set[str]:
    """The daemon's own counters that docs/metrics.md names, and the one histogram."""
    text = (REPOSITORY / "docs" / "metrics.md").read_text(encoding="utf-8").partition("## The daemon's own")[2]
    return set(re.findall(r"`(opsmon_\w+_total)`", text)) | {"opsmon_probe_duration_seconds"}


async def counters_of(daemon: Daemon) -> dict[str, float]:
    """`name value` of each counter on the page; those of several labels under each of their values."""
    _, text = await daemon.get("/metrics")
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if family.type == "counter" or sample.name.endswith("_seconds_count"):
                name = sample.name.removesuffix("_count")
                for value in sample.labels.values() or ("",):
                    found[f"{name} {value}".strip()] = found.get(f"{name} {value}".strip(), 0.0) + sample.value
    return found


def still(before: dict[str, float], now: dict[str, float], names: set[str]) -> set[str]:
    return {name for name in names if now.get(name, 0.0) <= before.get(name, 0.0)}


async def until_moved(daemon: Daemon, before: dict[str, float], names: set[str]) -> set[str]:
    """What has not moved when the patience is over."""
    for _ in range(ROUNDS):
        if not (left := still(before, await counters_of(daemon), names)):
            return set()
        await asyncio.sleep(ROUND_S)
    return left


async def tells_its_load(daemon: Daemon) -> None:
    """Until the API tells of runs of every kind, and of memory and processor time."""
    for _ in range(ROUNDS):
        _, text = await daemon.get("/api/v1/load")
        load = json.loads(text)
        if {row["name"] for row in load["checks"] if row["outcomes"]["ok"]} >= {"icmp", "snmp"} and load["slowest"]:
            break
        await asyncio.sleep(ROUND_S)
    assert load["minute"]["checks_per_s"] > 0
    assert load["minute"]["cpu_ratio"] > 0
    assert load["sizes"]["rss_bytes"] > 10_000_000
    assert load["sizes"]["series"] > 0


async def test_what_should_move_has_moved(tmp_path: Path) -> None:
    assert documented() == MOVES.keys() | TROUBLE
    names = {f"{name} {value}".strip() for name, values in MOVES.items() for value in values or {""}}
    async with house_in(tmp_path) as house, far_end(a_switch(2)) as agent:
        device = agent.device()
        house.write_inventory(
            f"  - {{name: sw, address: 127.0.0.1, kind: switch, checks: [icmp, snmp], periods: {{icmp: 1s, snmp: 1s}},"
            f' snmp: {{version: 2c, port: {device.snmp.port}, community: "{COMMUNITY}"}}}}\n'
        )
        daemon = await house.start()
        await house.mcu.die()  # so that somebody is told
        await tells_its_load(daemon)
        assert await until_moved(daemon, {}, names) == set()
        assert {name.split()[0] for name in await counters_of(daemon)} >= TROUBLE

        daemon.process.send_signal(signal.SIGHUP)
        await daemon.until_logged("reloaded:")
        before = await counters_of(daemon)
        await house.mcu.live()
        assert await until_moved(daemon, before, names) == set()
