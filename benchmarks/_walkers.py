"""Who walks the switches of `benchmarks.snmp_walk`: each a program at the same devices and pace, and what it did.

Exporters are scraped by the benchmark; the others keep the pace themselves.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import _peer_environment
from benchmarks._measure import python_module, running, wait_until
from benchmarks._snmp_daemon import Daemon, address_of, daemon, write_inventory, write_root
from benchmarks._snmp_exporter import COLUMNS
from benchmarks._snmp_responder import COMMUNITY

ROWS = 48
SAMPLES = ROWS * len(COLUMNS)
QUICK_PERIOD_S, QUICK_S = 1.0, 40.0


@dataclass(frozen=True, slots=True)
class Field:
    """The devices, where their agents listen, and how often each is polled."""

    devices: int
    port: int
    period_s: float

    @property
    def addresses(self) -> list[str]:
        return [address_of(number) for number in range(self.devices)]

    def polls(self, length_s: float) -> float:
        return self.devices * length_s / self.period_s


@contextmanager
def our_engine(field: Field) -> Iterator["subprocess.Popen[str]"]:
    """The SNMP engine without a daemon."""
    words = python_module("benchmarks._snmp_poller", str(field.port), str(field.devices), str(field.period_s))
    with running(*words) as (process, said):
        assert said == "ready", said
        yield process


@contextmanager
def gufo(field: Field) -> Iterator["subprocess.Popen[str]"]:
    plan = {
        "port": field.port, "addresses": field.addresses, "period_s": field.period_s, "community": COMMUNITY,
        "columns": list(COLUMNS.values()), "rows": ROWS,
    }  # fmt: skip
    script = Path(__file__).with_name("_gufo_poller.py")
    with running(str(_peer_environment.program("python")), str(script), json.dumps(plan)) as (process, said):
        assert said == "ready", said
        yield process


def failed_walks(process: "subprocess.Popen[str]") -> int:
    """Ends a poller of ours or gufo's, which tells of each period: walked, failed."""
    process.terminate()
    assert process.stdout is not None
    return sum(int(line.split()[1]) for line in process.stdout.read().splitlines())


@contextmanager
def our_daemon(folder: Path, field: Field) -> Iterator[Daemon]:
    """The whole daemon, with the surveys and first polls behind it as a daemon of months has them."""
    port = write_root(folder, field.devices, field.port, QUICK_PERIOD_S)
    with daemon(folder, port) as subject:
        wait_until(lambda: subject.scrape() >= SAMPLES * field.devices, "the first sweep")
        time.sleep(QUICK_S)
        write_inventory(folder, field.devices, field.port, field.period_s)
        subject.reload()
        time.sleep(field.period_s)
        wait_until(lambda: subject.scrape() >= SAMPLES * field.devices, "the sweep after the reload")
        yield subject
