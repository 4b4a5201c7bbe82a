"""From a fault to the message about it: `python -m benchmarks.fault_to_message [DEVICES]`.

`opsmon run` over 20 devices whose pings answer at once, in a network namespace of its own; every one of them dies, one
each few seconds, and a receiver on loopback notes when it hears of which. Told is how long after its first missed ping
began (`startsAt`) the message was there (bar: 10 s), and how long after the death itself; then 300 (or as many as told)
devices die at once: the first message, and the last. For root on Linux, with iproute2, util-linux and nftables.
"""

import argparse
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks._fleet_daemon import fleet_daemon, wait_for
from benchmarks._namespace import run_inside, silence
from benchmarks._process import free_port
from benchmarks._report import Report, add_json_option
from benchmarks._webhook import Webhook

ONE_BY_ONE, AT_ONCE = 20, 300
PERIOD_S, PAUSE_S = 5, 3.0
BAR_S = 10.0

Deaths = dict[str, tuple[float, float]]  # by device: when it was heard of, and when it began


def heard_of(hook: Webhook) -> Deaths:
    """The firing alerts of devices, the first of each."""
    found: Deaths = {}
    for at_s, alert in list(hook.alerts()):
        if alert["status"] == "firing" and alert["labels"]["alertname"] == "DeviceDown":
            began_s = datetime.fromisoformat(alert["startsAt"].replace("Z", "+00:00")).timestamp()
            found.setdefault(alert["labels"]["device"], (at_s, began_s))
    return found


def address(number: int) -> str:
    return f"127.9.{number // 200}.{number % 200 + 1}"


def write_root(root: Path, devices: int, port: int, hook: int) -> None:
    (root / "inventories").mkdir(parents=True)
    settings = f'http: {{listen: "127.0.0.1:{port}"}}\nwebhooks: [{{name: on-call, url: "http://127.0.0.1:{hook}/"}}]\n'
    (root / "opsmon.yaml").write_text(settings, encoding="utf-8")
    lines = "".join(
        f"  - {{name: sw-{number}, address: {address(number)}, kind: switch, checks: [icmp],"
        f" periods: {{icmp: {PERIOD_S}s}}}}\n"
        for number in range(devices)
    )
    (root / "inventories" / "field.yaml").write_text(f"site: field\ndevices:\n{lines}", encoding="utf-8")


def die_one_by_one(hook: Webhook, report: Report) -> None:
    died: dict[str, float] = {}
    for number in range(ONE_BY_ONE):
        died[f"sw-{number}"] = time.time()
        silence([address(number)])
        time.sleep(PAUSE_S)
    wait_for("every death to be told", lambda: len(heard_of(hook)) == ONE_BY_ONE, 60)
    heard = heard_of(hook)
    since_miss_s = max(told - began for told, began in heard.values())
    since_death_s = max(heard[name][0] - at for name, at in died.items())
    print(f"{ONE_BY_ONE} deaths, pinged every {PERIOD_S} s")
    report.add("from the first missed ping to the message, the slowest", since_miss_s, "s", BAR_S)
    report.add("from the death to the message, the slowest", since_death_s, "s")


def die_at_once(hook: Webhook, devices: int, report: Report) -> None:
    already = set(heard_of(hook))
    silence(address(number) for number in range(ONE_BY_ONE, ONE_BY_ONE + devices))
    wait_for("every death to be told", lambda: len(heard_of(hook)) == len(already) + devices, 120)
    fresh = [times for name, times in heard_of(hook).items() if name not in already]
    first_miss_s = min(began for _, began in fresh)
    first_s, last_s = min(told for told, _ in fresh), max(told for told, _ in fresh)
    print(f"{devices} deaths at once, their pings spread over {PERIOD_S} s")
    report.add("from the first missed ping to the first message", first_s - first_miss_s, "s")
    report.add("from the first message to the last", last_s - first_s, "s")


def measure(options: argparse.Namespace) -> int:
    hook, port, report = Webhook(), free_port(), Report()
    hook.start()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        write_root(root, ONE_BY_ONE + options.devices, port, hook.port)
        with fleet_daemon(root, port) as subject:
            wait_for("the daemon", subject.is_ready)
            time.sleep(3 * PERIOD_S)
            die_one_by_one(hook, report)
            die_at_once(hook, options.devices, report)
    return report.end(options.json)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", type=int, nargs="?", default=AT_ONCE)
    add_json_option(parser)
    return run_inside("benchmarks.fault_to_message", measure, parser)


if __name__ == "__main__":
    sys.exit(main())
