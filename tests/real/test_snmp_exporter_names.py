"""Our interfaces beside snmp_exporter's own, on the same agent: the same names, types, labels and values."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.device import Check
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.profile.poller import DevicePoller
from tests.support.port import free_port
from tests.support.programs import require
from tests.support.real.snmpd import COMMUNITY, Snmpd, running_engine, running_snmpd
from tests.support.stock import stock_profiles

pytestmark = pytest.mark.real

PROFILES = stock_profiles()
IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
# The module if_mib as its generator writes it from IF-MIB: objects by number, C counter, G gauge.
OBJECTS = {
    IF_TABLE: {
        1: "G ifIndex", 4: "G ifMtu", 5: "G ifSpeed", 6: "PhysAddress48 ifPhysAddress", 7: "G ifAdminStatus",
        8: "G ifOperStatus", 9: "G ifLastChange", 10: "C ifInOctets", 11: "C ifInUcastPkts", 12: "C ifInNUcastPkts",
        13: "C ifInDiscards", 14: "C ifInErrors", 15: "C ifInUnknownProtos", 16: "C ifOutOctets",
        17: "C ifOutUcastPkts", 18: "C ifOutNUcastPkts", 19: "C ifOutDiscards", 20: "C ifOutErrors",
        21: "G ifOutQLen", 22: "OctetString ifSpecific",
    },
    IF_X_TABLE: {
        2: "C ifInMulticastPkts", 3: "C ifInBroadcastPkts", 4: "C ifOutMulticastPkts", 5: "C ifOutBroadcastPkts",
        6: "C ifHCInOctets", 7: "C ifHCInUcastPkts", 8: "C ifHCInMulticastPkts", 9: "C ifHCInBroadcastPkts",
        10: "C ifHCOutOctets", 11: "C ifHCOutUcastPkts", 12: "C ifHCOutMulticastPkts", 13: "C ifHCOutBroadcastPkts",
        14: "G ifLinkUpDownTrapEnable", 15: "G ifHighSpeed", 16: "G ifPromiscuousMode", 17: "G ifConnectorPresent",
        19: "G ifCounterDiscontinuityTime",
    },
}  # fmt: skip
TYPES = {"C": "counter", "G": "gauge"}
LOOKUPS = [
    {"labels": ["ifIndex"], "labelname": name, "oid": oid, "type": "DisplayString"}
    for name, oid in (("ifAlias", f"{IF_X_TABLE}.18"), ("ifDescr", f"{IF_TABLE}.2"), ("ifName", f"{IF_X_TABLE}.1"))
]
# What moves between two polls of a living host.
MOVING = ("Octets", "Pkts", "Discards", "Errors", "Protos")


def module() -> dict[str, object]:
    rows = {"indexes": [{"labelname": "ifIndex", "type": "gauge"}], "lookups": LOOKUPS}
    metrics: list[dict[str, object]] = [{"name": "ifNumber", "oid": "1.3.6.1.2.1.2.1", "type": "gauge", "help": "-"}]
    metrics.append(
        {
            "name": "ifType", "oid": f"{IF_TABLE}.3", "type": "EnumAsInfo", "help": "-", **rows,
            "enum_values": {6: "ethernetCsmacd", 24: "softwareLoopback", 131: "tunnel", 1: "other"},
        }
    )  # fmt: skip
    for table, objects in OBJECTS.items():
        for number, words in objects.items():
            kind, name = words.split()
            metrics.append(
                {"name": name, "oid": f"{table}.{number}", "type": TYPES.get(kind, kind), "help": "-", **rows}
            )
    return {
        "walk": ["1.3.6.1.2.1.2", "1.3.6.1.2.1.31.1.1"], "metrics": metrics,
        "version": 2, "auth": {"community": COMMUNITY},
    }  # fmt: skip


@asynccontextmanager
async def snmp_exporter(folder: Path) -> AsyncIterator[str]:
    program, port = require("prometheus-snmp-exporter"), free_port()
    config = folder / "snmp.yml"
    config.write_text(yaml.dump({"if_mib": module()}, Dumper=_WithoutAliases), encoding="ascii")
    server = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={config}",
        f"--web.listen-address=127.0.0.1:{port}",
        stderr=asyncio.subprocess.PIPE,
    )
    assert server.stderr
    try:
        async with asyncio.timeout(60):
            while b"istening on" not in await server.stderr.readline():
                assert server.returncode is None
        yield f"http://127.0.0.1:{port}/snmp"
    finally:
        server.kill()
        await server.communicate()


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text) if family.name.startswith("if")}


async def theirs(url: str, agent: Snmpd) -> dict[str, Metric]:
    asked = {"module": "if_mib", "target": f"127.0.0.1:{agent.port}"}
    async with aiohttp.ClientSession() as session, session.get(url, params=asked) as page:
        return families(await page.text())


async def ours(agent: Snmpd) -> dict[str, Metric]:
    """The page of a device that is polled by `if-mib-full`."""
    async with running_engine() as engine:
        device = agent.community("2c")
        picture = await DevicePoller(PROFILES, "if-mib-full").poll(engine.session(device))
    now, check = datetime.now(UTC), Check(CheckName("snmp"), "snmp", 60.0, 5.0)
    device = replace(device, checks=(check,))
    sample = Sample(device.name, check.name, Outcome.OK, now, now, 0.1, readings=picture.readings)
    return families("".join(PageWriter().write([DeviceReport(device, DeviceState.UP, (sample,))], now)))


def series(family: Metric) -> dict[tuple[tuple[str, str], ...], float]:
    return {
        tuple(sorted((name, text) for name, text in sample.labels.items() if name != "instance")): sample.value
        for sample in family.samples
    }


async def test_every_series_of_the_exporter_is_ours_too(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, snmp_exporter(tmp_path) as url:
        peer, mine = await theirs(url, agent), await ours(agent)
    assert {"ifType_info", "ifPhysAddress", "ifInOctets", "ifHCInOctets", "ifNumber"} <= peer.keys()
    assert mine.keys() == peer.keys()
    for name, family in peer.items():
        assert mine[name].type == family.type, name
        found, expected = series(mine[name]), series(family)
        assert found.keys() == expected.keys(), name
        if not name.endswith(MOVING):
            assert found == expected, name
        else:
            assert all(found[labels] >= value for labels, value in expected.items()), name
