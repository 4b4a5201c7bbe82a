"""`opsmon discover` against two of net-snmp's snmpd on loopback addresses, by community and by SNMPv3."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from opsmon.discovery.found import HostAnswer
from opsmon.discovery.paced_sweep import PacedSweep, SweepTerms
from opsmon.discovery.twins import as_devices
from opsmon.model.device import Kind, SnmpAccess, SnmpV3Key, SnmpVersion
from opsmon.model.secret import Secret
from tests.support.programs import require
from tests.support.stock import stock_profiles

COMMUNITY, KEY = "only-for-this-test", "authentic words"


async def start_snmpd(folder: Path, name: str, addresses: list[str], port: int) -> asyncio.subprocess.Process:
    where = ",".join(f"udp:{address}:{port}" for address in addresses)
    lines = [f"agentaddress {where}", f"rocommunity {COMMUNITY}", f"sysName {name}"]
    lines += [f'createUser ops SHA-256 "{KEY}" AES "{KEY}"', "rouser ops authPriv"]
    (folder / "memory").mkdir(parents=True)
    (folder / "snmpd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    env = {"SNMP_PERSISTENT_DIR": str(folder / "memory"), "SNMPCONFPATH": f"{folder}:{folder / 'memory'}", "MIBS": ""}
    process = await asyncio.create_subprocess_exec(
        require("snmpd"), "-f", "-Lo", "-I", "-smux", env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if b"NET-SNMP version" in line:
            return process
    raise RuntimeError("snmpd did not start")


async def stop(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.communicate()


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """The port of two agents: one at two addresses, one at another."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        free: int = probe.getsockname()[1]
    async with AsyncExitStack() as stack:
        for name, addresses in (("first", ["127.0.14.1", "127.0.14.3"]), ("second", ["127.0.14.2"])):
            stack.push_async_callback(stop, await start_snmpd(tmp_path / name, name, addresses, free))
        yield free


async def swept(access: SnmpAccess) -> tuple[HostAnswer, ...]:
    terms = SweepTerms(pace=1000, timeout_s=30, pings_first=False)
    sweep = PacedSweep([access], stock_profiles(), terms, lambda _: None)
    await sweep.run([f"127.0.14.{number}" for number in range(1, 5)])
    return sweep.answers


async def test_a_community_and_a_user_find_the_same_two_machines(port: int) -> None:
    user = SnmpAccess(
        SnmpVersion.V3, port, user="ops", auth=SnmpV3Key("SHA256", Secret(KEY)), priv=SnmpV3Key("AES", Secret(KEY))
    )
    for access in (SnmpAccess(port=port, community=Secret(COMMUNITY)), user):
        devices = as_devices(await swept(access))
        told = [(one.look.system_name, one.look.profile, one.addresses) for one in devices if one.look]
        assert told == [
            ("first", "net-snmp", ("127.0.14.1", "127.0.14.3")), ("second", "net-snmp", ("127.0.14.2",)),
        ]  # fmt: skip
        assert devices[0].look is not None
        assert devices[0].look.kind is Kind.SERVER
