"""Pings of a fleet by the whole daemon: CPU against blackbox_exporter at the same pace, share of a core, memory.

python -m benchmarks.fleet_ping [--devices 5000] [--period 30]

Ours is `opsmon run` over a root of devices that are only pinged: scheduler, pinger, state, journal, last samples, and
the site's page fetched once a period. The peer is Debian's prometheus-blackbox-exporter, scraped once a period for
each device over kept-alive connections; what the scraper uses counts for nobody. Both ping addresses of 127.0.0.0/8
during the same seconds, after a warm-up of one period. Needs root, or net.ipv4.ping_group_range.
"""

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks._process import cpu_s, free_port, resident_bytes, wait_for_http
from benchmarks._report import Report, add_json_option
from benchmarks._rows import Peer as Compared
from benchmarks._snmp_daemon import Daemon, address_of, daemon, write_root
from benchmarks._versions import debian_version

CPU_LIMIT = 0.15
CORE_LIMIT = 0.03
MEMORY_LIMIT_KB = 25
PROGRAM = "prometheus-blackbox-exporter"
MODULES = "modules: {icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}}\n"
CONNECTIONS = 8
UNUSED_PORT = 9  # of an SNMP agent that nothing asks


@dataclass
class Peer:
    """A running blackbox_exporter, and what it did while we looked."""

    pid: int
    port: int
    scraped: int = 0
    failed: int = 0
    cpu_s: float = 0.0


@dataclass
class Ours:
    """What the daemon did while we looked."""

    cpu_s: float
    pings: int
    up: int
    bytes_per_device: float


@contextmanager
def running_peer(folder: Path) -> Iterator[Peer | None]:
    program = shutil.which(PROGRAM)
    if program is None:
        yield None
        return
    config, port = folder / "blackbox.yml", free_port()
    config.write_text(MODULES, encoding="ascii")
    process = subprocess.Popen(
        [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_http(f"http://127.0.0.1:{port}/metrics")
        yield Peer(process.pid, port)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)


async def scrape_peer(peer: Peer, devices: int, period_s: float) -> None:
    """Every device once in one period, evenly spread."""
    lanes = (scrape_lane(peer, range(lane, devices, CONNECTIONS), devices, period_s) for lane in range(CONNECTIONS))
    before_s = cpu_s(peer.pid)
    await asyncio.gather(*lanes)
    peer.cpu_s = cpu_s(peer.pid) - before_s


async def scrape_lane(peer: Peer, numbers: range, devices: int, period_s: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", peer.port)
    began_s = time.monotonic()
    for number in numbers:
        await asyncio.sleep(max(0.0, began_s + number * period_s / devices - time.monotonic()))
        path = f"/probe?module=icmp&target={address_of(number)}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        body = await read_body(reader)
        peer.scraped += 1
        peer.failed += b"\nprobe_success 1" not in body
    writer.close()


async def read_body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    body = await read_raw(reader, head)
    return zlib.decompress(body, 31) if b"content-encoding: gzip" in head else body


async def read_raw(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"content-length:" in head:
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return await reader.readexactly(length)
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def empty_daemon_bytes(folder: Path, period_s: float) -> int:
    """What the daemon holds with one device."""
    port = write_root(folder, 1, UNUSED_PORT, period_s, checks="icmp")
    with daemon(folder, port) as subject:
        subject.page()
        return resident_bytes(subject.pid)


def answered(subject: Daemon) -> int:
    """Pings answered so far, by the daemon's own count."""
    match = re.search(rb'^opsmon_ping_packets_total\{event="answered"\} (\S+)$', subject.read("/metrics"), re.MULTILINE)
    if match is None:
        raise SystemExit("the daemon does not count its pings")
    return int(float(match[1]))


async def compare(folder: Path, devices: int, period_s: float) -> tuple[Ours, Peer | None]:
    empty_bytes = empty_daemon_bytes(folder / "empty", period_s)
    port = write_root(folder / "root", devices, UNUSED_PORT, period_s, checks="icmp")
    with running_peer(folder) as peer, daemon(folder / "root", port) as subject:
        await asyncio.sleep(period_s + 5)
        subject.page()
        pings, used_s = answered(subject), cpu_s(subject.pid)
        window = asyncio.create_task(asyncio.sleep(period_s))
        if peer:
            await scrape_peer(peer, devices, period_s)
        await window
        page = subject.page()
        held = resident_bytes(subject.pid) - empty_bytes
        up = len(re.findall(r"^opsmon_device_up\{.*\} 1$", page, re.MULTILINE))
        ours = Ours(cpu_s(subject.pid) - used_s, answered(subject) - pings, up, held / devices)
    return ours, peer


def tell(ours: Ours, peer: Peer | None, options: argparse.Namespace, report: Report) -> None:
    per_ping_us = 1e6 * ours.cpu_s / max(ours.pings, 1)
    pace = f"{options.devices / options.period:.0f} pings a second"
    print(f"{options.devices} devices every {options.period:g} s: {pace}, {ours.pings} answered, {ours.up} devices up")
    theirs = Compared("blackbox_exporter", None, f"apt-get install {PROGRAM}", max_ratio=CPU_LIMIT)
    if peer and peer.scraped:
        cost_us = 1e6 * peer.cpu_s / peer.scraped
        note = f"{peer.failed} of {peer.scraped} failed" if peer.failed else ""
        theirs = Compared("blackbox_exporter", cost_us, note, debian_version(PROGRAM), CPU_LIMIT)
    report.add("ping, whole daemon", per_ping_us, "µs", None, (theirs,))
    report.add("10,000 pings a minute, share of a core", per_ping_us * 10_000 / 60e6, "", CORE_LIMIT)
    report.add("memory of a pinged device", ours.bytes_per_device / 1e3, "kB", MEMORY_LIMIT_KB)
    report.add("devices not up at the end", options.devices - ours.up, "", 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=5000)
    parser.add_argument("--period", type=float, default=30.0)
    add_json_option(parser)
    options, report = parser.parse_args(), Report()
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = asyncio.run(compare(Path(folder), options.devices, options.period))
        tell(ours, peer, options, report)
    return report.end(options.json)


if __name__ == "__main__":
    sys.exit(main())
