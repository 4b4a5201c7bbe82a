"""What was measured, and on what: our commit, versions of peers, the machine, and how quick it is at this moment."""

import os
import platform
import socket
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import Any

TOP = Path(__file__).parents[1]
_LOOPS, _PACKETS, _TURNS = 300_000, 3_000, 5


def commit() -> str:
    """The commit of this checkout, with `+` where files differ from it; empty outside of git."""
    words = ["git", "-C", str(TOP), "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def debian_version(package: str) -> str:
    """Empty where it is not installed, or on another system."""
    words = ["dpkg-query", "--show", "--showformat=${Version}", package]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine() -> dict[str, Any]:
    """Its processor, memory and kernel, its load, and the two calibrations."""
    return {
        "cpu": _field_of("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_mb": round(int((_field_of("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_1m": os.getloadavg()[0],
        "calibration_python_ms": median(_python_ms() for _ in range(_TURNS)),
        "calibration_loopback_us": median(_loopback_us() for _ in range(_TURNS)),
    }


def _field_of(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _python_ms() -> float:
    """CPU of a loop of additions in Python."""
    began_s, total = time.process_time(), 0
    for number in range(_LOOPS):
        total += number & 7
    return 1_000 * (time.process_time() - began_s)


def _loopback_us() -> float:
    """CPU of one datagram, sent to ourselves and received."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        address, began_s = own.getsockname(), time.process_time()
        for _ in range(_PACKETS):
            own.sendto(b"x" * 100, address)
            own.recv(200)
        return 1e6 * (time.process_time() - began_s) / _PACKETS
