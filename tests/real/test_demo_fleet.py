"""The simulated fleet, asked by net-snmp and by the kernel's ping, on loopback and in a namespace."""

import asyncio
import sys

import pytest

from opsmon.demo.stage import LOOPBACK, FleetProcess, may_have_namespaces, start_fleet
from tests.support.places import REPOSITORY
from tests.support.programs import missing, require

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("demo_addresses")]
SOURCE = REPOSITORY / "src"


async def output_of(*command: str) -> tuple[int, str]:
    """The exit code and what was printed, without stderr: a program may tell there what it does at its first run."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def name_of(address: str) -> str:
    """What the device calls itself; "" where it is silent (snmpget then prints nothing and exits with 1)."""
    snmpget = require("snmpget", "snmp")
    flags = ["-v2c", "-c", "demo", "-t", "0.5", "-r", "0", "-Oqv"]
    code, out = await output_of(snmpget, *flags, f"{address}:10161", "1.3.6.1.2.1.1.5.0")
    assert code == (0 if out else 1)
    return out.strip().strip('"')


@pytest.fixture
async def fleet(demo_addresses: None, monkeypatch: pytest.MonkeyPatch) -> FleetProcess:
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    return await start_fleet(LOOPBACK)


async def test_a_dead_device_is_silent_with_all_behind_it_until_it_is_revived(fleet: FleetProcess) -> None:
    try:
        assert await name_of("127.77.0.40") == "sw-south"
        await fleet.order("die core-1")
        assert await name_of("127.77.0.40") == ""
        assert await name_of("127.77.0.100") == "core-cctv"
        await fleet.order("revive core-1")
        assert await name_of("127.77.0.40") == "sw-south"
    finally:
        await fleet.close()


async def test_net_snmp_walks_the_same_rows_with_getbulk_and_getnext(fleet: FleetProcess) -> None:
    try:
        if_name = "1.3.6.1.2.1.31.1.1.1.1"
        rows = []
        for program, version in (("snmpbulkwalk", "2c"), ("snmpwalk", "2c"), ("snmpwalk", "1")):
            command = [require(program, "snmp"), f"-v{version}", "-c", "demo", "-Oqv", "127.77.0.10:10161", if_name]
            rows.append((await output_of(*command))[1].splitlines())
        assert rows[0] == rows[1] == rows[2]
        assert len(rows[0]) == 48
    finally:
        await fleet.close()


async def test_in_a_namespace_a_dead_device_loses_its_pings_too() -> None:
    require("ping", "iputils-ping")
    if not await asyncio.to_thread(may_have_namespaces):
        missing("no network namespaces for this user")
    script = f"""
import asyncio, subprocess
from opsmon.demo.stage import NAMESPACE, start_fleet

async def main():
    fleet = await start_fleet(NAMESPACE)
    def answers():
        return subprocess.run(["ping", "-c1", "-W1", "198.18.0.12"], capture_output=True).returncode == 0
    seen = [answers()]
    for order in ("die mcu-1", "revive mcu-1"):
        await fleet.order(order)
        seen.append(answers())
    await fleet.close()
    print(seen)

import sys
sys.path.insert(0, {str(SOURCE)!r})
asyncio.run(main())
"""
    unshare = ["unshare", "--user", "--map-root-user", "--net", "--", "env", f"PYTHONPATH={SOURCE}"]
    code, out = await output_of(*unshare, sys.executable, "-c", script)
    assert (code, out.strip()) == (0, "[True, False, True]")
