"""The whole daemon as a subject: a root with an inventory of benchmark switches, and `opsmon run` over it."""

import http.client
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._measure import python_module, running, wait_until
from benchmarks._process import free_port
from benchmarks._scraper import Scraper
from benchmarks._snmp_responder import COMMUNITY

SITE = "bench"


def address_of(number: int) -> str:
    return f"127.1.{number // 250}.{number % 250 + 1}"


def write_root(folder: Path, devices: int, snmp_port: int, period_s: float, checks: str = "snmp") -> int:
    """A root as `opsmon init` leaves it, with our inventory alone; the port that its daemon will listen on."""
    with running(*python_module("opsmon", "init", str(folder)), said=False) as (process, _):
        assert process.stdout is not None
        process.stdout.read()
    for sample in (folder / "inventories").rglob("*.yaml"):
        sample.unlink()
    port = free_port()
    (folder / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"}}\n', encoding="utf-8")
    write_inventory(folder, devices, snmp_port, period_s, checks)
    return port


def write_inventory(folder: Path, devices: int, snmp_port: int, period_s: float, checks: str = "snmp") -> None:
    """One site with so many switches, each with an address of its own."""
    rows = [f"  - {{name: d{number}, address: {address_of(number)}, kind: switch}}" for number in range(devices)]
    text = f"""site: {SITE}
defaults:
  snmp: {{version: 2c, port: {snmp_port}, community: {COMMUNITY}}}
  profile: if-mib
  checks: [{checks}]
  periods: {{snmp: {period_s:g}s, icmp: {period_s:g}s}}
devices:
"""
    (folder / "inventories" / "bench.yaml").write_text(text + "\n".join(rows) + "\n", encoding="utf-8")


class Daemon:
    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._scraper = Scraper(port)

    def reload(self) -> None:
        os.kill(self.pid, signal.SIGHUP)

    def read(self, path: str) -> bytes:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body[:500]
        return body

    def scrape(self) -> int:
        """One scrape of the site; how many samples of interfaces it brought."""
        return sum(line.startswith("if") for line in self.page().splitlines())

    def page(self) -> str:
        """The page of the site, as Prometheus asks for it by /sd/sites."""
        return self._scraper.read(f"/metrics/site/{SITE}")


@contextmanager
def daemon(root: Path, port: int) -> Iterator[Daemon]:
    """`opsmon run`, once it is ready."""
    words = python_module("opsmon", "run", "--root", str(root))
    with (root / "daemon.log").open("w", encoding="utf-8") as log, running(*words, said=False, log=log) as (process, _):
        wait_until(lambda: _is_ready(port), "opsmon run")
        yield Daemon(process.pid, port)


def _is_ready(port: int) -> bool:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/readyz")
    return connection.getresponse().status == 200
