"""Backing up 1,000 devices of 200 kB that answer after half a second, at 40 threads; RANCID on the same devices.

Wanted: 3 minutes at most on two cores, 600 MB at most. RANCID reads a sample of the devices, with the one command that
shows the configuration, twenty at a time; both are told as wall and CPU time a device.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from benchmarks._backup_devices import PASSWORD, USER, address_of
from benchmarks._measure import python_module, running

DEVICES, THREADS = 1000, 40
SAMPLE, PARALLEL = 60, 20
WALL_LIMIT_S, MEMORY_LIMIT_MB = 180.0, 600.0
RANCID, TYPES = Path("/usr/lib/rancid/bin/rancid"), Path("/etc/rancid/rancid.types.conf")
MIN_BYTES = 100_000
TOP = Path(__file__).parents[1]


def write_root(root: Path, port: int) -> None:
    ssh = f"{{username: {USER}, password: {{env: BENCH_PASSWORD}}, port: {port}, platform: cisco_ios}}"
    lines = ["site: bench", f"defaults: {{ssh: {ssh}}}", "devices:"]
    lines += [f"  - {{name: device-{n}, address: {address_of(n)}, kind: switch}}" for n in range(DEVICES)]
    (root / "inventories").mkdir(parents=True)
    (root / "inventories" / "bench.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def ours(root: Path, label: str) -> float:
    """One run; prints and returns its wall time."""
    environ = {**os.environ, "BENCH_PASSWORD": PASSWORD, "PYTHONPATH": str(TOP / "src")}
    words = [sys.executable, "-m", "opsmon", "backup", "run", "--threads", str(THREADS), "--root", str(root), "--json"]
    began, used = time.monotonic(), children_cpu_s()
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE) as process:
        peak = watch_memory(process)
        assert process.stdout
        answer = json.load(process.stdout)
    wall_s, cpu_s = time.monotonic() - began, children_cpu_s() - used
    assert answer["good"] == DEVICES, answer["results"][0]
    each = f"{1000 * wall_s / DEVICES:.0f} ms of wall and {1000 * cpu_s / DEVICES:.0f} ms of CPU a device"
    verdict = "as wanted" if wall_s <= WALL_LIMIT_S and peak.result() <= MEMORY_LIMIT_MB else "NOT as wanted"
    print(f"opsmon, {label}: {DEVICES} devices in {wall_s:.0f} s ({each}), peak {peak.result():.0f} MB: {verdict}")
    return wall_s


def watch_memory(process: "subprocess.Popen[bytes]") -> "Future[float]":
    """The most memory that the process and its git processes had together, in MB, when it is over."""
    pool = ThreadPoolExecutor(1)

    def watch() -> float:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, tree_mb(process.pid))
            time.sleep(0.2)
        return peak

    return pool.submit(watch)


def tree_mb(pid: int) -> float:
    total = 0.0
    for one in (str(pid), *children_of(pid)):
        try:
            path = Path(f"/proc/{one}/smaps_rollup")
            found = next(line for line in path.read_text("ascii").splitlines() if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
        total += int(found.split()[1]) / 1024
    return total


def children_of(pid: int) -> list[str]:
    found: list[str] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += path.read_text("ascii").split()
        except OSError:
            continue
    return found


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rancids(folder: Path, port: int) -> None:
    """RANCID's own collector for each device of the sample, with its time told.

    Its types of devices are read of /etc/rancid alone, so ours is put over that file in a mount namespace of its own.
    """
    if not RANCID.exists() or not TYPES.exists() or shutil.which("expect") is None:
        print("RANCID is not installed (Debian: rancid)")
        return
    write_rancid(folder, port)
    own = f"mount --bind {folder / 'types'} {TYPES} && exec {sys.executable} -m benchmarks.backup --rancid {folder}"
    subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", own], check=False, cwd=TOP)


def write_rancid(folder: Path, port: int) -> None:
    folder.mkdir()
    files = {
        "types": "bench;script;rancid -t bench\nbench;login;clogin\nbench;module;ios\nbench;inloop;ios::inloop\n"
        "bench;command;ios::WriteTerm;show running-config\n",
        ".cloginrc": f"add user * {USER}\nadd password * {PASSWORD} {PASSWORD}\nadd method * {{ssh:{port}}}\n"
        "add autoenable * 1\n",
        ".ssh/config": "StrictHostKeyChecking no\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "ascii")
        (folder / name).chmod(0o600)


def measure_rancid(folder: Path) -> None:
    path = f"{RANCID.parent}:{os.environ['PATH']}"
    own = {"HOME": str(folder), "PATH": path, "CLOGINRC": str(folder / ".cloginrc"), "FILTER_PWDS": "YES"}
    environ = {**os.environ, **own, "NOCOMMSTR": "YES", "TERM": "network"}
    began, used = time.monotonic(), children_cpu_s()
    with ThreadPoolExecutor(PARALLEL) as pool:
        good = sum(pool.map(lambda number: rancid_reads(folder, environ, address_of(number)), range(SAMPLE)))
    wall_s, cpu_s = time.monotonic() - began, children_cpu_s() - used
    each = f"{1000 * wall_s / SAMPLE:.0f} ms of wall and {1000 * cpu_s / SAMPLE:.0f} ms of CPU a device"
    print(f"RANCID, {PARALLEL} at a time: {good} of {SAMPLE} devices in {wall_s:.1f} s ({each})", flush=True)


def rancid_reads(folder: Path, environ: dict[str, str], address: str) -> bool:
    """Whether the collector wrote a configuration."""
    words = ["rancid", "-t", "bench", address]
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120)
    if "--debug" in sys.argv:
        print(done.stdout, done.stderr)
    collected = folder / f"{address}.new"
    return collected.exists() and collected.stat().st_size > MIN_BYTES


def main() -> None:
    devices = python_module("benchmarks._backup_devices", str(DEVICES))
    with tempfile.TemporaryDirectory() as folder, running(*devices) as (_, port):
        root = Path(folder) / "root"
        write_root(root, int(port))
        first_s = ours(root, "first run")
        ours(root, "nothing changed")
        rancids(Path(folder) / "rancid", int(port))
    limits = f"{WALL_LIMIT_S:.0f} s and {MEMORY_LIMIT_MB:.0f} MB"
    print(f"limits: {limits}; the first run takes {100 * first_s / WALL_LIMIT_S:.0f} % of the time")


if __name__ == "__main__":
    if "--rancid" in sys.argv:
        measure_rancid(Path(sys.argv[-1]))
    else:
        main()
