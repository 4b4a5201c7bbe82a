"""The whole daemon over 10,000 pinged devices of which 2,000 are walked too (48 interfaces × 15 columns) each minute.

python -m benchmarks.fleet [--devices 10000] [--walked 2000] [--minutes 2] [--loss 0.005] [--no-scrape]

Conditions, contracts and clocks, journal and store are at work; every site's page and the daemon's own are scraped once
a minute as Prometheus does. After the warming up: share of a core, memory, lateness of the pings by the times at which
they left (a raw socket beside the daemon), devices that were held down although they answer. With `--minutes 60 --loss
0.005` one answer of two hundred is lost for an hour. Exit code 1 where a bar is missed. In a network namespace of its
own: for root on Linux.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks._fleet_daemon import FleetDaemon, Use, fleet_daemon, use_of, wait_for
from benchmarks._fleet_root import Fleet, write_inventory, write_root
from benchmarks._lateness import all_lateness_s, percentile
from benchmarks._measure import python_module, running
from benchmarks._namespace import lose, run_inside
from benchmarks._ping_tap import PingTap
from benchmarks._report import Report, add_json_option
from benchmarks._scraper import Scraper

PERIOD_S, QUICK_PERIOD_S = 60.0, 30.0
SHARE_BAR, MEMORY_BAR_MB, LATE_BAR_S = 0.15, 300.0, 1.0


def measure(options: argparse.Namespace) -> int:
    """Exit code."""
    report = Report()
    if options.loss:
        lose(options.loss)
    with tempfile.TemporaryDirectory() as name, running(*python_module("benchmarks._snmp_responder")) as (_, said):
        root = Path(name) / "root"
        options.snmp_port = int(said)
        port = write_root(root, Fleet(options.devices, options.walked, QUICK_PERIOD_S, options.snmp_port))
        with PingTap() as tap, fleet_daemon(root, port) as subject:
            wait_for("the daemon", subject.is_ready)
            print(f"ready, process {subject.pid}; {options.warm_up:g} s of warming up", file=sys.stderr)
            scraper = Scraper(port)
            use = watch(subject, tap, None if options.no_scrape else scraper, options)
            judge(use, tap, scraper, report, options)
        report.add("times that a device was held down", times_down(root), "", 0)
    return report.end(options.json)


def warm_up(subject: FleetDaemon, options: argparse.Namespace) -> None:
    """The surveys and first polls of all devices, at a quicker pace; a daemon of months has them behind it."""
    time.sleep(options.warm_up)
    write_inventory(subject.log.parent, Fleet(options.devices, options.walked, PERIOD_S, options.snmp_port))
    subject.reload()
    wait_for("the reload", lambda: subject.said("reloaded:") > 0)
    time.sleep(QUICK_PERIOD_S)


def watch(subject: FleetDaemon, tap: PingTap, scraper: Scraper | None, options: argparse.Namespace) -> Use:
    """What it used in the window after the warming up."""
    length_s = 60 * options.minutes
    asking = threading.Thread(target=scraper.scrape_for, args=(1e9, PERIOD_S), daemon=True) if scraper else None
    warm_up(subject, options)
    if asking:
        asking.start()
        time.sleep(QUICK_PERIOD_S)
    tap.forget()
    with use_of(subject.pid) as so_far:
        time.sleep(length_s)
        use = so_far()
    if scraper and asking:
        scraper.end()
        asking.join()
        zipped_mb = sum(scraper.bytes_of.values()) / 1e6
        failed = f", {scraper.failed} not within 10 s" if scraper.failed else ""
        print(f"{len(scraper.bytes_of)} pages, {zipped_mb:.1f} MB zipped, longest {scraper.longest_s:.2f} s{failed}")
    return use


def judge(use: Use, tap: PingTap, scraper: Scraper, report: Report, options: argparse.Namespace) -> None:
    late_s = all_lateness_s(tap.times_s(), PERIOD_S)
    up = scraper.value('opsmon_devices{state="up"}')
    print(
        f"{options.devices:,} pinged, {options.walked:,} walked; {len(late_s):,} pings in {options.minutes:g} minutes"
    )
    report.add("share of a core", use.share, "", SHARE_BAR)
    report.add("memory", use.resident_mb, "MB", MEMORY_BAR_MB)
    report.add("lateness of a ping, 99th percentile", percentile(late_s, 0.99), "s", LATE_BAR_S)
    report.add("devices not up at the end", options.devices - up, "", 0)


def times_down(root: Path) -> int:
    """By the journal, over the whole run."""
    words = python_module("opsmon", "journal", "show", "--json", "--root", str(root))
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    events = json.loads(told)
    return sum(event["type"] == "device_state_changed" and event["after"] == "down" for event in events)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--walked", type=int, default=2_000)
    parser.add_argument("--minutes", type=float, default=2.0, help="of measuring; lateness is told from two on")
    parser.add_argument("--warm-up", type=float, default=125.0, metavar="SECONDS")
    parser.add_argument("--loss", type=float, default=0.0, metavar="SHARE", help="of the answers to pings, 0.005")
    parser.add_argument("--no-scrape", action="store_true")
    add_json_option(parser)
    return run_inside("benchmarks.fleet", measure, parser)


if __name__ == "__main__":
    sys.exit(main())
