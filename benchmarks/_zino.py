"""Zino 2 as a peer, from PyPI: a whole daemon that keeps the states of interfaces and makes events of them.

It polls by whole minutes and asks for 6 columns of IF-MIB and the uptime, not for the 15 columns of the others.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import _peer_environment
from benchmarks._snmp_responder import COMMUNITY

PERIOD_S = 60.0
COLUMNS = 6


@contextmanager
def zino(folder: Path, addresses: list[str], port: int) -> Iterator[int]:
    """Its process id. Ends with what it knows in `state.json`."""
    folder.mkdir()
    (folder / "secrets").write_text("", encoding="ascii")
    (folder / "secrets").chmod(0o600)
    (folder / "zino.toml").write_text("[snmp.agent]\nenabled = false\n", encoding="ascii")
    head = f"default interval: 1\ndefault community: {COMMUNITY}\ndefault domain: example.org\ndefault port: {port}\n"
    devices = "".join(f"\nname: d{number}\naddress: {address}\n" for number, address in enumerate(addresses))
    (folder / "polldevs.cf").write_text(head + devices, encoding="ascii")
    words = [str(_peer_environment.program("zino")), "--config-file", "zino.toml", "--trap-port", "0"]
    with (folder / "log").open("w") as log, subprocess.Popen(words, cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)


def ports_known(folder: Path) -> int:
    """Interfaces that it knew at its end."""
    state = folder / "zino-state.json"
    if not state.exists():
        return 0
    devices = json.loads(state.read_text(encoding="utf-8"))["devices"]["devices"]
    return sum(len(device["ports"]) for device in devices.values())
