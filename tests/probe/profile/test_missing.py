"""What is missing of a device, and what differs from row to row: looked for again, stood in for, told."""

from collections.abc import Mapping
from math import isnan

import pytest

from opsmon.model.sample import SeriesKey
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from opsmon.probe.profile.revisit import POLLS_BETWEEN_SURVEYS, Revisits
from tests.support.probe.profile.port_rows import port, system
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

SENSOR = "1.3.6.1.2.1.99.1.1.1"
FAN = "1.3.6.1.4.1.9.9.13.1.4.1"
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
HOT = f"""{ENTITY}.5.10|2|8
{ENTITY}.7.10|4|Inlet
{ENTITY}.5.1|2|3
{ENTITY}.11.1|4|SER0001
{ENTITY}.13.1|4|Model 1
{SENSOR}.1.10|2|8
{SENSOR}.2.10|2|9
{SENSOR}.3.10|2|0
{SENSOR}.4.10|2|82
{SENSOR}.5.10|2|1
"""


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def values(picture: DevicePicture) -> Mapping[str, float]:
    return {
        f"{key.metric} {dict(key.labels).get('ifName') or next(iter(dict(key.labels).values()), '')}".strip(): value
        for reading in picture.readings
        for key, value in zip(reading.block.keys, reading.values, strict=True)
        if not isnan(value)
    }


async def test_a_sensor_that_is_missing_after_a_restart_is_found_within_some_polls(profiles: ProfileSet) -> None:
    poller, session = DevicePoller(profiles), RecordedSession(parse_recording(system(86_400) + port(1, "ge1") + HOT))
    before = await poller.poll(session)
    assert values(before)["device_temperature_celsius Inlet"] == 82.0
    session.values = parse_recording(system(5) + port(1, "ge1"))
    booting = await poller.poll(session)
    assert "device_temperature_celsius Inlet" not in values(booting)
    assert (booting.identity.model, booting.identity.serial) == ("Model 1", "SER0001"), "what it cannot say yet is kept"
    session.values = parse_recording(system(20) + port(1, "ge1") + HOT)
    seen = [await poller.poll(session) for _ in range(4)]
    assert values(seen[-1])["device_temperature_celsius Inlet"] == 82.0
    assert "".join(key.metric for reading in seen[-1].readings for key in reading.block.keys)


def test_what_stays_missing_is_looked_for_ever_more_seldom() -> None:
    revisits, fan = Revisits(), SeriesKey("device_fan_ok", (("fan", "1"),))
    revisits.surveyed({fan}, young=False, finished=True)
    gaps = []
    for _ in range(8):
        revisits.surveyed(set(), young=False, finished=True)
        gaps.append(revisits.polls_left)
    assert gaps[:5] == [2, 4, 8, 16, 32]
    assert all(gap >= POLLS_BETWEEN_SURVEYS * 3 // 4 for gap in gaps[5:])


async def test_counters_are_chosen_row_by_row(profiles: ProfileSet) -> None:
    slow = {"high": 10, "plain": 10_000_000, "bits": 32}
    agent = system(86_400) + port(1, "fe1", **slow) + port(2, "fe2", **slow) + port(25, "ge25")
    poller, session = DevicePoller(profiles), RecordedSession(parse_recording(agent))
    for _ in range(3):
        found = values(await poller.poll(session))
        assert {name: value for name, value in found.items() if "InOctets" in name} == {
            "ifInOctets fe1": 100.0,
            "ifInOctets fe2": 200.0,
            "ifHCInOctets ge25": 25.0,
        }
        assert not any(name.startswith("ifSpeed") for name in found), "both speeds agree"


@pytest.mark.parametrize(("high", "told"), [(0, False), (100_000_000, True)])
async def test_a_speed_that_cannot_be_meant_is_stood_in_for(profiles: ProfileSet, high: int, told: bool) -> None:
    agent = system(86_400) + port(1, "1/1", high=high, plain=100_000_000) + port(2, "1/2")
    poller, session = DevicePoller(profiles), RecordedSession(parse_recording(agent))
    for _ in range(2):
        picture = await poller.poll(session)
        found = values(picture)
        assert found["ifSpeed 1/1"] == 100_000_000.0
        assert "ifSpeed 1/2" not in found
        assert any("contradict each other (1/1)" in problem for problem in picture.problems) is told


async def test_a_mark_that_no_interface_has_is_told(profiles: ProfileSet) -> None:
    session = RecordedSession(parse_recording(system(86_400) + port(1, "ge1")))
    picture = await DevicePoller(profiles, important=["ge1", "ge9", "ifIndex=1"]).poll(session)
    assert picture.problems == ("important: no interface is called ge9",)
    found = values(picture)
    assert [found[f"interface_important_found {name}"] for name in ("ge1", "ge9", "ifIndex=1")] == [1.0, 0.0, 1.0]


async def test_health_tables_and_neighbours_that_are_cut_are_told(profiles: ProfileSet) -> None:
    disks = "".join(f"1.3.6.1.2.1.25.3.3.1.2.{row}|2|7\n" for row in range(1, 4200))
    heard = "".join(f"1.0.8802.1.1.2.1.4.1.1.9.0.{row}.1|4|sw-{row}\n" for row in range(1, 600))
    poller = DevicePoller(profiles)
    session = RecordedSession(parse_recording(system(86_400) + disks + heard))
    for _ in range(2):
        problems = (await poller.poll(session)).problems
        assert "the first 4,096 rows of hrProcessorLoad are taken, 103 are left out" in problems
        assert "the first 512 neighbours are taken, 87 are left out" in problems


async def test_the_uptime_goes_on_beyond_497_days(profiles: ProfileSet) -> None:
    engine_time = "1.3.6.1.6.3.10.2.1.3.0|2|"
    year_and_half_s = 2**32 // 100 + 3600
    agent = system(3600) + f"{engine_time}{year_and_half_s}\n" + port(1, "ge1")
    poller, session = DevicePoller(profiles), RecordedSession(parse_recording(agent))
    pictures = [await poller.poll(session) for _ in range(3)]
    assert [values(picture)["device_uptime_seconds"] for picture in pictures] == [
        pytest.approx(year_and_half_s, abs=1)
    ] * 3
    assert [picture.surveyed for picture in pictures] == [True, False, False], "no restart, and not young"


def fan(row: int, state: int) -> str:
    return f"{FAN}.2.{row}|4|Fan\n{FAN}.3.{row}|2|{state}\n"


async def test_a_sensor_keeps_its_name_when_the_first_of_that_name_is_gone(profiles: ProfileSet) -> None:
    cisco = system(86_400).replace("99999.7.1", "9.1.516")
    poller, session = DevicePoller(profiles), RecordedSession(parse_recording(cisco + fan(7, 3) + fan(8, 1)))
    both = values(await poller.poll(session))
    assert (both["device_fan_ok Fan"], both["device_fan_ok Fan #8"]) == (0.0, 1.0)
    session.values = parse_recording(cisco.replace("8640000", "900") + fan(8, 1))
    gone = values(await poller.poll(session))
    assert {name: value for name, value in gone.items() if "fan" in name} == {"device_fan_ok Fan #8": 1.0}


async def test_all_ones_are_no_number_of_anything(profiles: ProfileSet) -> None:
    sessions = "1.3.6.1.4.1.12356.101.4.1.8.0"
    for number in (2**64 - 1, 2**63 - 1, 2**32 - 1):
        agent = f"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.12356.101.1.1\n{sessions}|70|{number}\n"
        found = values(await DevicePoller(profiles).poll(RecordedSession(parse_recording(agent))))
        assert "firewall_sessions" not in found
