"""How long the command line takes to start: CPU seconds of whole processes, the median of several.

python -m benchmarks.startup [RUNS]
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = (("--version",), ("--help",), ("incidents", "list"), ("notify", "list"), ("contracts", "list"))
RUNS = 7
EXAMPLES = Path(__file__).parents[1]  # the inventories of the examples: 5,584 devices


def cpu_s(words: tuple[str, ...], root: str) -> float:
    """User and system time of one run; whether it finds a daemon does not matter."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "opsmon", *words],
        env={**os.environ, "OPSMON_ROOT": root},
        capture_output=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "inventories").mkdir()
        for words in COMMANDS:
            _measure(words, root, runs)
        _measure(("check",), str(EXAMPLES), runs)


def _measure(words: tuple[str, ...], root: str, runs: int) -> None:
    times = [cpu_s(words, root) for _ in range(runs)]
    print(f"opsmon {' '.join(words):<16} {statistics.median(times):.2f} s of CPU")


if __name__ == "__main__":
    main()
