"""The whole daemon under a fleet: `python -m benchmarks.daemon [DEVICES]`.

`opsmon run` over 2,000 (or as many as told) devices on 127.0.0.0/8, each pinged once a minute: from its start to the
first full sweep (bar: 70 s), CPU of the minute after it, and memory a device against a root of 100 devices (bar: 25
kB).
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._process import cpu_s, free_port, resident_bytes, wait_for_http

FLEET, SMALL = 2_000, 100
SWEEP_BAR_S, DEVICE_BAR_KB = 70.0, 25.0
PER_NETWORK = 200


def write_root(root: Path, devices: int, port: int) -> None:
    """One site, its devices in ranges of 200."""
    (root / "inventories").mkdir(parents=True)
    (root / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"}}\n')
    ranges = "".join(
        f'  - {{name: "cam-{block}-{{n}}", address: 127.1.{block}.0/24, first: 1,'
        f" count: {min(PER_NETWORK, devices - block * PER_NETWORK)}, kind: camera, checks: [icmp]}}\n"
        for block in range((devices + PER_NETWORK - 1) // PER_NETWORK)
    )
    (root / "inventories" / "fleet.yaml").write_text(f"site: fleet\ndevices: []\nranges:\n{ranges}")


@contextmanager
def daemon(devices: int) -> Iterator[tuple[int, str]]:
    """The process and its address."""
    with tempfile.TemporaryDirectory() as folder:
        root, port = Path(folder) / "root", free_port()
        write_root(root, devices, port)
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "opsmon", "run", "--root", str(root)], stdout=log, stderr=log
            )
            try:
                yield process.pid, f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait(30)


def devices_up(url: str) -> int:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310 - our own loopback address
        lines = answer.read().decode().splitlines()
    return int(float(next(line for line in lines if line.startswith('opsmon_devices{state="up"}')).split()[-1]))


def sweep(devices: int) -> tuple[float, float, float]:
    """Seconds to the first full sweep, share of a core in the next minute, and memory in kB."""
    began_s = time.monotonic()
    with daemon(devices) as (pid, url):
        wait_for_http(f"{url}/healthz", 120)
        while devices_up(url) < devices:
            if time.monotonic() - began_s > 5 * SWEEP_BAR_S:
                raise SystemExit(f"only {devices_up(url)} of {devices} answered: may this user ping?")
            time.sleep(0.5)
        swept_s = time.monotonic() - began_s
        before_s, at_s = cpu_s(pid), time.monotonic()
        time.sleep(60)
        share = (cpu_s(pid) - before_s) / (time.monotonic() - at_s)
        return swept_s, share, resident_bytes(pid) / 1024


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else FLEET
    _, _, small_kb = sweep(SMALL)
    swept_s, share, kb = sweep(devices)
    each_kb = (kb - small_kb) / (devices - SMALL)
    print(f"{devices:,} devices pinged once a minute: first full sweep after {swept_s:.1f} s (bar {SWEEP_BAR_S:.0f} s)")
    print(f"then {share:.2%} of a core; {kb / 1024:.0f} MB, {each_kb:.1f} kB a device (bar {DEVICE_BAR_KB:.0f} kB)")


if __name__ == "__main__":
    main()
