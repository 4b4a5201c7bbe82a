"""Three hundred faults at once: `python -m benchmarks.storm [DEVICES] [LATENCY_MS]`.

As many deliveries written at once, the outbox over a real store, and a healthy receiver on loopback that takes
LATENCY_MS (50) for each message: seconds from the commit to the first message and to the last.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from opsmon.clock import WallClock
from opsmon.model.secret import Secret
from opsmon.notify.channel import Channel
from opsmon.notify.lane.outbox import OutboxWorker
from opsmon.store.outbox import NewDelivery
from opsmon.store.store import open_store

FAULTS, LATENCY_MS = 300, 50
FIRST_BAR_S, ALL_BAR_S = 2.0, 10.0
BODY = '{"alerts": [{"status": "firing", "annotations": {"summary": "%s"}}]}' % ("x" * 2_000)


class Receiver:
    """Takes everything, after its latency."""

    def __init__(self, latency_s: float) -> None:
        self.latency_s = latency_s
        self.taken_s: list[float] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
        await asyncio.sleep(self.latency_s)
        self.taken_s.append(time.monotonic())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


async def measure(faults: int, latency_s: float, folder: Path) -> tuple[float, float, float]:
    """Seconds to the first and to the last message, and CPU seconds of all of it."""
    receiver = Receiver(latency_s)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    store = open_store("sqlite:///opsmon.db", folder)
    worker = OutboxWorker(store, [Channel("oncall", Secret(url))], WallClock())
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.5)
    began_s, cpu_before_s = time.monotonic(), time.process_time()
    rows = [NewDelivery(f"i{number}-1-oncall", "oncall", f"i{number}", BODY) for number in range(faults)]
    await asyncio.to_thread(store.commit, [], rows, datetime.now(UTC))
    worker.wake()
    async with asyncio.timeout(120):
        while len(receiver.taken_s) < faults:  # noqa: ASYNC110 - counted, not signalled
            await asyncio.sleep(0.01)
    used_s = time.process_time() - cpu_before_s
    running.cancel()
    server.close()
    store.close()
    return min(receiver.taken_s) - began_s, max(receiver.taken_s) - began_s, used_s


def main() -> None:
    faults = int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS
    latency_ms = float(sys.argv[2]) if len(sys.argv) > 2 else LATENCY_MS
    with tempfile.TemporaryDirectory() as folder:
        first_s, last_s, used_s = asyncio.run(measure(faults, latency_ms / 1000, Path(folder)))
    print(f"{faults} faults at once, a receiver that takes {latency_ms:g} ms for each:")
    print(
        f"first message after {first_s:.2f} s (bar {FIRST_BAR_S:g} s), all after {last_s:.1f} s (bar {ALL_BAR_S:g} s)"
    )
    print(f"{used_s / faults * 1000:.1f} ms of CPU a message, receiver included")


if __name__ == "__main__":
    main()
