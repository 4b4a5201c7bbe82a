"""Profiles through the engine against snmpsim: the same pictures as without a wire, in few requests.

snmpsim puts at most 64 bindings into an answer, as many real agents do.
"""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from opsmon.errors import ProbeError
from opsmon.model.device import Check
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.kind.snmp import SnmpSettings
from opsmon.probe.once import probe_once
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import DevicePoller
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.traffic import Exchanged
from tests.support.places import TESTS
from tests.support.probe.profile.recording import session_of
from tests.support.real.snmpsim import Simulator, snmpsim
from tests.support.recordings import named_folder
from tests.support.stock import stock_profiles

pytestmark = pytest.mark.real

GOLDEN = TESTS / "golden" / "profiles"
SAMPLE = ("huawei-vrp", "cisco-ios", "h3c-comware", "huawei-ups", "hikvision-camera", "windows", "unknown-ups")
RECORDED = ("switch-router/huawei-s5720", "ups/apc_smx750i", "server/linux_icecast", "nvr-camera/hikvision-cam")
MAX_REQUESTS = 20
SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
IF, IFX, ENT, HW = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.47.1.1.1.1", "1.3.6.1.4.1.2011.5.25.31.1.1"


def switch_of_48_ports() -> str:
    """A Huawei switch as the MIBs have it: 48 interfaces with every column, an entity for each, fans, supplies."""
    lines = {
        "1.3.6.1.2.1.1.1.0": "4|S5735-L48T4X-A Huawei Versatile Routing Platform Software, Version 5.170",
        "1.3.6.1.2.1.1.2.0": "6|1.3.6.1.4.1.2011.2.23.700",
        "1.3.6.1.2.1.1.3.0": "67|123456789",
    }
    for port in range(1, 49):
        name = f"GigabitEthernet0/0/{port}"
        lines |= {f"{IF}.2.{port}": f"4|{name}", f"{IFX}.1.{port}": f"4|{name}", f"{IFX}.18.{port}": f"4|desk {port}"}
        lines |= {f"{IF}.{column}.{port}": "2|1" for column in (7, 8)}
        lines |= {f"{IF}.{column}.{port}": "65|3" for column in (13, 14, 19, 20)}
        lines |= {f"{IFX}.{column}.{port}": f"70|{10**11 + port}" for column in range(6, 14)}
        lines[f"{IFX}.15.{port}"] = "66|1000"
        lines |= _entity(67190000 + port * 64, 10, name, 0)
    lines |= _entity(67108867, 3, "S5735-L48T4X-A", 0) | _entity(67108873, 9, "MPU Board 0", 41)
    for slot in (1, 2):
        lines |= {f"{HW}.{column}.0.{slot}": "2|1" for column in ("10.1.6", "10.1.7", "18.1.5", "18.1.6")}
    ordered = sorted(lines.items(), key=lambda line: [int(arc) for arc in line[0].split(".")])
    return "".join(f"{oid}|{value}\n" for oid, value in ordered)


def _entity(index: int, entity_class: int, name: str, heat: int) -> dict[str, str]:
    """An entity with its health; 0 everywhere is one without a processor or sensor."""
    words = {f"{ENT}.5.{index}": f"2|{entity_class}", f"{ENT}.7.{index}": f"4|{name}"}
    return words | {f"{HW}.1.1.{column}.{index}": f"2|{heat}" for column in (5, 6, 7, 11)}


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


async def indexed(simulator: Simulator, community: str) -> None:
    """Until snmpsim answers for a recording: at the first request it makes an index of it, which takes its time."""
    engine = SnmpEngine()
    await engine.start()
    try:
        async with asyncio.timeout(60):
            while True:
                with suppress(ProbeError):
                    await engine.session(simulator.device(community)).get([SYS_DESCR])
                    return
    finally:
        await engine.stop()


async def polled(simulator: Simulator, community: str, profiles: ProfileSet) -> tuple[Sample, int]:
    """The sample of one SNMP check, and how many requests it took."""
    await indexed(simulator, community)
    requests = 0

    def count(_: object) -> None:
        nonlocal requests
        requests += 1

    check = Check(CheckName("snmp"), "snmp", 60.0, 45.0, SnmpSettings())
    (sample,) = await probe_once(simulator.device(community), [check], profiles, HostKeyPins(), count)
    return sample, requests


async def test_a_switch_of_48_ports_with_health_takes_at_most_20_requests(tmp_path: Path, profiles: ProfileSet) -> None:
    (tmp_path / "switch.snmprec").write_text(switch_of_48_ports(), encoding="utf-8")
    async with snmpsim(tmp_path) as simulator:
        sample, first = await polled(simulator, "switch", profiles)
        assert sample.outcome is Outcome.OK, sample.detail
        keys = {key.metric for reading in sample.readings for key in reading.block.keys}
        assert {"device_cpu_ratio", "device_fan_ok", "device_psu_ok", "device_temperature_celsius"} <= keys
        assert sum(key.metric == "ifHCInOctets" for reading in sample.readings for key in reading.block.keys) == 48
        engine, poller = SnmpEngine(), DevicePoller(profiles)
        await engine.start()
        try:
            device = simulator.device("switch")
            later = []
            for _ in range(6):
                exchanges: list[Exchanged] = []
                await poller.poll(engine.session(device, exchanges.append))
                later.append(len(exchanges))
        finally:
            await engine.stop()
    assert first <= MAX_REQUESTS
    assert min(later) <= first - 4, later  # the names of the rows are read again in a poll that chance chooses


async def test_pictures_over_the_wire_are_those_without_one(tmp_path: Path, profiles: ProfileSet) -> None:
    for name in SAMPLE:
        (tmp_path / f"{name}.snmprec").write_text((GOLDEN / f"{name}.snmprec").read_text("utf-8"), encoding="utf-8")
    async with snmpsim(tmp_path) as simulator:
        for name in SAMPLE:
            sample, _ = await polled(simulator, name, profiles)
            expected = await DevicePoller(profiles).poll(session_of(GOLDEN / f"{name}.snmprec"))
            assert sample.identity == expected.identity
            assert series(sample.readings[1:]) == series(expected.readings)


@pytest.mark.recordings
async def test_recorded_devices_over_the_wire(tmp_path: Path, profiles: ProfileSet) -> None:
    folder = named_folder()
    for name in RECORDED:
        shutil.copy(folder / f"{name}.snmprec", tmp_path)
    async with snmpsim(tmp_path) as simulator:
        for name in RECORDED:
            sample, _ = await polled(simulator, Path(name).stem, profiles)
            expected = await DevicePoller(profiles).poll(session_of(folder / f"{name}.snmprec"))
            assert sample.outcome is Outcome.OK, sample.detail
            assert sample.identity == expected.identity
            assert series(sample.readings[1:]) == series(expected.readings)


def series(readings: object) -> dict[str, str]:
    """Names and values, NaN equal to NaN."""
    assert isinstance(readings, tuple)
    pairs = ((key, value) for r in readings for key, value in zip(r.block.keys, r.values, strict=True))
    return {f"{key.metric}{key.labels}": repr(value) for key, value in pairs}
