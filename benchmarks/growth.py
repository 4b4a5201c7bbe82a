"""How the cost of pinged devices grows from 1,000 to 50,000: `python -m benchmarks.growth [--svg docs/growth.svg]`.

A daemon for each size, one after the other: `opsmon check`, from the start until ready, share of a core and memory of a
minute with every page scraped. Each is fitted by a power of the number of devices, over all sizes and between the two
largest, and drawn. An exponent above 1 would be worse than linear; the bar leaves a twentieth for what a machine with
other work adds. In a network namespace of its own: for root on Linux.
"""

import argparse
import sys
from pathlib import Path

from benchmarks._growth import drawing, exponent, last_exponent
from benchmarks._namespace import run_inside
from benchmarks._pinged_fleet import Figures, measure
from benchmarks._report import Report, add_json_option

SIZES = (1_000, 3_000, 10_000, 25_000, 50_000)
EXPONENT_BAR = 1.05
TITLE = "opsmon: devices pinged once a minute, every page scraped"


def curves_of(found: list[Figures]) -> dict[str, list[tuple[float, float]]]:
    return {
        "opsmon check, seconds of CPU": [(one.devices, one.check_cpu_s) for one in found],
        "start until ready, seconds of CPU": [(one.devices, one.ready_cpu_s) for one in found],
        "share of a core": [(one.devices, one.share) for one in found],
        "memory, MB": [(one.devices, one.resident_mb) for one in found],
    }


def measure_sizes(options: argparse.Namespace) -> int:
    report, found = Report(), []
    for size in options.sizes:
        found.append(measure(size))
        print(found[-1], flush=True)
    curves = curves_of(found)
    for name, points in curves.items():
        report.add(f"{name}: exponent over all sizes", exponent(points), bar=EXPONENT_BAR)
        report.add(f"{name}: exponent between the two largest", last_exponent(points), bar=EXPONENT_BAR)
    if options.svg is not None:
        options.svg.write_text(drawing(curves, TITLE), encoding="utf-8")
    return report.end(options.json)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw it there")
    add_json_option(parser)
    return run_inside("benchmarks.growth", measure_sizes, parser)


if __name__ == "__main__":
    sys.exit(main())
