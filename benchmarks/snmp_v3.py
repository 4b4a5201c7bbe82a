"""CPU of a GET and of a walk by SNMPv3, beside the same by v2c on the same engine, and beside pysnmp's GET.

python -m benchmarks.snmp_v3 [--auth SHA --priv AES] [--gets 400] [--walks 40] [--rounds 9]

One process asks, another answers; the processor time of the asking one is counted. Each round takes every subject in
turn, and the figure is the median of the rounds. The bars are 80 µs for a GET by authPriv and 1.3 for a walk (48 × 15)
by authPriv beside one by v2c.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib.metadata import version
from statistics import median
from typing import Any

from pysnmp.hlapi.v3arch import asyncio as pysnmp

from benchmarks._measure import python_module, running
from benchmarks._report import Report, add_json_option
from benchmarks._rows import Peer
from benchmarks._snmp_poller import COLUMNS
from benchmarks._snmp_responder import COMMUNITY
from opsmon.model.device import Device, Kind, SnmpAccess, SnmpVersion
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.session import Oid
from tests.support.protocol.snmp.usm_agent import PASSPHRASE, PRIV_PASSPHRASE, UsmAgent

SYS_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
WARM_UP = 20
PYSNMP_GETS = 40
GET_TARGET_US, WALK_TARGET = 80.0, 1.3
AUTH = {"MD5": pysnmp.USM_AUTH_HMAC96_MD5, "SHA": pysnmp.USM_AUTH_HMAC96_SHA, "SHA256": pysnmp.USM_AUTH_HMAC192_SHA256}
PRIV = {"DES": pysnmp.USM_PRIV_CBC56_DES, "AES": pysnmp.USM_PRIV_CFB128_AES}
Subject = Callable[[], Awaitable[object]]


def a_device(name: str, access: SnmpAccess) -> Device:
    return Device(DeviceName(name), SiteName("bench"), "127.0.0.1", Kind.SWITCH, snmp=access)


async def cost_us(subject: Subject, times: int) -> float:
    """Processor time of one call."""
    began_s = time.process_time()
    for _ in range(times):
        await subject()
    return 1e6 * (time.process_time() - began_s) / times


def pysnmp_get(auth: str, priv: str, port: int) -> Subject | None:
    """Its own way of asking, with one engine for all calls; None for other protocols than it is asked by here."""
    if auth not in AUTH or priv not in PRIV:
        return None
    engine = pysnmp.SnmpEngine()
    user = pysnmp.UsmUserData("ops", PASSPHRASE, PRIV_PASSPHRASE, AUTH[auth], PRIV[priv])
    target: list[Any] = []

    async def get() -> object:
        if not target:
            target.append(await pysnmp.UdpTransportTarget.create(("127.0.0.1", port)))
        oid = pysnmp.ObjectType(pysnmp.ObjectIdentity(SYS_UPTIME))
        error, *_ = found = await pysnmp.get_cmd(engine, user, target[0], pysnmp.ContextData(), oid, lookupMib=False)
        assert error is None, error
        return found

    return get


async def measure(options: argparse.Namespace, port: int) -> dict[str, list[float]]:
    """Microseconds of CPU of each subject, round by round."""
    engine = SnmpEngine()
    await engine.start()
    usm = UsmAgent(options.auth, options.priv)
    old = engine.session(a_device("old", SnmpAccess(SnmpVersion.V2C, port, Secret(COMMUNITY))))
    new = engine.session(a_device("new", usm.access(port)))
    subjects: dict[str, tuple[Subject, int]] = {
        "GET v2c": (lambda: old.get([SYS_UPTIME]), options.gets),
        "GET v3": (lambda: new.get([SYS_UPTIME]), options.gets),
        "walk v2c": (lambda: old.walk(COLUMNS), options.walks),
        "walk v3": (lambda: new.walk(COLUMNS), options.walks),
    }
    theirs = pysnmp_get(options.auth, options.priv, port)
    if theirs is not None:
        subjects["GET pysnmp"] = (theirs, PYSNMP_GETS)
    for subject, times in subjects.values():
        await cost_us(subject, min(WARM_UP, times))
    taken: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(options.rounds):
        for name, (subject, times) in subjects.items():
            taken[name].append(await cost_us(subject, times))
    await engine.stop()
    if engine.traffic.retried:
        print(f"{engine.traffic.retried} requests were sent again: the machine has other work")
    return taken


def tell(taken: dict[str, list[float]], keys: str, report: Report) -> None:
    cost = {name: median(each) for name, each in taken.items()}
    v2c_get = Peer("our v2c", cost["GET v2c"])
    theirs = Peer("pysnmp", cost.get("GET pysnmp"), "" if "GET pysnmp" in cost else "not asked by these keys")
    if "GET pysnmp" in cost:
        theirs = replace(theirs, version=version("pysnmp"))
    report.add(f"GET by v3, {keys}", cost["GET v3"], "µs", GET_TARGET_US, (v2c_get, theirs))
    v2c_walk = Peer("our v2c", cost["walk v2c"], max_ratio=WALK_TARGET)
    report.add(f"walk 48 × 15 by v3, {keys}", cost["walk v3"], "µs", None, (v2c_walk,))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--auth", default="SHA")
    parser.add_argument("--priv", default="AES")
    parser.add_argument("--gets", type=int, default=400)
    parser.add_argument("--walks", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=9)
    add_json_option(parser)
    options, report = parser.parse_args(), Report()
    responder = python_module("benchmarks._usm_responder", options.auth, options.priv)
    with running(*responder) as (_, port):
        taken = asyncio.run(measure(options, int(port)))
    tell(taken, f"{options.auth or 'no auth'} and {options.priv or 'no priv'}", report)
    return report.end(options.json)


if __name__ == "__main__":
    sys.exit(main())
