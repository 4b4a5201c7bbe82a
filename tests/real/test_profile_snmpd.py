"""The stock profiles on net-snmp's snmpd: the picture of this very host, checked against what its kernel says."""

import os
from math import isnan
from pathlib import Path

import pytest

from opsmon.model.device import Device, Kind
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from tests.support.real.snmpd import running_engine, running_snmpd
from tests.support.stock import stock_profiles

pytestmark = pytest.mark.real

PROFILES = stock_profiles()


def values(picture: DevicePicture, metric: str) -> dict[str, float]:
    """Of one metric: by ifName where there is one, else by the only label."""
    found = {}
    for reading in picture.readings:
        for key, value in zip(reading.block.keys, reading.values, strict=True):
            if key.metric == metric and not isnan(value):
                labels = dict(key.labels)
                found[labels.get("ifName", next(iter(labels.values()), ""))] = value
    return found


def kernel_memory() -> dict[str, int]:
    """/proc/meminfo, in KiB."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text("ascii").splitlines())
    return {words[0].rstrip(":"): int(words[1]) for words in lines}


async def pictures(folder: Path, version: str) -> tuple[DevicePicture, DevicePicture]:
    """Two polls of one device by one poller."""
    async with running_snmpd(folder) as agent, running_engine() as engine:
        device: Device = agent.user("SHA256", "AES") if version == "3" else agent.community(version)
        poller = DevicePoller(PROFILES)
        return await poller.poll(engine.session(device)), await poller.poll(engine.session(device))


@pytest.mark.parametrize("version", ["1", "2c", "3"])
async def test_this_host_is_pictured_as_its_kernel_knows_it(tmp_path: Path, version: str) -> None:
    first, second = await pictures(tmp_path, version)
    assert (first.profile.name, first.kind, first.identity.vendor) == ("net-snmp", Kind.SERVER, "Linux")
    assert first.identity.system["sysName"] == "a real agent"
    assert first.identity.software == os.uname().release
    memory = kernel_memory()
    used = 1 - memory["MemAvailable"] / memory["MemTotal"]
    assert values(second, "device_memory_used_ratio")["Physical memory"] == pytest.approx(used, abs=0.15)
    assert all(0 <= busy <= 1 for busy in values(second, "device_cpu_ratio").values())
    assert values(second, "ifOperStatus")["lo"] == 1.0
    octets = "ifInOctets" if version == "1" else "ifHCInOctets"  # SNMPv1 has no 64-bit counters: the others stand in
    assert values(second, octets)["lo"] >= values(first, octets)["lo"] > 0
    assert not second.surveyed
    assert all(a.block is b.block for a, b in zip(first.readings, second.readings, strict=True))
