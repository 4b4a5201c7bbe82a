"""Debian's prometheus-snmp-exporter as the peer: its configuration for the same columns and labels, and a scrape."""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._measure import running, wait_until
from benchmarks._process import free_port
from benchmarks._scraper import Scraper
from benchmarks._snmp_responder import COMMUNITY

PROGRAM = "prometheus-snmp-exporter"
COLUMNS = {
    "ifAdminStatus": "1.3.6.1.2.1.2.2.1.7", "ifOperStatus": "1.3.6.1.2.1.2.2.1.8",
    "ifInDiscards": "1.3.6.1.2.1.2.2.1.13", "ifInErrors": "1.3.6.1.2.1.2.2.1.14",
    "ifOutDiscards": "1.3.6.1.2.1.2.2.1.19", "ifOutErrors": "1.3.6.1.2.1.2.2.1.20",
    "ifHCInOctets": "1.3.6.1.2.1.31.1.1.1.6", "ifHCInUcastPkts": "1.3.6.1.2.1.31.1.1.1.7",
    "ifHCInMulticastPkts": "1.3.6.1.2.1.31.1.1.1.8", "ifHCInBroadcastPkts": "1.3.6.1.2.1.31.1.1.1.9",
    "ifHCOutOctets": "1.3.6.1.2.1.31.1.1.1.10", "ifHCOutUcastPkts": "1.3.6.1.2.1.31.1.1.1.11",
    "ifHCOutMulticastPkts": "1.3.6.1.2.1.31.1.1.1.12", "ifHCOutBroadcastPkts": "1.3.6.1.2.1.31.1.1.1.13",
    "ifHighSpeed": "1.3.6.1.2.1.31.1.1.1.15",
}  # fmt: skip
LABELS = {
    "ifAlias": "1.3.6.1.2.1.31.1.1.1.18",
    "ifDescr": "1.3.6.1.2.1.2.2.1.2",
    "ifName": "1.3.6.1.2.1.31.1.1.1.1",
}
GAUGES = ("ifAdminStatus", "ifOperStatus", "ifHighSpeed")


def configuration(*, with_labels: bool) -> str:
    """A module as its generator writes it (JSON is YAML)."""
    lookups = [
        {"labels": ["ifIndex"], "labelname": name, "oid": oid, "type": "DisplayString"} for name, oid in LABELS.items()
    ]
    metrics = [
        {
            "name": name, "oid": oid, "type": "gauge" if name in GAUGES else "counter", "help": name,
            "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
            **({"lookups": lookups} if with_labels else {}),
        }
        for name, oid in COLUMNS.items()
    ]  # fmt: skip
    walk = [*COLUMNS.values(), *(LABELS.values() if with_labels else ())]
    module = {"walk": sorted(walk), "version": 2, "auth": {"community": COMMUNITY}, "metrics": metrics}
    return json.dumps({"if_mib": module})


class Exporter:
    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self._scraper = Scraper(port)

    def scrape(self, target: str) -> int:
        """One scrape, as Prometheus does it; how many samples of interfaces it brought."""
        page = self._scraper.read(f"/snmp?module=if_mib&target={target}")
        return sum(line.startswith("if") for line in page.splitlines())


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


@contextmanager
def exporter(folder: Path, *, with_labels: bool = True) -> Iterator[Exporter]:
    """The exporter, running on a port of its own."""
    configured = folder / f"snmp-{with_labels}.yml"
    configured.write_text(configuration(with_labels=with_labels), encoding="utf-8")
    port = free_port()
    command = (PROGRAM, f"--config.file={configured}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error")
    with running(*command, said=False) as (process, _):
        wait_until(lambda: _is_listening(port), PROGRAM)
        yield Exporter(process.pid, port)


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
