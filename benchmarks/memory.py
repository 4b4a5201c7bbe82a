"""What a device costs in memory, by kind of check.

python -m benchmarks.memory [KIND ...] [--devices 300] [--where 12]

The whole daemon with so many devices of a kind beside one with few of them: the difference of what the kernel counts,
a device, before anybody scrapes and while every page is scraped once a period. Switches are those of
`benchmarks._varied_responder`: one model, 48 interfaces × 15 columns, and each with its own ifAlias and its own
traffic. The period is short, so that everything that is remembered from poll to poll is there when it is measured.

`--where` starts one of 80 devices with its allocations traced, and tells the lines and the types that hold most,
in kB a device. The traced figures are what Python asked for; the kernel's are larger, by what lies between.
"""

import argparse
import json
import os
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks._measure import python_module, running
from benchmarks._process import free_port, resident_bytes, wait_for_http
from benchmarks._snmp_daemon import SITE, Daemon, address_of
from benchmarks._snmp_responder import COMMUNITY

TOP = Path(__file__).parents[1]
KINDS = {"pinged": "icmp", "walked": "snmp", "tcp": "tcp: {port: PORT}", "ssh": "ssh: {port: PORT}"}
FEW, PERIOD_S, PERIODS = 10, 2.0, 24
TRACED, TRACED_PERIOD_S = 80, 4.0  # tracing makes everything several times slower
PATIENCE_S = 180.0


class Banner(socketserver.BaseRequestHandler):
    """The far end of the checks by TCP: takes the connection and says who it is."""

    def handle(self) -> None:
        self.request.sendall(b"SSH-2.0-benchmark\r\n")


@contextmanager
def listener() -> Iterator[int]:
    """The port of a server on every address of 127.0.0.0/8."""
    socketserver.ThreadingTCPServer.request_queue_size = 1024
    with socketserver.ThreadingTCPServer(("0.0.0.0", 0), Banner) as server:  # noqa: S104
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def write_root(folder: Path, check: str, devices: int, snmp_port: int, period_s: float = PERIOD_S) -> int:
    """A root with so many devices of one check; the port that its daemon will listen on."""
    subprocess.run(python_module("opsmon", "init", str(folder)), check=True, stdout=subprocess.DEVNULL)
    for sample in (folder / "inventories").rglob("*.yaml"):
        sample.unlink()
    port, name = free_port(), check.partition(":")[0]
    (folder / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"}}\n', encoding="utf-8")
    head = f"""site: {SITE}
defaults:
  snmp: {{version: 2c, port: {snmp_port}, community: {COMMUNITY}}}
  profile: if-mib
  checks: [{check if ":" not in check else "{" + check + "}"}]
  periods: {{{name}: {period_s:g}s}}
devices:
"""
    rows = [f"  - {{name: d{number}, address: {address_of(number)}, kind: switch}}\n" for number in range(devices)]
    (folder / "inventories" / "bench.yaml").write_text(head + "".join(rows), encoding="utf-8")
    return port


@contextmanager
def daemon(root: Path, port: int, *command: str) -> Iterator[Daemon]:
    with (root / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=TOP) as process:
        try:
            wait_for_http(f"http://127.0.0.1:{port}/healthz", PATIENCE_S)
            yield Daemon(process.pid, port)
        finally:
            process.terminate()
            process.wait(60)


def wait(done: Callable[[], bool], words: str) -> None:
    """Longer than other benchmarks: a far end in Python makes each of its answers a first time."""
    ends_s = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > ends_s:
            raise TimeoutError(f"waited {PATIENCE_S:g} s in vain for {words}")
        time.sleep(0.2)


def is_up(subject: Daemon, devices: int) -> bool:
    return f'opsmon_devices{{state="up"}} {devices}.0\n'.encode() in subject.read("/metrics")


def settle(subject: Daemon, *, scraped: bool, period_s: float = PERIOD_S) -> None:
    """Waits until everything that is kept from poll to poll is kept."""
    for _ in range(PERIODS):
        if scraped:
            subject.read(f"/metrics/site/{SITE}")
        time.sleep(period_s)


def resident(folder: Path, check: str, devices: int, snmp_port: int) -> tuple[int, int]:
    """Bytes of the daemon before anybody scrapes, and scraped."""
    port = write_root(folder, check, devices, snmp_port)
    with daemon(folder, port, *python_module("opsmon", "run", "--root", str(folder))) as subject:
        wait(partial(is_up, subject, devices), "the first sweep")
        settle(subject, scraped=False)
        alone = resident_bytes(subject.pid)
        settle(subject, scraped=True)
        return alone, resident_bytes(subject.pid)


def held(folder: Path, check: str, devices: int, snmp_port: int) -> dict[str, dict[str, int]]:
    """Bytes by line and by type, of a scraped daemon."""
    port, target = write_root(folder, check, devices, snmp_port, TRACED_PERIOD_S), folder / "held.json"
    words = python_module("benchmarks._traced_daemon", str(target), "run", "--root", str(folder))
    with daemon(folder, port, *words) as subject:
        wait(partial(is_up, subject, devices), "the first sweep")
        settle(subject, scraped=True, period_s=TRACED_PERIOD_S)
        os.kill(subject.pid, signal.SIGUSR1)
        wait(target.exists, "the traced daemon's word")
    found: dict[str, dict[str, int]] = json.loads(target.read_text())
    return found


def tell_where(check: str, snmp_port: int, lines: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        large = held(Path(folder) / "large", check, TRACED, snmp_port)
        small = held(Path(folder) / "small", check, FEW, snmp_port)
    for sort, held_by in large.items():
        more = {name: (size - small[sort].get(name, 0)) / (TRACED - FEW) / 1000 for name, size in held_by.items()}
        print(f"  {sort}, {sum(more.values()):.1f} kB a device in all:")
        for name, each_kb in sorted(more.items(), key=lambda pair: -pair[1])[:lines]:
            print(f"    {each_kb:8.2f} kB  {name}")


def measure(kind: str, check: str, devices: int, snmp_port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = resident(Path(folder) / "small", check, FEW, snmp_port)
        large = resident(Path(folder) / "large", check, devices, snmp_port)
    alone, scraped = ((more - less) / (devices - FEW) / 1000 for more, less in zip(large, small, strict=True))
    words = f"{alone:.1f} kB a device, scraped {scraped:.1f} kB"
    print(f"{kind}: {words}; the daemon of {FEW} devices {small[1] / 1e6:.0f} MB", flush=True)


def main() -> int:
    """Always 0: a machine with other pages of memory is not a broken benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", default=list(KINDS), help=", ".join(KINDS))
    parser.add_argument("--devices", type=int, default=300)
    parser.add_argument("--where", type=int, default=0, metavar="LINES")
    options = parser.parse_args()
    switches = options.devices if "walked" in options.kinds else 0
    responder = python_module("benchmarks._varied_responder", str(switches))
    with running(*responder) as (_, snmp_port), listener() as tcp_port:
        for kind in options.kinds:
            check = KINDS[kind].replace("PORT", str(tcp_port))
            measure(kind, check, options.devices, int(snmp_port))
            if options.where:
                tell_where(check, int(snmp_port), options.where)
    return 0


if __name__ == "__main__":
    sys.exit(main())
