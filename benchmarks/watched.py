"""What it costs that somebody watches `opsmon top`: processor time of the daemon with and without, and of the screen.

python -m benchmarks.watched [DEVICES] [--seconds 30] [--windows 3]

A daemon that pings DEVICES on loopback once a minute (2,000 unless told, a fifth of them walked would hide it) is left
alone and watched in turn; the screen is drawn on a terminal of 120 × 40 every 2 s. Told in hundredths of a core, the
median of the windows.
"""

import argparse
import fcntl
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks._fleet_daemon import fleet_daemon, use_of, wait_for
from benchmarks._fleet_root import Fleet, write_root
from benchmarks._measure import python_module

SWEEP_S = 70.0  # the first one, and a while
SETTLE_S = 3.0


@contextmanager
def screen_of(root: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`opsmon top` on a terminal that somebody reads."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    words = python_module("opsmon", "top", "--root", str(root))
    environ = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, env=environ, start_new_session=True) as process:
        reader = threading.Thread(target=_read_all, args=(ours,), daemon=True)
        reader.start()
        try:
            yield process
        finally:
            os.write(ours, b"q")
            process.wait(60)
            os.close(theirs)


def _read_all(terminal: int) -> None:
    try:
        while os.read(terminal, 65_536):
            continue
    except OSError:
        return  # the other end is closed


def share_of(pid: int, seconds: float) -> float:
    with use_of(pid) as used:
        time.sleep(seconds)
        return used().share


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", type=int, nargs="?", default=2_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--windows", type=int, default=3)
    options = parser.parse_args()
    alone, watched, drawn = list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        port = write_root(root, Fleet(options.devices))
        with fleet_daemon(root, port) as daemon:
            wait_for("the daemon", daemon.is_ready)
            time.sleep(SWEEP_S)
            for _ in range(options.windows):
                alone.append(share_of(daemon.pid, options.seconds))
                with screen_of(root) as screen:
                    time.sleep(SETTLE_S)
                    with use_of(screen.pid) as used:
                        watched.append(share_of(daemon.pid, options.seconds))
                        drawn.append(used().share)
    left, seen, top = (100 * median(shares) for shares in (alone, watched, drawn))
    print(
        f"{options.devices:,} devices: the daemon left alone {left:.2f} % of a core, watched {seen:.2f} %", flush=True
    )
    print(f"ratio {seen / left:.3f}; `opsmon top` itself {top:.2f} %", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
