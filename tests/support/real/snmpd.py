"""net-snmp's snmpd with a configuration and a memory of its own, and an SNMP engine to ask it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from opsmon.model.device import Device, Kind, SnmpAccess, SnmpV3Key, SnmpVersion
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.pace import RetryPolicy
from opsmon.protocol.snmp.session import Oid
from tests.support.programs import require

SYS_DESCR: Oid = (1, 3, 6, 1, 2, 1, 1, 1, 0)
COMMUNITY = "only-for-this-test"
AUTH_KEY, PRIV_KEY = "authentic words", "private words"
# protocol words of the inventory: those of snmpd.conf
AUTH = {"MD5": "MD5", "SHA": "SHA", "SHA224": "SHA-224", "SHA256": "SHA-256", "SHA384": "SHA-384", "SHA512": "SHA-512"}
PRIV = {"DES": "DES", "AES": "AES", "AES192": "AES-192", "AES256": "AES-256"}


class Snmpd:
    """One snmpd with its own configuration and memory, that can be stopped and started again."""

    def __init__(self, program: str, folder: Path, *, ipv6: bool) -> None:
        self._program = program
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        users = [(f"u{a}{p}", a, p) for a in AUTH for p in PRIV]
        where = f"udp6:[::1]:{self.port}" if ipv6 else f"udp:127.0.0.1:{self.port}"
        lines = [f"agentaddress {where}", f"rocommunity{'6' if ipv6 else ''} {COMMUNITY}", "sysName a real agent"]
        lines += [f'createUser {user} {AUTH[a]} "{AUTH_KEY}" {PRIV[p]} "{PRIV_KEY}"' for user, a, p in users]
        lines += [f"rouser {user} authNoPriv" for user, _, _ in users]
        (folder / "snmpd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def start(self) -> None:
        memory = str(self._folder / "memory")
        self._process = await asyncio.create_subprocess_exec(
            self._program, "-f", "-Lo", "-I", "-smux",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={"SNMP_PERSISTENT_DIR": memory, "SNMPCONFPATH": f"{self._folder}:{memory}", "MIBS": ""},
        )  # fmt: skip
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            if b"NET-SNMP version" in line:
                return
        raise RuntimeError("snmpd did not start")

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.communicate()

    def device(self, access: SnmpAccess, name: str = "real") -> Device:
        return Device(DeviceName(name), SiteName("here"), "127.0.0.1", Kind.SERVER, snmp=access)

    def community(self, version: str, community: str = COMMUNITY) -> Device:
        return self.device(SnmpAccess(SnmpVersion(version), self.port, Secret(community)), f"v{version}-{community}")

    def user(
        self, auth: str, priv: str | None, auth_key: str = AUTH_KEY, priv_key: str = PRIV_KEY, name: str = ""
    ) -> Device:
        access = SnmpAccess(
            SnmpVersion.V3,
            self.port,
            user=name or f"u{auth}{priv or 'AES'}",
            auth=SnmpV3Key(auth, Secret(auth_key)),
            priv=SnmpV3Key(priv, Secret(priv_key)) if priv else None,
        )
        return self.device(access, f"{auth}-{priv}-{auth_key}-{priv_key}-{name}")


@asynccontextmanager
async def running_snmpd(folder: Path, *, ipv6: bool = False) -> AsyncIterator[Snmpd]:
    agent = Snmpd(require("snmpd"), folder, ipv6=ipv6)
    await agent.start()
    try:
        yield agent
    finally:
        await agent.stop()


@asynccontextmanager
async def running_engine(*attempts_s: float) -> AsyncIterator[SnmpEngine]:
    engine = SnmpEngine(retry_policy=RetryPolicy(attempts_s or (1.0, 1.0, 2.0)))
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()
