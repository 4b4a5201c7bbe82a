"""Pings of a fleet: CPU against blackbox_exporter at the same pace, share of a core, memory a device.

python -m benchmarks.fleet_ping [--devices 5000] [--period 30]

Ours: scheduler, fleet pinger, state room, last samples kept, the site's page written once a period. The peer: Debian's
prometheus-blackbox-exporter, scraped once a period for each target over kept-alive connections by a third process,
whose time counts for nobody. Both ping addresses of 127.0.0.0/8 during the same seconds. Needs root, or
net.ipv4.ping_group_range.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks._process import cpu_s, free_port, wait_for_http

CPU_LIMIT = 0.25
CORE_LIMIT = 0.03
MEMORY_LIMIT_BYTES = 25_000
MODULES = "modules: {icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}}\n"
CONNECTIONS = 8


@dataclass
class Peer:
    """A running blackbox_exporter, and what it cost while we looked."""

    process: "subprocess.Popen[bytes]"
    port: int
    scraped: int = 0
    failed: int = 0
    cpu_s: float = 0.0


def start_peer(folder: Path) -> Peer | None:
    program = shutil.which("prometheus-blackbox-exporter")
    if program is None:
        return None
    config, port = folder / "blackbox.yml", free_port()
    config.write_text(MODULES, encoding="ascii")
    process = subprocess.Popen(
        [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_http(f"http://127.0.0.1:{port}/metrics")
    return Peer(process, port)


async def scrape_peer(peer: Peer, devices: int, period_s: float) -> None:
    """Every target once in one period, evenly spread; the peer's CPU time of exactly these seconds."""
    await asyncio.sleep(period_s + 2)  # while our side warms up
    before_s, began_s = cpu_s(peer.process.pid), time.monotonic()
    lanes = (scrape_lane(peer, range(lane, devices, CONNECTIONS), devices, period_s) for lane in range(CONNECTIONS))
    await asyncio.gather(*lanes)
    await asyncio.sleep(max(0.0, began_s + period_s - time.monotonic()))
    peer.cpu_s = cpu_s(peer.process.pid) - before_s


async def scrape_lane(peer: Peer, numbers: range, devices: int, period_s: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", peer.port)
    began_s = time.monotonic()
    for number in numbers:
        await asyncio.sleep(max(0.0, began_s + number * period_s / devices - time.monotonic()))
        target = f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"
        path = f"/probe?module=icmp&target={target}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        body = await read_body(reader)
        peer.scraped += 1
        peer.failed += b"\nprobe_success 1" not in body
    writer.close()


async def read_body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return await reader.readexactly(length)
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


async def run_ours(devices: int, period_s: float) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks._ping_fleet", f"--devices={devices}", f"--period={period_s}",
        stdout=subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("our side did not run to its end")
    result: dict[str, float] = json.loads(out)
    return result


async def compare(devices: int, period_s: float) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        peer = start_peer(Path(folder))
        try:
            ours_running = asyncio.create_task(run_ours(devices, period_s))
            if peer:
                await scrape_peer(peer, devices, period_s)
            ours = await ours_running
        finally:
            if peer:
                peer.process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    peer.process.wait(10)
    return report(ours, peer, devices, period_s)


def report(ours: dict[str, float], peer: Peer | None, devices: int, period_s: float) -> bool:
    """Prints the figures; whether all of them are within their limits."""
    per_ping_s = ours["cpu_s"] / max(ours["pings"], 1)
    pace = devices / period_s
    share = per_ping_s * 10_000 / 60
    print(f"{devices} devices every {period_s:g} s: {pace:.0f} pings a second, {ours['up']:.0f} devices found up")
    print(f"ours: {per_ping_s * 1e6:.0f} µs of CPU a ping, longest lag {ours['lag_s'] * 1e3:.0f} ms")
    figures = [("share of a core at 10,000 pings a minute", share, CORE_LIMIT)]
    if peer and peer.scraped:
        theirs_s = peer.cpu_s / peer.scraped
        print(f"blackbox_exporter: {theirs_s * 1e6:.0f} µs of CPU a ping, {peer.failed} of {peer.scraped} failed")
        figures.append(("CPU, ours / blackbox_exporter", per_ping_s / theirs_s, CPU_LIMIT))
    else:
        print("blackbox_exporter is not installed (Debian: prometheus-blackbox-exporter)")
    figures.append(("bytes a pinged device", ours["bytes_per_device"], MEMORY_LIMIT_BYTES))
    for name, value, limit in figures:
        print(f"{name}: {value:.4g} (limit {limit:g}) {'ok' if value <= limit else 'OVER'}")
    return all(value <= limit for _, value, limit in figures) and ours["up"] == devices


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=5000)
    parser.add_argument("--period", type=float, default=30.0)
    options = parser.parse_args()
    return 0 if asyncio.run(compare(options.devices, options.period)) else 1


if __name__ == "__main__":
    sys.exit(main())
