"""CPU of a ping in a loop: our pinger beside Debian's fping, and pinging alone.

python -m benchmarks.ping_loop [--devices 2000] [--period 4] [--rounds 5] [--window 8]

They ping the same addresses of 127.0.0.0/8 at the same pace, in turn, a window each, after warming up; who begins
changes from round to round. Once the pings are spread over the period, once all of them are due at once. What the
kernel does for them is counted, also that it answers within the sender's call. The figure is the median of the rounds,
the ratio that of the medians. In a network namespace of its own: for root on Linux.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks._fleet_root import address_of
from benchmarks._measure import python_module, running
from benchmarks._namespace import run_inside
from benchmarks._process import precise_cpu_s
from benchmarks._report import Report, add_json_option
from benchmarks._rows import Peer
from benchmarks._versions import debian_version

FPING = "fping"
OURS, SPREAD, AT_ONCE = "ours", "spread", "all at once"
STEP_S = 0.1  # that of the daemon's scheduler
BAR = 1.2
MIN_PACE = 0.5  # on a busy machine fping does not catch up with what it could not send in time
WARM_UP_S = 1.0


def echo_requests() -> int:
    """How many the kernel of this namespace has received (RFC 2011, icmpInEchos)."""
    names, values = (
        line.split() for line in Path("/proc/net/snmp").read_text("ascii").splitlines() if "Icmp: " in line
    )
    return int(values[names.index("InEchos")])


def cost_us(words: tuple[str, ...], window_s: float, pace: float) -> float:
    """CPU of a ping of one subject. Raises RuntimeError when it did not keep the pace."""
    ours = words[0] == sys.executable
    with running(*words, said=ours) as (process, _):
        time.sleep(WARM_UP_S)
        pings, used_s = -echo_requests(), -precise_cpu_s(process.pid)
        time.sleep(window_s)
        pings, used_s = pings + echo_requests(), used_s + precise_cpu_s(process.pid)
        if not ours:
            process.terminate()
    if pings < MIN_PACE * pace * window_s:
        raise RuntimeError(f"{words[0]} sent {pings} pings of {pace * window_s:.0f}")
    return 1e6 * used_s / pings


def subjects_of(options: argparse.Namespace, file: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """Commands by who and how."""
    gap_s, turns = options.period / options.devices, 9 + round(options.window / options.period)
    # Quiet it is when it counts, not in its loop mode (-l): that tells of each ping.
    fping = (FPING, "-c", str(turns), "-q", "-p", f"{1000 * options.period:g}", "-f", str(file))
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for how, step_s, its_gap_s in ((SPREAD, STEP_S, gap_s), (AT_ONCE, options.period, 0)):
        found[OURS, how] = python_module("benchmarks._ping_loop", str(options.period), str(step_s), str(file))
        if shutil.which(FPING):
            found[FPING, how] = (*fping, "-i", f"{1000 * its_gap_s:g}")
    return found


def measure(options: argparse.Namespace) -> int:
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "addresses"
        file.write_text("\n".join(map(address_of, range(options.devices))), encoding="ascii")
        subjects = subjects_of(options, file)
        taken: dict[tuple[str, str], list[float]] = {subject: [] for subject in subjects}
        for turn in range(options.rounds):
            for subject, words in list(subjects.items())[:: 1 if turn % 2 else -1]:
                taken[subject].append(cost_us(words, options.window, options.devices / options.period))
    for how in (SPREAD, AT_ONCE):
        theirs = median(taken[FPING, how]) if (FPING, how) in taken else None
        note = "" if theirs else f"apt-get install {FPING}"
        peer = Peer(FPING, theirs, note, debian_version(FPING), BAR)
        report.add(f"ping in a loop, pinger alone, {how}", median(taken[OURS, how]), "µs", None, (peer,))
    return report.end(options.json)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=2_000)
    parser.add_argument("--period", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--window", type=float, default=8.0, help="seconds; whole periods")
    add_json_option(parser)
    return run_inside("benchmarks.ping_loop", measure, parser)


if __name__ == "__main__":
    sys.exit(main())
