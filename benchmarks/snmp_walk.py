"""CPU of polling 48 interfaces × 15 columns, against prometheus-snmp-exporter at the same pace on the same responder.

python -m benchmarks.snmp_walk [--devices 60] [--period 6] [--rounds 5]

Both run at the same time for the same span; the exporter is scraped, and gives the labels that our series have too.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks._measure import at_pace, cpu_s, python_module, running
from benchmarks._snmp_exporter import exporter, is_installed

LIMIT = 0.35


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=60)
    parser.add_argument("--period", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with running(*python_module("benchmarks._snmp_responder")) as (_, port):
        measure_engine(int(port), options)


def measure_engine(port: int, options: argparse.Namespace) -> None:
    ours = python_module("benchmarks._snmp_poller", str(port), str(options.devices), str(options.period))
    with tempfile.TemporaryDirectory() as folder, running(*ours) as (poller, said):
        assert said == "ready"
        if not is_installed():
            return
        with exporter(Path(folder)) as peer:
            targets = [f"127.1.{n // 250}.{n % 250 + 1}:{port}" for n in range(options.devices)]
            for target in targets[:10]:
                peer.scrape(target)
            before = cpu_s(poller.pid), cpu_s(peer.pid)
            at_pace(len(targets), options.period, options.rounds, lambda n: _expect(peer.scrape(targets[n]), 720))
            after = cpu_s(poller.pid), cpu_s(peer.pid)
    polls = options.devices * options.rounds
    mine, its = (1e6 * (end - start) / polls for start, end in zip(before, after, strict=True))
    print(f"engine alone {mine:.0f} µs a device; exporter {its:.0f} µs; ratio {mine / its:.2f}")


def _expect(found: int, wanted: int) -> None:
    assert found == wanted, found


if __name__ == "__main__":
    main()
