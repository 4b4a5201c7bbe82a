"""A start and a reload of a large fleet: `python -m benchmarks.large_fleet [DEVICES]`.

`opsmon run` over 20,000 (or as many as told) pinged devices on 127.0.0.0/8: from its start until `/readyz` says 200,
and from SIGHUP until the line "reloaded" of its log, once with nothing changed and once with a hundred devices fewer.
Wall time and CPU time: on a machine with other work the second is the one to compare.
"""

import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from benchmarks._process import cpu_s, free_port
from benchmarks.daemon import write_root

FLEET = 20_000
READY_BAR_S, RELOAD_BAR_S = 7.0, 4.0
PATIENCE_S = 120.0


def is_ready(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/readyz", timeout=5).close()  # noqa: S310 - our own loopback address
    except (urllib.error.HTTPError, OSError):
        return False
    return True


def wait(what: str, done: Callable[[], bool]) -> float:
    """Seconds until `done` is true."""
    began_s = time.monotonic()
    while not done():
        if time.monotonic() - began_s > PATIENCE_S:
            raise SystemExit(f"waited {PATIENCE_S:g} s in vain for {what}")
        time.sleep(0.02)
    return time.monotonic() - began_s


def reload(process: "subprocess.Popen[bytes]", log: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a reload."""
    before, cpu_before_s = log.read_text().count("reloaded:"), cpu_s(process.pid)
    process.send_signal(signal.SIGHUP)
    wall_s = wait("the reload", lambda: log.read_text().count("reloaded:") > before)
    return wall_s, cpu_s(process.pid) - cpu_before_s


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else FLEET
    with tempfile.TemporaryDirectory() as folder:
        root, port, log = Path(folder) / "root", free_port(), Path(folder) / "log"
        write_root(root, devices, port)
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "opsmon", "run", "--root", str(root)], stdout=file, stderr=file
            )
        try:
            ready_s = wait("readiness", lambda: is_ready(f"http://127.0.0.1:{port}"))
            used_s = cpu_s(process.pid)
            print(f"{devices:,} devices ready after {ready_s:.1f} s, {used_s:.1f} s of CPU (bar {READY_BAR_S:g} s)")
            wall_s, used_s = reload(process, log)
            print(f"reload with nothing changed: {wall_s:.1f} s, {used_s:.1f} s of CPU (bar {RELOAD_BAR_S:g} s)")
            fleet = root / "inventories" / "fleet.yaml"
            fleet.write_text(fleet.read_text().replace("count: 200", "count: 100", 1))
            wall_s, used_s = reload(process, log)
            print(
                f"reload with a hundred devices fewer: {wall_s:.1f} s, {used_s:.1f} s of CPU (bar {RELOAD_BAR_S:g} s)"
            )
        finally:
            process.terminate()
            process.wait(60)


if __name__ == "__main__":
    main()
