"""A PostgreSQL server of the tests: in a temporary folder, on loopback and a socket, started as an ordinary user."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.support.port import free_port
from tests.support.programs import missing, way_to

PASSWORD = "a-password-of-the-tests"
PATIENCE_S = 60.0
_DEBIAN = Path("/usr/lib/postgresql")
# Sorted by the rules of a language, so that a column that forgets to ask for code points is found.
_INITDB = (
    "--no-sync", "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8",
    "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US",
)  # fmt: skip


def program(name: str) -> str:
    """The path of one of the server's programs. Skips the test where it is missing, or fails it in CI."""
    found = way_to(name) or next((str(one) for one in sorted(_DEBIAN.glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        missing(f"PostgreSQL's {name} is not installed (Debian: postgresql)")
    return found


class PostgresServer:
    """Runs from `start` to `stop`; what was written outlives a `kill`. `initdb` refuses root, who becomes nobody."""

    def __init__(self) -> None:
        self._postgres = program("postgres")
        self.folder = Path(tempfile.mkdtemp(prefix="opsmon-pg-"))
        self.port = free_port()
        self._user: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        if self._user:
            os.chown(self.folder, 65534, 65534)
        self._number = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket_url(self) -> str:
        """Of the database on the socket, where no password is asked for."""
        return f"postgresql+psycopg://opsmon@/opsmon?host={self.folder}&port={self.port}"

    def make(self) -> None:
        """An empty cluster, with a role that may do nothing but own its database."""
        command = [program("initdb"), "--pgdata", str(self.folder / "data"), *_INITDB]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, timeout=120, **self._user)
        self.start()
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE opsmon LOGIN PASSWORD '{PASSWORD}'")
            admin.execute("CREATE DATABASE opsmon OWNER opsmon")

    @property
    def admin(self) -> str:
        return f"host={self.folder} port={self.port} user=postgres dbname=postgres"

    def start(self) -> None:
        """Returns when it takes connections."""
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
            "max_connections": 200, "synchronous_commit": "off",  # we have to insist
        }  # fmt: skip
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._postgres, "-D", str(self.folder / "data"), *words],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder, start_new_session=True, **self._user,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "log").read_text("utf-8", "replace")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.admin):
            return True
        return False

    def kill(self) -> None:
        """SIGKILL to the server and all of its processes, as by a machine that loses its power."""
        assert self._process is not None
        children = _children_of(self._process.pid)  # each in a group of its own; of a dead parent they are nobody's
        for process in (self._process.pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait(PATIENCE_S)
        self._process = None

    def stop(self) -> None:
        """At once, and for good."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_S)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_schema(self) -> str:
        """The URL, on the socket, of an empty store of its own."""
        name = f"store_{next(self._number)}"
        with self.connect() as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self.socket_url}&options=-csearch_path%3D{name}"

    def over_tcp(self, url: str, port: int | None = None) -> str:
        """The same store over TCP, where a password is asked for; at another port, of who forwards to it."""
        return f"postgresql://opsmon@127.0.0.1:{port or self.port}/opsmon?{url.rpartition('&')[2]}"

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection of somebody else, each of its statements a transaction."""
        return psycopg.connect(f"host={self.folder} port={self.port} user=opsmon dbname=opsmon", autocommit=True)


def _children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@contextlib.contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server of its own, for a test that kills it."""
    server = PostgresServer()
    try:
        server.make()
        yield server
    finally:
        server.stop()
