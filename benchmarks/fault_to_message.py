"""From a fault to the message about it: `python -m benchmarks.fault_to_message [DEVICES]`.

`opsmon run` over 20 devices whose pings answer at once, in a network namespace of its own; every one of them dies, one
each few seconds, and a receiver on loopback notes when it hears of which. Told is how long after its first missed ping
began (`startsAt`) the message was there (bar: 10 s), and how long after the death itself; then 300 (or as many as told)
devices die at once: the first message, and the last. For root on Linux, with iproute2, util-linux and nftables.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks._process import free_port, wait_for_http

ONE_BY_ONE, AT_ONCE = 20, 300
PERIOD_S, PAUSE_S = 5, 3.0
BAR_S = 10.0
NETWORK = "10.9.0.0/16"
RULES = (
    "add table inet field",
    "add chain inet field input { type filter hook input priority 0 ; }",
    "add set inet field dead { type ipv4_addr ; }",
    "add rule inet field input ip daddr @dead drop",
)


class Heard:
    """The firing alerts of devices, by name: when each was heard of, and when it began."""

    def __init__(self) -> None:
        self.at: dict[str, tuple[float, float]] = {}

    def take(self, body: bytes) -> None:
        for alert in json.loads(body)["alerts"]:
            if alert["status"] == "firing" and alert["labels"]["alertname"] == "DeviceDown":
                began = datetime.fromisoformat(alert["startsAt"].replace("Z", "+00:00")).timestamp()
                self.at.setdefault(alert["labels"]["device"], (time.time(), began))

    def serve(self, port: int) -> None:
        heard = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.take(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: the figures are what is printed."""

        threading.Thread(target=ThreadingHTTPServer(("127.0.0.1", port), Hook).serve_forever, daemon=True).start()

    def wait(self, count: int, within_s: float) -> None:
        ends_s = time.monotonic() + within_s
        while len(self.at) < count and time.monotonic() < ends_s:
            time.sleep(0.05)
        if len(self.at) < count:
            raise SystemExit(f"only {len(self.at)} of {count} deaths were told within {within_s:.0f} s")


def shell(*command: str) -> None:
    subprocess.run(command, check=True)


def address(number: int) -> str:
    return f"10.9.{number // 200}.{number % 200 + 1}"


def kill(*numbers: int) -> None:
    shell("nft", f"add element inet field dead {{ {', '.join(address(number) for number in numbers)} }}")


def write_root(root: Path, devices: int, port: int, hook: int) -> None:
    (root / "inventories").mkdir(parents=True)
    settings = f'http: {{listen: "127.0.0.1:{port}"}}\nwebhooks: [{{name: on-call, url: "http://127.0.0.1:{hook}/"}}]\n'
    (root / "opsmon.yaml").write_text(settings)
    lines = "".join(
        f"  - {{name: sw-{number}, address: {address(number)}, kind: switch, checks: [icmp],"
        f" periods: {{icmp: {PERIOD_S}s}}}}\n"
        for number in range(devices)
    )
    (root / "inventories" / "field.yaml").write_text(f"site: field\ndevices:\n{lines}")


def die_one_by_one(heard: Heard) -> None:
    died: dict[str, float] = {}
    for number in range(ONE_BY_ONE):
        died[f"sw-{number}"] = time.time()
        kill(number)
        time.sleep(PAUSE_S)
    heard.wait(ONE_BY_ONE, 60)
    since_miss = [told - began for told, began in heard.at.values()]
    since_death = [heard.at[name][0] - at for name, at in died.items()]
    worst_s = max(since_miss)
    print(f"{ONE_BY_ONE} deaths, pinged every {PERIOD_S} s: told at most {worst_s:.1f} s after the first missed ping")
    print(f"began (bar {BAR_S:.0f} s), {max(since_death):.1f} s after the death itself")
    if worst_s > BAR_S:
        raise SystemExit(f"above the bar of {BAR_S:.0f} s")


def die_at_once(heard: Heard, devices: int) -> None:
    already = set(heard.at)
    numbers = range(ONE_BY_ONE, ONE_BY_ONE + devices)
    kill(*numbers)
    heard.wait(len(already) + devices, 120)
    fresh = [heard.at[name] for name in heard.at.keys() - already]
    first_miss = min(began for _, began in fresh)
    first, last = min(told for told, _ in fresh), max(told for told, _ in fresh)
    print(f"{devices} deaths at once: the first told {first - first_miss:.1f} s after the first missed ping began, all")
    print(f"{last - first:.1f} s later (their pings are spread over {PERIOD_S} s)")


def measure(devices: int) -> None:
    shell("ip", "link", "set", "lo", "up")
    shell("ip", "route", "add", "local", NETWORK, "dev", "lo")
    for rule in RULES:
        shell("nft", rule)
    heard, port, hook = Heard(), free_port(), free_port()
    heard.serve(hook)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        write_root(root, ONE_BY_ONE + devices, port, hook)
        with (Path(folder) / "log").open("w") as log:
            command = [sys.executable, "-m", "opsmon", "run", "--root", str(root)]
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                wait_for_http(f"http://127.0.0.1:{port}/healthz", 60)
                time.sleep(3 * PERIOD_S)
                die_one_by_one(heard)
                die_at_once(heard, devices)
            finally:
                process.terminate()
                process.wait(30)


def main() -> None:
    """In a network namespace of its own: what is dropped there is dropped for nobody else."""
    words = sys.argv[1:]
    if "--inside" in words:
        measure(int(words[0]))
        return
    devices = words[0] if words else str(AT_ONCE)
    inside = [sys.executable, "-m", "benchmarks.fault_to_message", devices, "--inside"]
    sys.exit(subprocess.run(["unshare", "--net", *inside], check=False).returncode)


if __name__ == "__main__":
    main()
