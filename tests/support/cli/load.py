"""A load document as the daemon gives it, for pictures: made by the shapes of the API itself."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from opsmon.model.sample import Outcome
from opsmon.web.api.load.schemas import (
    HoldsDocument,
    LateCheckDocument,
    LatenessDocument,
    LoadDocument,
    LoadRowDocument,
    PartDocument,
    QueuesDocument,
    RateDocument,
    SizesDocument,
    SlowCheckDocument,
)

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
RATE = RateDocument(lasted_s=60.0, checks_per_s=41.2, failures_per_s=0.5, cpu_ratio=0.123)


def row(name: str, title: str = "", runs: int = 2_000, **more: Any) -> LoadRowDocument:
    outcomes = dict.fromkeys(Outcome, 0) | {Outcome.OK: runs - 3, Outcome.TIMEOUT: 3}
    figures = {
        "name": name, "title": title, "checks": runs, "checks_per_s": runs / 60, "runs": runs, "outcomes": outcomes,
        "skipped": 0, "mean_s": 0.012, "p99_s": 0.4, "busy": 0.3, "late_p50_s": 0.05, "late_p99_s": 0.19,
        "cpu_ratio": 0.02,
    }  # fmt: skip
    return LoadRowDocument.model_validate(figures | more)


def slow(device: str, duration_s: float, site: str = "hall", **more: Any) -> SlowCheckDocument:
    figures = {
        "device": device, "title": "", "site": site, "check": "icmp", "outcome": "ok", "duration_s": duration_s,
        "timeout_s": 2.0, "period_s": 60.0, "busy": duration_s / 60, "series": 10, "at": AT,
    }  # fmt: skip
    return SlowCheckDocument.model_validate(figures | more)


def late(device: str, late_s: float, **more: Any) -> LateCheckDocument:
    figures = {
        "device": device, "title": "", "site": "hall", "check": "snmp", "late_s": late_s, "stage": "waiting",
        "last_outcome": "timeout", "last_at": AT,
    }  # fmt: skip
    return LateCheckDocument.model_validate(figures | more)


def load_of(**more: Any) -> dict[str, Any]:
    """A daemon that watches 2,000 devices; `more` are other fields of the document."""
    document = LoadDocument(
        at=AT,
        uptime_s=90_000.0,
        now=RATE,
        minute=RATE,
        lateness=LatenessDocument(p50_s=0.05, p99_s=0.19, worst_s=0.4),
        holds=HoldsDocument(count=1, held_s=0.33, longest_by="check ssh of mcu-1"),
        sizes=SizesDocument(
            rss_bytes=181_000_000, devices=2_000, checks=2_215, sites=2, series=165_458, journal_entries=2_069
        ),
        queues=QueuesDocument(
            inputs=0, checks_running=2, checks_waiting=1, pings_in_flight=3, held_back=5, snmp_in_flight=4,
            snmp_waiting=0, notifications=None, backups=0, streams=1,
        ),
        parts=[PartDocument(name="snmp", cpu_ratio=0.05), PartDocument(name="threads", cpu_ratio=0.03)],
        checks=[row("icmp"), row("snmp", runs=200), row("web", runs=15, mean_s=None, p99_s=None, cpu_ratio=None)],
        sites=[row("hall", "二龙路主会场"), row("lab", runs=300)],
        slowest=[*(slow(f"dev-{n:03}", 2.0 - n / 100) for n in range(100)), slow("摄像机-西门-球机-1", 0.004, "lab")],
        late=[late("mcu-1", 7.5), late("mcu-2", 3.0, stage="running")],
        late_count=2,
    )  # fmt: skip
    return document.model_dump(mode="json") | {name: _plain(value) for name, value in more.items()}


def _plain(value: Any) -> Any:
    """Documents as JSON has them."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
