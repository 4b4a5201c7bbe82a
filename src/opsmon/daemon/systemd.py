"""Tells systemd how we are: `sd_notify(3)` in a few lines. Without `NOTIFY_SOCKET` it does nothing.

The watchdog is fed by whoever sees progress, never by a timer of its own.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping


class ServiceManager:
    """`watchdog_s` is how often it wants to be fed at the latest, None where it does not watch us."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_s = _watchdog_s(environ)

    def ready(self, status: str) -> None:
        self._send("READY=1", f"STATUS={_one_line(status)}")

    def reloading(self) -> None:
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def waiting(self, why: str, longest_s: float) -> None:
        """The start takes longer; systemd is to have patience for so long."""
        self._send(f"STATUS={_one_line(why)}", f"EXTEND_TIMEOUT_USEC={int(longest_s * 1e6)}")

    def stopping(self) -> None:
        self._send("STOPPING=1", "STATUS=writing down what is left")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    def _send(self, *words: str) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto("\n".join(words).encode(), self._address)


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """Half of systemd's limit, as sd_watchdog_enabled(3) advises, if the watchdog is meant for this process."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    limit_us = environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 2_000_000 if limit_us.isdigit() and int(limit_us) > 0 else None


def _one_line(text: str) -> str:
    return " ".join(text.split())
