"""The root of a large fleet: sites of 250 devices on 127.0.0.0/8 under one contract, the first of each site walked too.

It is what `opsmon init` leaves, with the contracts of this repository and our sites for its sample.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks._measure import python_module
from benchmarks._process import free_port
from benchmarks._snmp_responder import COMMUNITY

PER_SITE = 250
CONTRACTS = Path(__file__).parents[1] / "rules" / "contracts"
NO_AGENT_PORT = 9  # of an SNMP agent that nothing asks


@dataclass(frozen=True, slots=True)
class Fleet:
    """So many devices, each pinged once a period; `walked` of them, spread over the sites, are walked, too."""

    pinged: int
    walked: int = 0
    period_s: float = 60.0
    snmp_port: int = NO_AGENT_PORT
    extra: str = ""  # lines of `opsmon.yaml`

    @property
    def sites(self) -> int:
        return -(-self.pinged // PER_SITE)


def address_of(number: int) -> str:
    return f"127.1.{number // PER_SITE}.{number % PER_SITE + 1}"


def write_root(folder: Path, fleet: Fleet) -> int:
    """The port that the daemon of this root will listen on."""
    subprocess.run(python_module("opsmon", "init", str(folder)), check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(CONTRACTS, folder / "rules" / "contracts", dirs_exist_ok=True)
    port = free_port()
    settings = f'http: {{listen: "127.0.0.1:{port}"}}\n{fleet.extra}'
    (folder / "opsmon.yaml").write_text(settings, encoding="utf-8")
    write_inventory(folder, fleet)
    return port


def write_inventory(folder: Path, fleet: Fleet) -> None:
    inventories = folder / "inventories"
    shutil.rmtree(inventories)
    inventories.mkdir()
    for number in range(fleet.sites):
        (inventories / f"hall-{number}.yaml").write_text(_site(number, fleet), encoding="utf-8")


def _site(number: int, fleet: Fleet) -> str:
    devices = min(PER_SITE, fleet.pinged - number * PER_SITE)
    switches = _share(fleet.walked, number, fleet.sites)
    return f"""site: hall-{number}
title: 第 {number} 会场
contract: xicheng-vc-2025
service: vc
labels: {{venue: main-hall}}
defaults:
  snmp: {{version: 2c, port: {fleet.snmp_port}, community: {COMMUNITY}}}
  checks: [icmp]
  periods: {{snmp: {fleet.period_s:g}s, icmp: {fleet.period_s:g}s}}
templates:
  walked: {{kind: switch, profile: if-mib, checks: [icmp, snmp]}}
devices: []
ranges:
{_range(f"sw-{number}", number, 1, switches, "use: [walked]")}\
{_range(f"cam-{number}", number, switches + 1, devices - switches, "kind: camera")}
"""


def _share(total: int, place: int, places: int) -> int:
    """What one of so many places gets of a total that is spread evenly."""
    return total * (place + 1) // places - total * place // places


def _range(name: str, site: int, first: int, count: int, words: str) -> str:
    if not count:
        return ""
    return f'  - {{name: "{name}-{{n}}", address: 127.1.{site}.0/24, first: {first}, count: {count}, {words}}}\n'
