"""Uplinks by LLDP: the interface that leads to a parent is marked, and stays marked while its link is down."""

import pytest

from opsmon.model.sample import SeriesBlock
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from opsmon.probe.profile.rows.uplink import UPLINK
from tests.support.probe.profile.making import profiles_of
from tests.support.probe.profile.recording import RecordedSession, parse_recording

REMOTE = "1.0.8802.1.1.2.1.4.1.1"
OBJECTS = {
    "lldpRemPortId": f"{REMOTE}.7",
    "lldpRemSysName": f"{REMOTE}.9",
    "ifName": "1.3.6.1.2.1.31.1.1.1.1",
    "ifOperStatus": "1.3.6.1.2.1.2.2.1.8",
}
INTERFACES = {"labels": {"ifIndex": "index", "ifName": "ifName"}, "columns": ["ifOperStatus"]}
PROFILES = profiles_of({"name": "tested", "objects": OBJECTS, "tables": {"interfaces": INTERFACES}})
RECORDING = (
    "1.3.6.1.2.1.2.2.1.8.5|2|1\n1.3.6.1.2.1.2.2.1.8.6|2|1\n"
    "1.3.6.1.2.1.31.1.1.1.1.5|4|Gi0/5\n1.3.6.1.2.1.31.1.1.1.1.6|4|Gi0/6\n"
    f"{REMOTE}.7.100.5.1|4|Gi1/0/24\n{REMOTE}.9.100.5.1|4|Core-1.example.org\n"
    f"{REMOTE}.7.100.6.2|4|eth0\n{REMOTE}.9.100.6.2|4|core-10\n"
)
PARENT_ROW = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 9, 100, 5, 1)


def session() -> RecordedSession:
    return RecordedSession(parse_recording(RECORDING))


def uplinks(picture: DevicePicture) -> list[str]:
    keys = (key for reading in picture.readings for key in reading.block.keys)
    return [dict(key.labels)["ifName"] for key in keys if key.metric == UPLINK]


def block(picture: DevicePicture) -> SeriesBlock:
    return picture.readings[-1].block


async def test_the_interface_that_leads_to_a_parent_is_an_uplink() -> None:
    poller = DevicePoller(PROFILES, "tested", parents=("core-1",))
    picture = await poller.poll(session())
    assert uplinks(picture) == ["Gi0/5"]
    assert list(picture.readings[-1].values) == [1.0]
    assert block(await poller.poll(session())) is block(picture)


async def test_a_device_without_parents_has_none() -> None:
    assert uplinks(await DevicePoller(PROFILES, "tested").poll(session())) == []


async def test_an_uplink_that_is_down_and_hears_nobody_stays_one() -> None:
    poller = DevicePoller(PROFILES, "tested", parents=("core-1",), survey_every=0)
    agent = session()
    before = await poller.poll(agent)
    del agent.values[PARENT_ROW]
    after = await poller.poll(agent)
    assert after.surveyed
    assert uplinks(after) == ["Gi0/5"]
    assert block(after) is block(before)


async def test_an_uplink_where_another_neighbour_is_heard_is_none_any_more() -> None:
    poller = DevicePoller(PROFILES, "tested", parents=("core-1",), survey_every=0)
    agent = session()
    await poller.poll(agent)
    agent.values[PARENT_ROW] = b"desk-phone"
    assert uplinks(await poller.poll(agent)) == []


@pytest.mark.parametrize(
    ("said", "is_uplink"),
    [("core-1", True), ("CORE-1.example.org", True), ("core-10", False), ("core", False), ("", False)],
)
async def test_a_parent_is_known_by_its_name_alone_or_with_a_domain(said: str, is_uplink: bool) -> None:
    agent = session()
    agent.values[PARENT_ROW] = said.encode()
    picture = await DevicePoller(PROFILES, "tested", parents=("core-1",)).poll(agent)
    assert (uplinks(picture) == ["Gi0/5"]) is is_uplink
