"""How long a root of 10,000 devices takes to load: written one by one, and as ranges.

The peer is PyYAML's own fastest loader on the same files: it only parses, and checks nothing.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import yaml

from opsmon.config.root import load_root

SITES, DEVICES_PER_SITE = 100, 100
LIMIT_S = 5.0

HEAD = """\
site: site-{site:03}
title: 会场 {site}
labels: {{area: north}}
defaults:
  snmp: {{version: 2c, community: {{env: BENCH_COMMUNITY}}}}
  parents: [core-{site:03}]
templates:
  access: {{kind: switch, periods: {{icmp: 30s}}, labels: {{role: access}}}}
"""
CORE = "devices:\n  - {{name: core-{site:03}, address: 198.18.{site}.1, kind: switch, parents: []}}\n"
DEVICE = """\
  - name: sw-{site:03}-{number:03}
    address: 198.18.{site}.{number}
    use: [access]
    title: 接入交换机 {number}
    labels: {{floor: "{number}"}}
    checks: [icmp, {{tcp: {{port: 22}}}}]
"""
RANGE = """\
ranges:
  - {{name: "sw-{site:03}-{{n:03}}", address: 198.18.{site}.0/24, first: 2, count: {count}, use: [access]}}
"""


def write_root(folder: Path, *, ranges: bool) -> None:
    """A root of SITES files, each with a core and its access switches."""
    (folder / "inventories").mkdir(parents=True)
    for site in range(SITES):
        text = HEAD.format(site=site) + CORE.format(site=site)
        if ranges:
            text += RANGE.format(site=site, count=DEVICES_PER_SITE - 1)
        else:
            text += "".join(DEVICE.format(site=site, number=number) for number in range(2, DEVICES_PER_SITE + 1))
        (folder / "inventories" / f"site-{site:03}.yaml").write_text(text, encoding="utf-8")


def parse_only(root: Path) -> float:
    """Seconds that PyYAML's C loader takes to turn the files into plain data."""
    before = time.perf_counter()
    for file in sorted((root / "inventories").glob("*.yaml")):
        yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return time.perf_counter() - before


def measure(*, ranges: bool) -> tuple[float, float]:
    """Seconds to load a fresh root, ours and the peer's."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_root(root, ranges=ranges)
        before = time.perf_counter()
        loaded = load_root(root, environ={"BENCH_COMMUNITY": "x"})
        spent = time.perf_counter() - before
        assert len(loaded.inventory.devices) == SITES * DEVICES_PER_SITE
        return spent, parse_only(root)


def main() -> int:
    """Print both figures; 1 when the slower one misses the limit."""
    (one_by_one, parsed), (by_range, _) = measure(ranges=False), measure(ranges=True)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"10,000 devices one by one: {one_by_one:.2f} s; as 100 ranges: {by_range:.2f} s; limit {LIMIT_S} s")
    print(f"PyYAML's C loader, parsing alone: {parsed:.2f} s; ratio {one_by_one / parsed:.2f}")
    print(f"peak memory of the process: {peak_mib:.0f} MiB")
    return int(one_by_one > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
