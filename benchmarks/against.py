"""What a ping, a poll, a walk, pages of metrics and the engine's decisions cost beside an older tree.

git worktree add --detach /tmp/older COMMIT
python -m benchmarks.against /tmp/older [--only JOB ...] [--rounds 40] [--instructions]

Each job runs in two processes, one of each tree, that work in turn: short rounds, processor time, and the median of
the ratios of neighbours, so that what else the machine does falls on both. Ours also runs beside itself: how far that
ratio is from 1 is what this machine can tell. With `--instructions` valgrind counts them instead, which is slow and
comes out the same whatever else the machine does; the kernel's part is not in it.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from benchmarks._measure import python_module, running

TOP = Path(__file__).parents[1]
BATCHES = {
    "ping": (20, 50),
    "poll": (1, 50),
    "walk": (2, 50),
    "page": (3, 20),
    "pinged": (20, 50),
    "decide": (5, 200),
    "outage": (1, 50),
    "replay": (1, 100),
}  # rounds, and devices at once
COUNTED = BATCHES | {"ping": (100, 5), "poll": (20, 2), "walk": (10, 5), "page": (5, 5), "pinged": (50, 5)}
COUNTER = ("valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null")


@contextmanager
def job(tree: Path, name: str, port: str, *, counted: bool = False) -> Iterator["subprocess.Popen[str]"]:
    """A process that does a batch of the tree's jobs whenever it is asked."""
    amount = (COUNTED if counted else BATCHES)[name]
    words = python_module("benchmarks._usual_job", name, str(tree / "probes"), port, *map(str, amount))
    environ = {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONHASHSEED": "0"}
    with subprocess.Popen(
        (*COUNTER, *words) if counted else words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if counted else None,
        text=True,
        env=environ,
        cwd=TOP,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready", f"{name} does not begin in {tree}"
        yield process
        process.stdin.close()


def take(process: "subprocess.Popen[str]") -> float:
    """Microseconds of processor time a job, of one batch."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def compare(name: str, trees: tuple[Path, Path], port: str, rounds: int) -> tuple[list[float], list[float]]:
    """Microseconds of either tree, round by round; who begins changes from one to the next."""
    with job(trees[0], name, port) as left, job(trees[1], name, port) as right:
        mine: list[float] = []
        its: list[float] = []
        for number in range(rounds):
            for process, kept in ((left, mine), (right, its))[:: 1 if number % 2 else -1]:
                kept.append(take(process))
        return mine, its


def count(name: str, tree: Path, port: str) -> float:
    """Thousands of instructions a job."""
    with job(tree, name, port, counted=True) as process:
        assert process.stderr is not None
        subprocess.run(["callgrind_control", "--instr=on", str(process.pid)], check=True, capture_output=True)
        take(process)
        subprocess.run(["callgrind_control", "--instr=off", str(process.pid)], check=True, capture_output=True)
        process.stdin.close() if process.stdin else None
        collected = re.search(r"Collected : (\d+)", process.stderr.read())
        assert collected is not None, "valgrind did not say what it counted"
        rounds, devices = COUNTED[name]
        return int(collected[1]) / rounds / devices / 1000


def tell(name: str, against: str, figures: tuple[list[float], list[float]]) -> None:
    ratios = [ours / other for ours, other in zip(*figures, strict=True)]
    low, _, high = quantiles(ratios, n=4)
    words = f"{median(figures[0]):.1f} µs, {against} {median(figures[1]):.1f} µs"
    print(f"{name}: {words}: ratio {median(ratios):.3f} (half of them {low:.3f} to {high:.3f})", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="?", default=TOP)
    parser.add_argument("--only", nargs="+", choices=BATCHES, default=list(BATCHES))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--instructions", action="store_true")
    options = parser.parse_args()
    older = options.tree.resolve()
    still = ("--still",) if options.instructions else ()  # what moves by the clock would make the counts differ
    with running(*python_module("benchmarks._snmp_responder", *still)) as (_, port):
        for name in options.only:
            if options.instructions:
                mine, its = count(name, TOP, port), count(name, older, port)
                words = f"{mine:.1f} thousand instructions, the older tree {its:.1f}"
                print(f"{name}: {words}: ratio {mine / its:.3f}", flush=True)
                continue
            if older != TOP:
                tell(name, "the older tree", compare(name, (TOP, older), port, options.rounds))
            tell(name, "ours again", compare(name, (TOP, TOP), port, options.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
