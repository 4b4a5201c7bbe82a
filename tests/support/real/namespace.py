"""Network namespaces that a test makes for itself, and what a thread may do inside them. For root on Linux."""

import contextlib
import ctypes
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.programs import require, require_root

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_NET_RAW = 13


class Namespace:
    """One network namespace, with its loopback up."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ip("link set lo up")

    def ip(self, words: str) -> None:
        """An `ip` command inside."""
        _run(["ip", "-n", self.name, *words.split()])

    def run(self, *command: str) -> None:
        """A program inside."""
        _run(["ip", "netns", "exec", self.name, *command])

    def permit(self, key: str, value: str) -> None:
        """A sysctl inside."""
        self.run("sysctl", "-qw", f"{key}={value}")

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets that this thread opens in between belong to the namespace for ever."""
        home, there = os.open("/proc/thread-self/ns/net", os.O_RDONLY), os.open(self.path, os.O_RDONLY)
        try:
            _call("setns", there, _CLONE_NEWNET)
            yield
        finally:
            _call("setns", home, _CLONE_NEWNET)
            os.close(home)
            os.close(there)

    @property
    def path(self) -> str:
        return str(Path("/run/netns") / self.name)


@contextlib.contextmanager
def namespace() -> Iterator[Namespace]:
    """A fresh namespace; gone afterwards with all its interfaces."""
    require_root()
    require("ip", "iproute2")
    name = f"opsmon-{secrets.token_hex(4)}"
    _run(["ip", "netns", "add", name])
    try:
        yield Namespace(name)
    finally:
        _run(["ip", "netns", "del", name])


@contextlib.contextmanager
def linked_namespaces() -> Iterator[tuple[Namespace, Namespace]]:
    """Two namespaces with a cable between them: 10.77.0.1 and fd77::1 near, 10.77.0.2 and fd77::2 far."""
    with namespace() as near, namespace() as far:
        near.ip(f"link add cable0 type veth peer name cable1 netns {far.name}")
        for place, device, number in ((near, "cable0", 1), (far, "cable1", 2)):
            place.permit(f"net.ipv6.conf.{device}.accept_dad", "0")
            place.ip(f"addr add 10.77.0.{number}/24 dev {device}")
            place.ip(f"addr add fd77::{number}/64 dev {device} nodad")
            place.ip(f"link set {device} up")
        yield near, far


@contextlib.contextmanager
def without_raw_sockets() -> Iterator[None]:
    """This thread may open no raw socket in between, as an ordinary user may not."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    before, lowered = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    _call("capget", header, before)
    _call("capget", header, lowered)
    lowered[0] &= ~(1 << _CAP_NET_RAW)
    _call("capset", header, lowered)
    try:
        yield
    finally:
        _call("capset", header, before)


def _call(name: str, *arguments: object) -> None:
    if getattr(_LIBC, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
