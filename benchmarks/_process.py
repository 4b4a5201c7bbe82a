"""CPU time and memory of processes, as the kernel counts them (proc(5))."""

import os
import resource
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_s(pid: int) -> float:
    """User and system time of a process with all its threads, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def precise_cpu_s(pid: int) -> float:
    """Processor time of the threads that live, to the nanosecond (proc_pid_schedstat(5)); the other counts in ticks."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def tree_cpu_s(pid: int) -> float:
    """The same of a process and of all that descend from it and live."""
    return sum(cpu_s(each) for each in _descent(pid))


def _descent(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    below = [int(child) for file in children for child in file.read_text(encoding="ascii").split()]
    return [pid, *(each for child in below for each in _descent(child))]


def children_cpu_s() -> float:
    """User and system time of all children that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident_bytes(pid: int) -> int:
    """What a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_http(url: str, within_s: float = 20.0) -> None:
    """Returns when something answers there."""
    ends_s = time.monotonic() + within_s
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own loopback address
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > ends_s:
                raise
            time.sleep(0.1)
        else:
            return
