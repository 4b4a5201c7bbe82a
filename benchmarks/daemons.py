"""The whole daemon beside that of an older tree, at the same time and pace: `git worktree add /tmp/older COMMIT`.

python -m benchmarks.daemons /tmp/older [--devices 1000] [--period 5] [--checks icmp] [--windows 12] [--scrapes 0]

Each has a root of its own with the same devices on 127.0.0.0/8 and is scraped `--scrapes` times a period. Told is the
processor time a check of either, and the median of the ratios of windows of one period. Without a tree ours runs beside
itself.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from benchmarks._measure import python_module, running, wait_until
from benchmarks._process import free_port, precise_cpu_s, wait_for_http
from benchmarks._snmp_daemon import SITE, Daemon, write_inventory

TOP = Path(__file__).parents[1]


def write_root(folder: Path, tree: Path) -> int:
    """A root as `opsmon init` of that tree leaves it; the port that its daemon will listen on."""
    subprocess.run(
        python_module("opsmon", "init", str(folder)), env=environ_of(tree), check=True, stdout=subprocess.DEVNULL
    )
    for sample in (folder / "inventories").rglob("*.yaml"):
        sample.unlink()
    port = free_port()
    (folder / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"}}\n', encoding="utf-8")
    return port


def environ_of(tree: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(tree / "src")}


@contextmanager
def daemon(tree: Path, root: Path, port: int) -> Iterator[Daemon]:
    words = python_module("opsmon", "run", "--root", str(root))
    with (
        (root / "log").open("w") as log,
        subprocess.Popen(words, stdout=log, stderr=log, env=environ_of(tree)) as process,
    ):
        try:
            wait_for_http(f"http://127.0.0.1:{port}/healthz")
            yield Daemon(process.pid, port)
        finally:
            process.terminate()
            process.wait(30)


def is_up(subject: Daemon, devices: int) -> bool:
    return subject.read("/metrics").count(f'opsmon_devices{{state="up"}} {devices}'.encode()) == 1


def window(subjects: list[Daemon], period_s: float, scrapes: int) -> list[float]:
    """What each used in one period."""
    before, began_s = [precise_cpu_s(subject.pid) for subject in subjects], time.monotonic()
    for subject in subjects * scrapes:
        subject.read(f"/metrics/site/{SITE}")
    time.sleep(max(0.0, began_s + period_s - time.monotonic()))
    return [precise_cpu_s(subject.pid) - used for subject, used in zip(subjects, before, strict=True)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="?", default=TOP)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--period", type=float, default=5.0)
    parser.add_argument("--checks", choices=["icmp", "snmp"], default="icmp")
    parser.add_argument("--windows", type=int, default=12)
    parser.add_argument("--scrapes", type=int, default=0)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _, snmp_port = stack.enter_context(running(*python_module("benchmarks._snmp_responder")))
        subjects = []
        for name, tree in (("ours", TOP), ("older", options.tree.resolve())):
            port = write_root(folder / name, tree)
            write_inventory(folder / name, options.devices, int(snmp_port), options.period, options.checks)
            subjects.append(stack.enter_context(daemon(tree, folder / name, port)))
        for subject in subjects:
            wait_until(partial(is_up, subject, options.devices), "the first sweep")
        time.sleep(2 * options.period)
        windows = [window(subjects, options.period, options.scrapes) for _ in range(options.windows)]
    mine, its = (1e6 * median(used) / options.devices for used in zip(*windows, strict=True))
    ratios = [ours / older for ours, older in windows]
    low, _, high = quantiles(ratios, n=4)
    words = f"{mine:.1f} µs of CPU a check, the older tree {its:.1f} µs"
    print(f"{options.checks}: {words}: ratio {median(ratios):.3f} (half of them {low:.3f} to {high:.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
