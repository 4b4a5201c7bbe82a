"""`opsmon run` over the root of a fleet, seen from outside: its process, its log, what it used between two moments."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks._measure import python_module
from benchmarks._process import cpu_s, resident_bytes

PATIENCE_S = 180.0


@dataclass(frozen=True, slots=True)
class FleetDaemon:
    """`started_at_s` is in seconds since the epoch."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    started_at_s: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_ready(self) -> bool:
        """Raises RuntimeError when it has ended."""
        if self.process.poll() is not None:
            raise RuntimeError(f"the daemon has ended:\n{self.log.read_text(encoding='utf-8')[-2000:]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).close()
        except (urllib.error.HTTPError, OSError):
            return False
        return True

    def said(self, words: str) -> int:
        """How often its log has the words."""
        return self.log.read_text(encoding="utf-8").count(words)

    def reload(self) -> None:
        os.kill(self.pid, signal.SIGHUP)


@contextmanager
def fleet_daemon(root: Path, port: int) -> Iterator[FleetDaemon]:
    """From the moment it is started, not yet ready."""
    log = root / "daemon.log"
    words = python_module("opsmon", "run", "--root", str(root))
    with log.open("w", encoding="utf-8") as file, subprocess.Popen(words, stdout=file, stderr=file) as process:
        try:
            yield FleetDaemon(process, port, log, time.time())
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(what: str, done: Callable[[], bool], within_s: float = PATIENCE_S) -> float:
    """Seconds until it is true. Raises TimeoutError."""
    began_s = time.monotonic()
    while not done():
        if time.monotonic() - began_s > within_s:
            raise TimeoutError(f"waited {within_s:g} s in vain for {what}")
        time.sleep(0.02)
    return time.monotonic() - began_s


@dataclass(frozen=True, slots=True)
class Use:
    """What a process used in a window, and what it held at its end."""

    share: float  # of a core
    resident_mb: float


@contextmanager
def use_of(pid: int) -> Iterator[Callable[[], Use]]:
    """Asked after the block: from its begin to that moment."""
    before_s, began_s = cpu_s(pid), time.monotonic()

    def so_far() -> Use:
        share = (cpu_s(pid) - before_s) / (time.monotonic() - began_s)
        return Use(share, resident_bytes(pid) / 1e6)

    yield so_far
