"""50,000 devices that are pinged once a minute: `python -m benchmarks.large_fleet [DEVICES]`.

`opsmon check` of their files; from the start of `opsmon run` to the first ping and until `/readyz` says 200; after the
first sweep, share of a core, memory and lateness of two minutes in which every page is scraped once a minute. Wall
time and CPU time: on a machine with other work the second is the one to compare. Exit code 1 where a bar is missed. In
a network namespace of its own: for root on Linux.
"""

import argparse
import sys

from benchmarks._namespace import run_inside
from benchmarks._pinged_fleet import PERIOD_S, measure
from benchmarks._report import Report, add_json_option

FLEET = 50_000
CHECK_BAR_S, FIRST_PING_BAR_S, SHARE_BAR, MEMORY_BAR_MB, LATE_BAR_S = 5.0, 5.0, 0.08, 250.0, 1.0


def measure_fleet(options: argparse.Namespace) -> int:
    found, report = measure(options.devices, 2 * PERIOD_S + 5), Report()
    print(f"{found.devices:,} devices pinged once a minute, {found.up:,} of them up")
    print(f"ready after {found.ready_s:.1f} s, {found.ready_cpu_s:.1f} s of CPU")
    report.add("opsmon check", found.check_s, "s", CHECK_BAR_S)
    report.add("opsmon check, CPU", found.check_cpu_s, "s", CHECK_BAR_S)
    report.add("from the start to the first ping", found.first_ping_s, "s", FIRST_PING_BAR_S)
    report.add("share of a core", found.share, "", SHARE_BAR)
    report.add("memory", found.resident_mb, "MB", MEMORY_BAR_MB)
    report.add("lateness of a ping, 99th percentile", found.late_s, "s", LATE_BAR_S)
    return report.end(options.json)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", type=int, nargs="?", default=FLEET)
    add_json_option(parser)
    return run_inside("benchmarks.large_fleet", measure_fleet, parser)


if __name__ == "__main__":
    sys.exit(main())
