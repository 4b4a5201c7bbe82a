"""2,000 devices fall silent at once, as what they are reached through died: `python -m benchmarks.outage [DEVICES]`.

`opsmon run` over one switch, so many cameras behind it and 500 other devices, pinged once a minute, in a network
namespace of its own. The answers of the switch and of all behind it are dropped from one moment on. Told is how long
after the first unanswered ping left a message named the switch, how many messages came until every camera had been
asked again, and how late the latest ping of any device was. Exit code 1 where a bar is missed. For root on Linux.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._fleet_daemon import FleetDaemon, fleet_daemon, wait_for
from benchmarks._fleet_root import Fleet, address_of, write_root
from benchmarks._lateness import all_lateness_s
from benchmarks._namespace import run_inside, silence
from benchmarks._ping_tap import PingTap
from benchmarks._report import Report, add_json_option
from benchmarks._scraper import Scraper
from benchmarks._webhook import Webhook

FLEET, PERIOD_S = 2_000, 60.0
BYSTANDERS = 500
ROOT_CAUSE, ROOT_ADDRESS = "core-1", "127.2.0.1"
NAMED_BAR_S, MESSAGES_BAR, LATE_BAR_S = 10.0, 1, 5.0


def write_field(root: Path, devices: int, hook: int) -> int:
    """Bystanders as in every fleet, and a site whose cameras are reached through one switch."""
    hooks = f'webhooks: [{{name: on-call, url: "http://127.0.0.1:{hook}/"}}]\n'
    port = write_root(root, Fleet(BYSTANDERS, period_s=PERIOD_S, extra=hooks))
    cameras = "".join(
        f"  - {{name: cam-{number}, address: {_address(number)}, kind: camera, parents: [{ROOT_CAUSE}]}}\n"
        for number in range(devices)
    )
    (root / "inventories" / "field.yaml").write_text(
        f"site: field\ndefaults: {{checks: [icmp], periods: {{icmp: {PERIOD_S:g}s}}}}\ndevices:\n"
        f"  - {{name: {ROOT_CAUSE}, address: {ROOT_ADDRESS}, kind: switch}}\n{cameras}",
        encoding="utf-8",
    )
    return port


def _address(number: int) -> str:
    """Behind those of the bystanders."""
    return address_of(BYSTANDERS + number)


def follow(subject: FleetDaemon, tap: PingTap, hook: Webhook, devices: int, report: Report) -> None:
    """From a quiet fleet to the moment when each camera has been asked in vain."""
    wait_for("the daemon", subject.is_ready)
    scraper = Scraper(subject.port)
    all_up = f'opsmon_devices{{state="up"}} {devices + BYSTANDERS + 1}'
    wait_for("the first sweep", lambda: all_up in scraper.read("/metrics"))
    time.sleep(PERIOD_S)
    bystanders = {address_of(number) for number in range(BYSTANDERS)}
    died_s, said_before = time.time(), len(hook.messages)
    silence([ROOT_ADDRESS, *(_address(number) for number in range(devices))])
    wait_for("a message that names the switch", lambda: bool(names_of(hook, said_before)))
    told_s = next(at_s for at_s, _ in hook.messages[said_before:])
    time.sleep(2 * PERIOD_S)
    times = tap.times_s()
    missed_s = min(at_s for address in times.keys() - bystanders for at_s in times[address] if at_s > died_s)
    names, messages = names_of(hook, said_before), len(hook.messages) - said_before
    print(f"{devices:,} devices behind {ROOT_CAUSE}: told of were {', '.join(sorted(set(names)))}")
    report.add("from the first unanswered ping to the message", told_s - missed_s, "s", NAMED_BAR_S)
    report.add("messages", messages, "", MESSAGES_BAR)
    report.add("devices told of that are not the root cause", len(set(names) - {ROOT_CAUSE}), "", 0)
    healthy = {address: times[address] for address in bystanders}
    report.add("latest ping of a bystander", max(all_lateness_s(healthy, PERIOD_S)), "s", LATE_BAR_S)
    report.add("latest check, by the daemon's own count", scraper.value("opsmon_probe_lag_seconds"), "s", LATE_BAR_S)


def names_of(hook: Webhook, since: int) -> list[str]:
    """The devices of which messages told."""
    return [alert["labels"].get("device", "?") for _, body in hook.messages[since:] for alert in body["alerts"]]


def measure(options: argparse.Namespace) -> int:
    report, hook = Report(), Webhook()
    hook.start()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        port = write_field(root, options.devices, hook.port)
        with PingTap() as tap, fleet_daemon(root, port) as subject:
            follow(subject, tap, hook, options.devices, report)
    return report.end(options.json)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", type=int, nargs="?", default=FLEET)
    add_json_option(parser)
    return run_inside("benchmarks.outage", measure, parser)


if __name__ == "__main__":
    sys.exit(main())
