"""From the start of the daemon until each of 2,000 devices has been pinged and polled over SNMP once.

python -m benchmarks.snmp_first_sweep [--devices 2000] [--interfaces 4] [--period 60]

The devices are addresses of 127.0.0.0/8, answered by one responder process and by the kernel. The target is 70 s at a
period of 60 s. Prints the CPU and the memory that the daemon took for it, too.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks._measure import python_module, running
from benchmarks._process import cpu_s, resident_bytes
from benchmarks._snmp_daemon import Daemon, daemon, write_root

TARGET_S = 70.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--interfaces", type=int, default=4)
    parser.add_argument("--period", type=float, default=60.0)
    options = parser.parse_args()
    responder = python_module("benchmarks._snmp_responder", "--interfaces", str(options.interfaces))
    with tempfile.TemporaryDirectory() as name, running(*responder) as (_, port):
        root = Path(name) / "root"
        listening = write_root(root, options.devices, int(port), options.period, checks="icmp, snmp")
        began_s = time.monotonic()
        with daemon(root, listening) as subject:
            ready_s = time.monotonic() - began_s
            done = wait_for_all(subject, options.devices, began_s)
            took_s = time.monotonic() - began_s
            used_s, held = cpu_s(subject.pid), resident_bytes(subject.pid)
    print(
        f"{done} of {options.devices} devices known {took_s:.1f} s after the start (ready after {ready_s:.1f} s); "
        f"target {TARGET_S:g} s; CPU {used_s:.1f} s, memory {held / 1e6:.0f} MB"
    )


def wait_for_all(subject: Daemon, devices: int, began_s: float) -> int:
    """How many devices have both samples, once all have, or when it has taken twice too long."""
    done = 0
    while done < devices and time.monotonic() - began_s < 2 * TARGET_S:
        time.sleep(1.0)
        done = sum(has_both(device) for device in json.loads(subject.read("/api/v1/devices")))
    return done


def has_both(device: dict[str, object]) -> bool:
    checks = device.get("checks")
    return isinstance(checks, list) and len({check["name"] for check in checks if check.get("outcome") == "ok"}) == 2


if __name__ == "__main__":
    main()
