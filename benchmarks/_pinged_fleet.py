"""What a fleet of devices that are only pinged costs: the check of its files, the start, a minute of its life."""

import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks._fleet_daemon import fleet_daemon, use_of, wait_for
from benchmarks._fleet_root import Fleet, write_root
from benchmarks._lateness import all_lateness_s, percentile
from benchmarks._measure import python_module
from benchmarks._ping_tap import PingTap
from benchmarks._process import children_cpu_s, cpu_s
from benchmarks._scraper import Scraper

PERIOD_S = 60.0
SWEEP_S = 65.0  # the first sweep is over, and each check is on its grid


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one fleet. Seconds of the wall, where they are not called CPU."""

    devices: int
    check_s: float
    check_cpu_s: float
    first_ping_s: float
    ready_s: float
    ready_cpu_s: float
    share: float  # of a core, with every page scraped once a period
    resident_mb: float
    late_s: float  # the 99th percentile; told by a window of two periods or more
    up: int


def measure(devices: int, window_s: float = PERIOD_S) -> Figures:
    """One daemon from its start to the end of the window after its first sweep."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        port = write_root(root, Fleet(devices, period_s=PERIOD_S))
        check_s, check_cpu_s = _check(root)
        with PingTap() as tap, fleet_daemon(root, port) as subject:
            first_ping_s = tap.first_s(120) - subject.started_at_s
            wait_for("the daemon", subject.is_ready)
            ready_s, ready_cpu_s = time.time() - subject.started_at_s, cpu_s(subject.pid)
            print(f"{devices} devices: ready, process {subject.pid}", file=sys.stderr)
            scraper = Scraper(port)
            asking = threading.Thread(target=scraper.scrape_for, args=(3_600, PERIOD_S), daemon=True)
            asking.start()
            time.sleep(SWEEP_S)
            tap.forget()
            with use_of(subject.pid) as so_far:
                time.sleep(window_s)
                use = so_far()
            scraper.end()
            asking.join()
            up = int(scraper.value('opsmon_devices{state="up"}'))
            late_s = percentile(all_lateness_s(tap.times_s(), PERIOD_S), 0.99)
    return Figures(
        devices, check_s, check_cpu_s, first_ping_s, ready_s, ready_cpu_s, use.share, use.resident_mb, late_s, up
    )


def _check(root: Path) -> tuple[float, float]:
    """Seconds and CPU seconds of `opsmon check`."""
    began_s, used_s = time.monotonic(), children_cpu_s()
    subprocess.run(python_module("opsmon", "check", "--root", str(root)), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began_s, children_cpu_s() - used_s
