"""CPU of a walk of 48 interfaces × 15 columns by v2c: the whole daemon, our engine alone, and who else can do it.

python -m benchmarks.snmp_walk [--devices 60] [--period 10] [--minutes 2]

Everybody walks the same switches of one responder at the same pace during the same minutes, after warming up. Ours is
scraped once a period (the page of the site) and Debian's prometheus-snmp-exporter device by device, as Prometheus does
both, compressed; the exporter runs once with the three labels that our series have (ifAlias, ifDescr, ifName), once
without. Debian's zabbix-proxy keeps the values in its database, zino (PyPI) polls once a minute and 6 columns,
gufo-snmp (PyPI) is a library beside our engine. In a network namespace of its own: for root on Linux.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import _peer_environment, _zabbix_proxy, _zino
from benchmarks._measure import at_pace, python_module, running
from benchmarks._namespace import run_inside
from benchmarks._process import tree_cpu_s
from benchmarks._report import Report, add_json_option
from benchmarks._rows import Peer
from benchmarks._snmp_exporter import PROGRAM, Exporter, exporter
from benchmarks._versions import debian_version
from benchmarks._walkers import ROWS, SAMPLES, Field, failed_walks, gufo, our_daemon, our_engine

BARE_BAR, LABELLED_BAR = 0.30, 0.15
ZINO_NOTE = f"{_zino.COLUMNS} columns, not 15"


@dataclass(slots=True)
class Subject:
    """A program that was measured: its process, and how many walks its CPU is divided by."""

    name: str
    pid: int
    walks: Callable[[float], float]  # of so many seconds
    used_s: float = 0.0
    walked: float = 0.0

    @property
    def cost_us(self) -> float | None:
        """CPU of a walk."""
        return 1e6 * self.used_s / self.walked if self.walked else None


class Contest:
    """All subjects that are here, started one after the other."""

    def __init__(self, stack: ExitStack, folder: Path, field: Field) -> None:
        self.field, self.missing = field, dict[str, str]()
        self.subjects: dict[str, Subject] = {}
        self._stack, self._folder = stack, folder
        self.daemon = stack.enter_context(our_daemon(folder / "root", field))
        self.engine = stack.enter_context(our_engine(field))
        self._add("daemon", self.daemon.pid)
        self._add("engine", self.engine.pid)
        self.exporters = self._start_exporters()
        self._start_zabbix()
        self._start_from_pypi()

    def _add(self, name: str, pid: int, walks: Callable[[float], float] | None = None) -> None:
        self.subjects[name] = Subject(name, pid, walks or self.field.polls)

    def _start_exporters(self) -> list[Exporter]:
        if shutil.which(PROGRAM) is None:
            self.missing |= dict.fromkeys(("bare", "labelled"), f"apt-get install {PROGRAM}")
            return []
        found = []
        for name, with_labels in (("bare", False), ("labelled", True)):
            found.append(self._stack.enter_context(exporter(self._folder, with_labels=with_labels)))
            self._add(name, found[-1].pid)
        return found

    def _start_zabbix(self) -> None:
        if _zabbix_proxy.program() is None:
            self.missing["zabbix"] = f"apt-get install {_zabbix_proxy.PACKAGE}"
            return
        place = self._folder / "zabbix"
        proxy = self._stack.enter_context(
            _zabbix_proxy.zabbix_proxy(place, self.field.addresses, self.field.port, self.field.period_s, ROWS)
        )
        before = [0]

        def walked(length_s: float) -> float:
            """By the values that it wrote since it was asked before; asked first when the window begins."""
            values, before[0] = proxy.values() - before[0], proxy.values()
            return values / SAMPLES if length_s else 0.0

        self._add("zabbix", proxy.pid, walked)

    def _start_from_pypi(self) -> None:
        if hindrance := _peer_environment.hindrance():
            self.missing |= {"gufo": hindrance, "zino": hindrance}
            return
        self.gufo = self._stack.enter_context(gufo(self.field))
        self._add("gufo", self.gufo.pid)
        zino = self._stack.enter_context(_zino.zino(self._folder / "zino", self.field.addresses, self.field.port))
        self._add("zino", zino, lambda length_s: self.field.devices * length_s / _zino.PERIOD_S)

    def scrape(self, number: int) -> None:
        """What Prometheus asks while one device is due."""
        if number == 0:
            assert self.daemon.scrape() >= 0.95 * SAMPLES * self.field.devices, "the daemon shows less than there is"
        for each in self.exporters:
            assert each.scrape(f"{self.field.addresses[number]}:{self.field.port}") == SAMPLES

    def run(self, minutes: float) -> None:
        """A minute to warm up, then the window."""
        rounds = round(_zino.PERIOD_S / self.field.period_s)
        at_pace(self.field.devices, self.field.period_s, rounds, self.scrape)
        for subject in self.subjects.values():
            subject.walks(0)
            subject.used_s = -tree_cpu_s(subject.pid)
        began_s = time.monotonic()
        at_pace(self.field.devices, self.field.period_s, round(minutes * rounds), self.scrape)
        length_s = time.monotonic() - began_s
        for subject in self.subjects.values():
            subject.used_s += tree_cpu_s(subject.pid)
            subject.walked = subject.walks(length_s)
        assert failed_walks(self.engine) == 0
        assert "gufo" in self.missing or failed_walks(self.gufo) == 0

    def peer(self, key: str, name: str, version: str, note: str = "", max_ratio: float | None = None) -> Peer:
        if key in self.missing:
            return Peer(name, None, self.missing[key], max_ratio=max_ratio)
        return Peer(name, self.subjects[key].cost_us, note, version, max_ratio)


def tell(contest: Contest, report: Report) -> None:
    subjects, exporter_version = contest.subjects, debian_version(PROGRAM)
    peers = (
        contest.peer("bare", "snmp_exporter", exporter_version, "without labels", BARE_BAR),
        contest.peer("labelled", "snmp_exporter", exporter_version, "with our labels", LABELLED_BAR),
        contest.peer("zabbix", "zabbix-proxy", debian_version(_zabbix_proxy.PACKAGE), "no server to send to"),
        contest.peer("zino", "zino", _peer_environment.version_of("zino"), ZINO_NOTE),
        Peer("telegraf", None, "no package in Debian, so never measured"),
    )
    report.add("walk 48 × 15 by v2c, whole daemon", subjects["daemon"].cost_us or 0.0, "µs", None, peers)
    library = contest.peer("gufo", "gufo-snmp", _peer_environment.version_of("gufo-snmp"), "a library")
    report.add("walk 48 × 15 by v2c, engine alone", subjects["engine"].cost_us or 0.0, "µs", None, (library,))


def measure(options: argparse.Namespace) -> int:
    report = Report()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        _, said = stack.enter_context(running(*python_module("benchmarks._snmp_responder")))
        contest = Contest(stack, Path(name), Field(options.devices, int(said), options.period))
        contest.run(options.minutes)
        tell(contest, report)
    return report.end(options.json)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=60)
    parser.add_argument("--period", type=float, default=10.0, help="seconds; divides a minute")
    parser.add_argument("--minutes", type=int, default=2, help="whole ones, as zino polls once in each")
    add_json_option(parser)
    _peer_environment.hindrance()  # there is no way to PyPI from inside
    return run_inside("benchmarks.snmp_walk", measure, parser)


if __name__ == "__main__":
    sys.exit(main())
