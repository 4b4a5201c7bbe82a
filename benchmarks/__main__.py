"""`make bench`: what opsmon claims, beside other programs at the same work in the same run, as one table.

Each benchmark is a process of its own and one after the other, so a quiet machine is all that they need; progress is
told on stderr, the table on stdout. A program that is not here is told of with how to get it. Exit code 0 when no
bar is missed, 1 when one is missed, 2 when a benchmark did not run to its end (many need root on Linux, for a network
namespace of their own).
"""

import argparse
import json
import pkgutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import benchmarks
from benchmarks._measure import python_module
from benchmarks._rows import Row, row_of, table
from benchmarks._versions import commit, machine

MAX_S = 3_600.0
FINE, MISSED, BROKEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a module is about, and its words where time is short: fleets are smaller then than the bars mean."""

    about: str
    quick: tuple[str, ...]


BENCHMARKS = {
    "ping_loop": Benchmark("a ping by our pinger alone, beside fping", ("--rounds", "2", "--window", "4")),
    "fleet_ping": Benchmark(
        "a ping by the whole daemon, beside blackbox_exporter", ("--devices", "2000", "--period", "10")
    ),
    "snmp_walk": Benchmark(
        "a walk of 48 × 15, beside snmp_exporter, zabbix-proxy, zino, gufo-snmp", ("--devices", "24", "--minutes", "1")
    ),
    "snmp_v3": Benchmark("SNMPv3 beside our v2c and pysnmp", ("--rounds", "3")),
    "fleet": Benchmark(
        "10,000 pinged and 2,000 walked a minute, scraped",
        ("--devices", "2000", "--walked", "400", "--minutes", "1", "--warm-up", "95"),
    ),
    "large_fleet": Benchmark("50,000 pinged a minute: check, start, share, memory", ("10000",)),
    "growth": Benchmark("how that grows from 1,000 to 50,000", ("--sizes", "1000", "3000", "10000")),
    "reload": Benchmark("a reload of 10,000 devices", ("2000",)),
    "outage": Benchmark("2,000 devices behind one that dies", ("500",)),
}


@dataclass(slots=True)
class Run:
    """What one benchmark told."""

    rows: list[Row] = field(default_factory=list)
    took_s: float = 0.0
    is_whole: bool = False


def run(name: str, words: tuple[str, ...]) -> Run:
    """In a process of its own; what it prints goes to stderr."""
    began_s, found = time.monotonic(), Run()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.json"
        command = python_module(f"benchmarks.{name}", *words, "--json", str(file))
        try:
            done = subprocess.run(command, check=False, timeout=MAX_S, stdout=sys.stderr)
        except subprocess.TimeoutExpired:
            return found
        found.is_whole = done.returncode in (FINE, MISSED) and file.exists()
        if file.exists():
            found.rows = [row_of(told) for told in json.loads(file.read_text(encoding="utf-8"))]
    found.took_s = time.monotonic() - began_s
    return found


def as_json(runs: dict[str, Run], about: dict[str, Any], *, quick: bool) -> dict[str, Any]:
    rows = [row for found in runs.values() for row in found.rows]
    peers = {peer.name: peer.version for row in rows for peer in row.peers if peer.version}
    return {
        "machine": about,
        "versions": {"opsmon": commit(), **peers},
        "quick": quick,
        "benchmarks": {
            name: {"whole": found.is_whole, "took_s": found.took_s, "rows": [row.as_json() for row in found.rows]}
            for name, found in runs.items()
        },
        "missed": [words for row in rows for words in row.missed()],
    }


def others() -> list[str]:
    """The modules that tell figures without a table."""
    every = (found.name for found in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in every if not name.startswith("_") and name not in BENCHMARKS)


def run_others() -> int:
    failed = []
    for name in others():
        print(f"== benchmarks.{name}", flush=True)
        if subprocess.run(python_module(f"benchmarks.{name}"), check=False, timeout=MAX_S).returncode:
            failed.append(name)
    if failed:
        print(f"with an exit code of their own: {', '.join(failed)}")
    return BROKEN if failed else FINE


def compare(names: list[str], *, quick: bool, file: Path | None) -> int:
    """Runs these, prints the table, writes the JSON."""
    about, runs = machine(), dict[str, Run]()
    for number, name in enumerate(names, start=1):
        print(f"[{number}/{len(names)}] {name}: {BENCHMARKS[name].about}", file=sys.stderr, flush=True)
        runs[name] = run(name, BENCHMARKS[name].quick if quick else ())
        print(f"    took {runs[name].took_s:.0f} s", file=sys.stderr, flush=True)
    print(f"opsmon {commit()} on {about['cpu']}, {about['cores']} cores, load {about['load_1m']:.1f}")
    print(table([row for found in runs.values() for row in found.rows]))
    told = as_json(runs, about, quick=quick)
    if file is not None:
        file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    broken = [name for name, found in runs.items() if not found.is_whole]
    if broken:
        print(f"did not run to their end: {', '.join(broken)}")
    print("no bar is missed" if not told["missed"] else f"missed: {'; '.join(told['missed'])}")
    return BROKEN if broken else MISSED if told["missed"] else FINE


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="tell the benchmarks and end")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help="these alone")
    parser.add_argument("--quick", action="store_true", help="smaller fleets and shorter windows: some minutes in all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write rows, machine and versions there, too")
    parser.add_argument("--others", action="store_true", help="run the modules without a table instead, one by one")
    options = parser.parse_args()
    if options.list:
        width = max(map(len, BENCHMARKS))
        print("\n".join(f"{name:<{width}}  {each.about}" for name, each in BENCHMARKS.items()))
        print(f"without a table (--others): {', '.join(others())}")
        return FINE
    if options.others:
        return run_others()
    return compare(options.only or list(BENCHMARKS), quick=options.quick, file=options.json)


if __name__ == "__main__":
    sys.exit(main())
