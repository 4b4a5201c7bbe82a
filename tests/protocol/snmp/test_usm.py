"""SNMPv3 where no agent of others is needed: keys that cannot be, and agents that answer with anything but SNMP."""

import asyncio
import random
from typing import Any

import pytest

from opsmon.errors import ProbeError
from opsmon.model.device import Device, Kind, SnmpAccess, SnmpV3Key, SnmpVersion
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.v3.usm import AUTH_PROTOCOLS, PRIV_PROTOCOLS, SecurityLevel, users_of
from tests.support.protocol.snmp.far_end import SYS_NAME

SHA = SnmpV3Key("SHA", Secret("authentic words"))
AES = SnmpV3Key("AES", Secret("private words"))


def access(auth: SnmpV3Key | None = SHA, priv: SnmpV3Key | None = AES, port: int = 161) -> SnmpAccess:
    return SnmpAccess(SnmpVersion.V3, port, user="ops", auth=auth, priv=priv)


@pytest.mark.parametrize(
    ("auth", "priv", "words"),
    [
        (None, AES, "no privacy without authentication"),
        (SnmpV3Key("SHA", Secret("short")), None, "at least 8 characters"),
        (SHA, SnmpV3Key("AES", Secret("1234567")), "at least 8 characters"),
        (SnmpV3Key("SHA3", Secret("authentic words")), None, "unknown SNMPv3 protocol SHA3"),
        (SHA, SnmpV3Key("RC4", Secret("private words")), "unknown SNMPv3 protocol RC4"),
    ],
)
def test_keys_that_cannot_be(auth: SnmpV3Key | None, priv: SnmpV3Key | None, words: str) -> None:
    with pytest.raises(ProbeError, match=words) as caught:
        users_of(access(auth, priv))
    assert caught.value.outcome is Outcome.AUTH
    assert "short" not in str(caught.value)


def test_the_level_follows_the_keys() -> None:
    assert [users_of(access(auth, priv))[0].level for auth, priv in ((None, None), (SHA, None), (SHA, AES))] == list(
        SecurityLevel
    )


def test_every_protocol_word_of_the_inventory_is_known() -> None:
    for auth in AUTH_PROTOCOLS:
        for priv, versions in PRIV_PROTOCOLS.items():
            key, cipher = SnmpV3Key(auth, Secret("authentic words")), SnmpV3Key(priv, Secret("private words"))
            assert len(users_of(access(key, cipher))) == len(versions)
    assert len(users_of(access(SHA, SnmpV3Key("aes-256", Secret("private words"))))) == 2


class Babbler(asyncio.DatagramProtocol):
    """Answers each request with junk, with a part of it, or with the request itself, damaged."""

    def __init__(self) -> None:
        self._random = random.Random(20261120)
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        damaged = bytearray(data)
        for _ in range(self._random.randint(0, 3)):
            damaged[self._random.randrange(len(damaged))] = self._random.randrange(256)
        junk = self._random.randbytes(self._random.randint(1, 200))
        assert self.transport is not None
        for answer in (junk, data[: self._random.randrange(1, len(data))], bytes(damaged)):
            self.transport.sendto(answer, addr)


async def test_an_agent_that_babbles_is_a_probe_error_and_no_more(engine: SnmpEngine) -> None:
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    transport, _ = await loop.create_datagram_endpoint(Babbler, local_addr=("127.0.0.1", 0))
    where = access(port=transport.get_extra_info("sockname")[1])
    for number in range(12):
        device = Device(DeviceName(f"d{number}"), SiteName("here"), "127.0.0.1", Kind.OTHER, snmp=where)
        with pytest.raises(ProbeError):
            await engine.session(device).get([SYS_NAME])
    transport.close()
    assert complaints == []
    assert engine.traffic.dropped_malformed > 12
