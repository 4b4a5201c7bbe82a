"""sd_notify as systemd hears it: datagrams on a socket, by path or by abstract name."""

import os
import socket
from pathlib import Path

import pytest

from opsmon.daemon.systemd import ServiceManager


def listen(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.settimeout(2)
    listener.bind(address)
    return listener


def heard(listener: socket.socket) -> list[str]:
    return listener.recv(4_096).decode().splitlines()


def test_every_word_arrives_over_a_path(tmp_path: Path) -> None:
    with listen(str(tmp_path / "notify")) as listener:
        manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        manager.ready("watching 3 devices\nat 1 site")
        assert heard(listener) == ["READY=1", "STATUS=watching 3 devices at 1 site"]
        manager.reloading()
        first, second = heard(listener)
        assert first == "RELOADING=1"
        assert second.removeprefix("MONOTONIC_USEC=").isdigit()
        manager.alive()
        assert heard(listener) == ["WATCHDOG=1"]
        manager.stopping()
        assert heard(listener)[0] == "STOPPING=1"


def test_an_abstract_name_is_reached() -> None:
    name = f"opsmon-test-{os.getpid()}"
    with listen("\0" + name) as listener:
        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).alive()
        assert heard(listener) == ["WATCHDOG=1"]


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_without_systemd_nothing_happens(environ: dict[str, str]) -> None:
    ServiceManager(environ).ready("fine")


@pytest.mark.parametrize(
    ("environ", "half_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_the_watchdog_is_fed_at_half_its_time_if_it_is_ours(environ: dict[str, str], half_s: float | None) -> None:
    assert ServiceManager(environ).watchdog_s == half_s
