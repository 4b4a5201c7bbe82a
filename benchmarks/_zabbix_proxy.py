"""Debian's zabbix-proxy as a peer: its own SQLite file holds the hosts and items, so that no server is needed.

A passive proxy loads what its database has and polls it; no server ever asks for the values, so they stay in the
database. What it costs to send them is not in its figure, which is to its favour. Items are of the kind that its SNMP
templates make: one object each, fetched in bulk by device.
"""

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks._snmp_exporter import COLUMNS
from benchmarks._snmp_responder import COMMUNITY

PROGRAM, PACKAGE = "zabbix_proxy", "zabbix-proxy-sqlite3"
SCHEMA = Path("/usr/share/zabbix-proxy-sqlite3/schema.sql.gz")
POLLERS = 5
LISTEN_PORT = 31_051  # it takes none above 32,767; nothing is ever sent there
_SNMP, _UNSIGNED = 20, 3  # items.type and items.value_type of Zabbix 6
_SBIN = "/usr/sbin"


def program() -> str | None:
    path = shutil.which(PROGRAM, path=os.pathsep.join((os.environ.get("PATH", ""), _SBIN)))
    return path if path and SCHEMA.exists() else None


class ZabbixProxy:
    """A running one. Many processes: `pid` is the first."""

    def __init__(self, pid: int, database: Path) -> None:
        self.pid, self._database = pid, database

    def values(self) -> int:
        """How many it has written so far."""
        with closing(sqlite3.connect(self._database, timeout=30)) as database:
            count = database.execute("select seq from sqlite_sequence where name = 'proxy_history'").fetchone()
        return int(count[0]) if count else 0


@contextmanager
def zabbix_proxy(folder: Path, addresses: list[str], port: int, period_s: float, rows: int) -> Iterator[ZabbixProxy]:
    """It polls `rows` interfaces of every address once a period."""
    path = program()
    assert path is not None
    folder.mkdir()
    database = folder / "proxy.db"
    _fill(database, addresses, port, period_s, rows)
    config = folder / "proxy.conf"
    config.write_text(
        f"ProxyMode=1\nServer=127.0.0.1\nHostname=benchmark\nListenIP=127.0.0.1\nListenPort={LISTEN_PORT}\n"
        f"LogFile={folder}/proxy.log\nPidFile={folder}/proxy.pid\nSocketDir={folder}\nDBName={database}\n"
        f"StartPollers={POLLERS}\nStartPollersUnreachable=1\nStartTrappers=1\nStartDiscoverers=0\nStartHTTPPollers=0\n"
        "CacheSize=128M\nHistoryCacheSize=32M\nAllowRoot=1\n",
        encoding="ascii",
    )
    quiet = subprocess.DEVNULL
    with subprocess.Popen([path, "-f", "-c", str(config)], stdout=quiet, stderr=quiet) as process:
        try:
            yield ZabbixProxy(process.pid, database)
        finally:
            process.terminate()
            process.wait(60)


def _fill(file: Path, addresses: list[str], port: int, period_s: float, rows: int) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(gzip.decompress(SCHEMA.read_bytes()).decode("utf-8"))
        database.execute("insert into hstgrp (groupid, name) values (1, 'devices')")
        database.execute("insert into config (configid, discovery_groupid) values (1, 1)")
        for host, address in enumerate(addresses, start=1):
            database.execute("insert into hosts (hostid, host, name) values (?, ?, ?)", (host, address, address))
            database.execute(
                "insert into interface (interfaceid, hostid, main, type, ip, port) values (?, ?, 1, 2, ?, ?)",
                (host, host, address, str(port)),
            )
            database.execute(
                "insert into interface_snmp (interfaceid, version, bulk, community) values (?, 2, 1, ?)",
                (host, COMMUNITY),
            )
            _fill_items(database, host, f"{period_s:g}s", rows)


def _fill_items(database: sqlite3.Connection, host: int, delay: str, rows: int) -> None:
    objects = [(name, oid, row) for row in range(1, rows + 1) for name, oid in COLUMNS.items()]
    first = (host - 1) * len(objects) + 1
    items = [
        (first + place, _SNMP, f"{oid}.{row}", host, f"{name} {row}", f"{name}[{row}]", delay, _UNSIGNED, host)
        for place, (name, oid, row) in enumerate(objects)
    ]
    names = "itemid, type, snmp_oid, hostid, name, key_, delay, value_type, interfaceid"
    database.executemany(f"insert into items ({names}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)", items)  # noqa: S608 - ours
    database.executemany("insert into item_rtdata (itemid) values (?)", [(item[0],) for item in items])
