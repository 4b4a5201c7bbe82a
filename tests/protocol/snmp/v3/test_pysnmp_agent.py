"""Our engine asks pysnmp's agent: every hash by itself, and every cipher with the shortest hash and the longest."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from pyasn1.type.univ import OctetString
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine as PysnmpEngine
from pysnmp.entity.rfc3413 import cmdrsp, context

from opsmon.model.device import Device, Kind, SnmpAccess, SnmpV3Key, SnmpVersion
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.engine import SnmpEngine
from tests.support.protocol.snmp.usm_agent import DIGEST_OF, key_of

AUTH = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
PRIV = {
    "DES": (config.USM_PRIV_CBC56_DES,),
    "3DES": (config.USM_PRIV_CBC168_3DES,),
    "AES": (config.USM_PRIV_CFB128_AES,),
    "AES192": (config.USM_PRIV_CFB192_AES, config.USM_PRIV_CFB192_AES_BLUMENTHAL),
    "AES256": (config.USM_PRIV_CFB256_AES, config.USM_PRIV_CFB256_AES_BLUMENTHAL),
}
PASSPHRASE = "authentic words"
SYS_DESCR, SYSTEM = (1, 3, 6, 1, 2, 1, 1, 1, 0), (1, 3, 6, 1, 2, 1, 1)
LEVELS = {(False, False): "noAuthNoPriv", (True, False): "authNoPriv", (True, True): "authPriv"}
User = tuple[str, str, str, Any]


def users() -> Iterator[User]:
    """Name, words of the inventory, and pysnmp's cipher."""
    yield "open", "", "", None
    for auth in AUTH:
        yield f"u{auth}", auth, "", None
    for auth in ("MD5", "SHA512"):
        for priv, versions in PRIV.items():
            for number, cipher in enumerate(versions):
                yield f"u{auth}{priv}{number}", auth, priv, cipher


@asynccontextmanager
async def pysnmp_agent(known: list[User]) -> AsyncIterator[int]:
    """The port of an agent that knows all of them, and has the objects that pysnmp has by itself."""
    engine = PysnmpEngine()
    transport = udp.UdpAsyncioTransport().open_server_mode(("127.0.0.1", 0))
    config.add_transport(engine, udp.DOMAIN_NAME, transport)
    master = config.USM_KEY_TYPE_MASTER  # pysnmp takes its time for each passphrase: see test_keys
    for name, auth, priv, cipher in known:
        key = OctetString(key_of(DIGEST_OF[auth], PASSPHRASE.encode())) if auth else None
        keys = {"authProtocol": AUTH[auth], "authKey": key, "authKeyType": master} if auth else {}
        keys |= {"privProtocol": cipher, "privKey": key, "privKeyType": master} if priv else {}
        config.add_v3_user(engine, name, **keys)
        config.add_vacm_user(engine, 3, name, LEVELS[bool(auth), bool(priv)], SYSTEM)
    objects = context.SnmpContext(engine)
    cmdrsp.GetCommandResponder(engine, objects)
    try:
        await transport._lport  # the socket is opened by a task
        yield transport.transport.get_extra_info("sockname")[1]
    finally:
        engine.close_dispatcher()


def device_of(name: str, auth: str, priv: str, port: int) -> Device:
    keys = [SnmpV3Key(word, Secret(PASSPHRASE)) if word else None for word in (auth, priv)]
    access = SnmpAccess(SnmpVersion.V3, port, user=name, auth=keys[0], priv=keys[1])
    return Device(DeviceName(name), SiteName("here"), "127.0.0.1", Kind.SERVER, snmp=access)


async def test_every_protocol_against_pysnmp() -> None:
    known, engine = list(users()), SnmpEngine()
    await engine.start()
    try:
        async with asyncio.timeout(120), pysnmp_agent(known) as port:
            for name, auth, priv, _ in known:
                session = engine.session(device_of(name, auth, priv, port))
                found = await session.get([SYS_DESCR])
                assert b"PySNMP" in bytes(found[SYS_DESCR]), name  # type: ignore[arg-type]  # a string
    finally:
        await engine.stop()
    assert engine.traffic.dropped_unauthenticated == 0
