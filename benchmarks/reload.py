"""A reload of 10,000 pinged devices: `python -m benchmarks.reload [DEVICES]`.

SIGHUP with nothing changed, with another title for every device of a site, and with a hundred devices fewer: seconds
until the log says "reloaded", the longest silence of the whole fleet while it went on (pings that left, heard by a raw
socket beside the daemon) and how late the latest ping of the minutes around it was. Exit code 1 where a bar is missed.
In a network namespace of its own: for root on Linux.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks._fleet_daemon import FleetDaemon, fleet_daemon, wait_for
from benchmarks._fleet_root import Fleet, write_root
from benchmarks._lateness import all_lateness_s, longest_gap_s
from benchmarks._namespace import run_inside
from benchmarks._ping_tap import PingTap
from benchmarks._process import cpu_s
from benchmarks._report import Report, add_json_option

FLEET, PERIOD_S = 10_000, 30.0
RELOAD_BAR_S, LATE_BAR_S = 3.0, 2.0


def rewrite(old: str, new: str) -> Callable[[Path], None]:
    """A change of the inventory's first site."""

    def change(root: Path) -> None:
        site = root / "inventories" / "hall-0.yaml"
        site.write_text(site.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    return change


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing changed": lambda root: None,
    "a site renamed": rewrite("第 0 会场", "主会场"),
    "a hundred devices fewer": rewrite("count: 250", "count: 150"),
}


def reload(subject: FleetDaemon, tap: PingTap) -> tuple[float, float, float]:
    """Seconds it took, CPU seconds, and the longest silence of the fleet from a second before it to a second after."""
    before, used_s, began_s = subject.said("reloaded:"), cpu_s(subject.pid), time.time()
    subject.reload()
    took_s = wait_for("the reload", lambda: subject.said("reloaded:") > before)
    used_s = cpu_s(subject.pid) - used_s
    time.sleep(2)
    pings = sorted(at_s for times_s in tap.times_s().values() for at_s in times_s)
    around = [at_s for at_s in pings if began_s - 1 <= at_s <= began_s + took_s + 1]
    return took_s, used_s, longest_gap_s(around)


def measure(options: argparse.Namespace) -> int:
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        port = write_root(root, Fleet(options.devices, period_s=PERIOD_S))
        with PingTap() as tap, fleet_daemon(root, port) as subject:
            wait_for("the daemon", subject.is_ready)
            time.sleep(PERIOD_S + 5)
            for words, change in CHANGES.items():
                tap.forget()
                time.sleep(PERIOD_S)
                change(root)
                took_s, used_s, silence_s = reload(subject, tap)
                time.sleep(PERIOD_S)
                print(f"reload of {options.devices:,} devices, {words}: {used_s:.1f} s of CPU")
                report.add("until it is said to be done", took_s, "s", RELOAD_BAR_S)
                report.add("longest silence of the fleet", silence_s, "s", LATE_BAR_S)
                report.add("latest ping", max(all_lateness_s(tap.times_s(), PERIOD_S)), "s", LATE_BAR_S)
    return report.end(options.json)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", type=int, nargs="?", default=FLEET)
    add_json_option(parser)
    return run_inside("benchmarks.reload", measure, parser)


if __name__ == "__main__":
    sys.exit(main())
