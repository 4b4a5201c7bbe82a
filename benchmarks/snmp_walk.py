"""CPU of polling switches of 48 interfaces × 15 columns, against prometheus-snmp-exporter on the same responder.

python -m benchmarks.snmp_walk [--devices 60] [--period 6] [--rounds 12]

Three measurements, each beside the exporter at the same time and the same pace: our SNMP engine alone; then the whole
daemon, with the samples stored, judged by the conditions and scraped once a period (the page of the site, while the
exporter is scraped device by device); the exporter once with the three labels that our series have (ifAlias, ifDescr,
ifName), once without. The target is 0.35 for the whole daemon.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks._measure import at_pace, python_module, running, wait_until
from benchmarks._process import cpu_s
from benchmarks._snmp_daemon import address_of, daemon, write_inventory, write_root
from benchmarks._snmp_exporter import Exporter, exporter, is_installed

SAMPLES = 48 * 15
TARGET = 0.35
WARM_UP_PERIOD_S, WARM_UP_S = 1.0, 40.0


class Run:
    """One subject and the peer, measured over the same span."""

    def __init__(self, devices: int, period_s: float, rounds: int, port: int) -> None:
        self.devices, self.period_s, self.rounds = devices, period_s, rounds
        self._targets = [f"{address_of(number)}:{port}" for number in range(devices)]

    def compare(self, what: str, pid: int, scrape: Callable[[], int] | None, folder: Path) -> None:
        """Print the CPU of the process for one poll of one device, with the peer's and the ratio."""
        for labels in ("with", "without") if is_installed() else ("",):
            with ExitStack() as stack:
                peer = stack.enter_context(exporter(folder, with_labels=labels == "with")) if labels else None
                mine, its = self._measure(pid, scrape, peer)
            words = f"{what}: {mine:.0f} µs of CPU a device and poll"
            if peer is not None:
                words += f"; exporter {labels} labels {its:.0f} µs; ratio {mine / its:.2f}"
            print(words, flush=True)

    def _measure(self, pid: int, scrape: Callable[[], int] | None, peer: Exporter | None) -> tuple[float, float]:
        for number in range(10 if peer is not None else 0):
            self._ask_both(number, scrape, peer)
        pids = (pid, peer.pid if peer is not None else pid)
        before = [cpu_s(each) for each in pids]
        at_pace(self.devices, self.period_s, self.rounds, lambda number: self._ask_both(number, scrape, peer))
        after = [cpu_s(each) for each in pids]
        polls = self.devices * self.rounds
        mine, its = (1e6 * (end - start) / polls for start, end in zip(before, after, strict=True))
        return mine, its

    def _ask_both(self, number: int, scrape: Callable[[], int] | None, peer: Exporter | None) -> None:
        if scrape is not None and number == 0:
            assert scrape() >= 0.95 * SAMPLES * self.devices, "the daemon shows less than the switches have"
        if peer is not None:
            assert peer.scrape(self._targets[number]) == SAMPLES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=60)
    parser.add_argument("--period", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--only", choices=["engine", "daemon"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running(*python_module("benchmarks._snmp_responder")) as (_, said):
        folder, port = Path(name), int(said)
        run = Run(options.devices, options.period, options.rounds, port)
        if options.only != "daemon":
            poller = python_module("benchmarks._snmp_poller", said, str(options.devices), str(options.period))
            with running(*poller) as (process, ready):
                assert ready == "ready"
                run.compare("engine alone", process.pid, None, folder)
        if options.only != "engine":
            root = folder / "root"
            listening = write_root(root, options.devices, port, WARM_UP_PERIOD_S)
            with daemon(root, listening) as subject:
                wait_until(lambda: subject.scrape() >= SAMPLES * options.devices, "the first sweep")
                time.sleep(WARM_UP_S)  # the surveys of the first polls, which a daemon of months has behind it
                write_inventory(root, options.devices, port, options.period)
                subject.reload()
                time.sleep(options.period)
                wait_until(lambda: subject.scrape() >= SAMPLES * options.devices, "the sweep after the reload")
                run.compare("whole daemon", subject.pid, subject.scrape, folder)
    print(f"target: {TARGET} for the whole daemon")


if __name__ == "__main__":
    main()
