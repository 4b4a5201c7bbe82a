"""One device polled again and again: a survey, then the plan, and the same blocks while the device keeps its shape."""

from math import isnan

import pytest

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import POLLS_BETWEEN_LABELS, DevicePicture, DevicePoller
from tests.support.places import REPOSITORY
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

PROBES = REPOSITORY / "probes"
SWITCH = """
1.3.6.1.2.1.1.1.0|4|A switch of no known maker
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1
1.3.6.1.2.1.1.3.0|67|360000
1.3.6.1.2.1.1.5.0|4|access-1
1.3.6.1.2.1.2.2.1.2.1|4|GigabitEthernet0/1
1.3.6.1.2.1.2.2.1.2.2|4|GigabitEthernet0/2
1.3.6.1.2.1.2.2.1.8.1|2|1
1.3.6.1.2.1.2.2.1.8.2|2|2
1.3.6.1.2.1.31.1.1.1.1.1|4|Gi0/1
1.3.6.1.2.1.31.1.1.1.1.2|4|Gi0/2
1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615
1.3.6.1.2.1.31.1.1.1.6.2|70|12
1.3.6.1.2.1.31.1.1.1.18.1|4|to the core
1.3.6.1.2.1.31.1.1.1.18.2|4|
1.3.6.1.2.1.25.3.3.1.2.1|2|37
"""


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def values_of(picture: DevicePicture) -> dict[str, float]:
    """Every series that is there, as `name{label="value"}` without the labels of interfaces but ifName."""
    found = {}
    for reading in picture.readings:
        for key, value in zip(reading.block.keys, reading.values, strict=True):
            labels = dict(key.labels)
            label = labels.get("ifName", next(iter(labels.values()), ""))
            if not isnan(value):
                found[f"{key.metric} {label}".strip()] = value
    return found


async def test_an_unknown_device_gets_what_the_standard_mibs_give(profiles: ProfileSet) -> None:
    picture = await DevicePoller(profiles).poll(RecordedSession(parse_recording(SWITCH)))
    assert picture.profile.name == "generic"
    assert picture.identity.system["sysName"] == "access-1"
    assert values_of(picture) == {
        "device_uptime_seconds": 3600.0,
        "device_cpu_ratio 1": 0.37,
        "ifOperStatus Gi0/1": 1.0,
        "ifOperStatus Gi0/2": 2.0,
        "ifHCInOctets Gi0/1": float(2**64 - 1),
        "ifHCInOctets Gi0/2": 12.0,
    }


async def test_interfaces_carry_the_four_labels_of_if_mib(profiles: ProfileSet) -> None:
    picture = await DevicePoller(profiles).poll(RecordedSession(parse_recording(SWITCH)))
    labels = {key.labels for reading in picture.readings for key in reading.block.keys if key.metric == "ifOperStatus"}
    assert labels == {
        (("ifAlias", "to the core"), ("ifDescr", "GigabitEthernet0/1"), ("ifIndex", "1"), ("ifName", "Gi0/1")),
        (("ifAlias", ""), ("ifDescr", "GigabitEthernet0/2"), ("ifIndex", "2"), ("ifName", "Gi0/2")),
    }


async def test_blocks_stay_the_same_objects_over_polls_and_surveys(profiles: ProfileSet) -> None:
    poller, session = DevicePoller(profiles, survey_every=12), RecordedSession(parse_recording(SWITCH))
    pictures = [await poller.poll(session) for _ in range(14)]
    assert [picture.surveyed for picture in pictures].count(True) == 2
    blocks = [[reading.block for reading in picture.readings] for picture in pictures]
    assert all(one is other for later in blocks[1:] for one, other in zip(blocks[0], later, strict=True))


async def test_a_label_that_is_written_otherwise_and_reads_the_same_keeps_the_block(profiles: ProfileSet) -> None:
    session = RecordedSession(parse_recording(SWITCH))
    poller = DevicePoller(profiles, survey_every=0)
    before = await poller.poll(session)
    session.values |= parse_recording("1.3.6.1.2.1.31.1.1.1.18.1|4x|746f2074686520636f72650000\n")
    after = await poller.poll(session)
    assert [reading.block for reading in after.readings] == [reading.block for reading in before.readings]
    assert all(a.block is b.block for a, b in zip(after.readings, before.readings, strict=True))


async def test_later_polls_ask_for_nothing_that_the_device_does_not_have(profiles: ProfileSet) -> None:
    poller, session = DevicePoller(profiles), RecordedSession(parse_recording(SWITCH))
    await poller.poll(session)
    walked = []
    for _ in range(2):  # labels are read again now and then, and never in two polls in a row
        session.gets.clear()
        session.walks.clear()
        await poller.poll(session)
        assert len(session.gets) == 1
        walked.append([len(columns) for columns in session.walks])
    assert min(walked) == [2]  # ifOperStatus and ifHCInOctets


async def test_a_changed_description_of_an_interface_is_seen_without_a_survey(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    await poller.poll(RecordedSession(parse_recording(SWITCH)))
    renamed = RecordedSession(parse_recording(SWITCH.replace("to the core", "to the new core")))
    pictures = [await poller.poll(renamed) for _ in range(POLLS_BETWEEN_LABELS)]
    assert not any(picture.surveyed for picture in pictures)
    aliases = {dict(key.labels).get("ifAlias") for reading in pictures[-1].readings for key in reading.block.keys}
    assert "to the new core" in aliases


async def test_a_survey_that_fails_halfway_loses_nothing(profiles: ProfileSet) -> None:
    poller, session = DevicePoller(profiles, survey_every=1), RecordedSession(parse_recording(SWITCH))
    before = await poller.poll(session)
    await poller.poll(session)
    session.falls_silent_at_walk = True
    with pytest.raises(ProbeError):
        await poller.poll(session)
    session.falls_silent_at_walk = False
    after = await poller.poll(session)
    assert [reading.block for reading in after.readings] == [reading.block for reading in before.readings]


async def test_a_restart_with_other_interface_numbers_changes_the_labels_at_once(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    await poller.poll(RecordedSession(parse_recording(SWITCH)))
    swapped = SWITCH.replace("|4|Gi0/1", "|4|Gi0/x").replace("|4|Gi0/2", "|4|Gi0/1").replace("|4|Gi0/x", "|4|Gi0/2")
    picture = await poller.poll(RecordedSession(parse_recording(swapped.replace("|67|360000", "|67|500"))))
    assert values_of(picture)["ifOperStatus Gi0/2"] == 1.0


async def test_another_device_at_the_address_is_identified_anew(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    await poller.poll(RecordedSession(parse_recording(SWITCH)))
    other = SWITCH.replace("1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99998.7").replace("access-1", "access-2")
    picture = await poller.poll(RecordedSession(parse_recording(other)))
    assert picture.surveyed
    assert picture.identity.system["sysName"] == "access-2"


async def test_an_interface_that_appears_is_there_in_the_same_poll(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    await poller.poll(RecordedSession(parse_recording(SWITCH)))
    grown = SWITCH + "1.3.6.1.2.1.2.2.1.8.3|2|1\n1.3.6.1.2.1.31.1.1.1.1.3|4|Gi0/3\n"
    picture = await poller.poll(RecordedSession(parse_recording(grown)))
    assert not picture.surveyed
    assert values_of(picture)["ifOperStatus Gi0/3"] == 1.0


async def test_a_change_that_the_agent_itself_tells_of_is_seen_at_once(profiles: ProfileSet) -> None:
    changed_at = "1.3.6.1.2.1.31.1.5.0|67|{}\n"  # ifTableLastChange
    poller = DevicePoller(profiles)
    await poller.poll(RecordedSession(parse_recording(SWITCH + changed_at.format(100))))
    swapped = SWITCH.replace("|4|Gi0/1", "|4|Gi1/1") + changed_at.format(200)
    picture = await poller.poll(RecordedSession(parse_recording(swapped)))
    assert not picture.surveyed
    assert values_of(picture)["ifOperStatus Gi1/1"] == 1.0


async def test_a_profile_that_does_not_exist_is_our_own_fault(profiles: ProfileSet) -> None:
    with pytest.raises(ProbeError, match="no profile nosuch") as caught:
        await DevicePoller(profiles, "nosuch").poll(RecordedSession({}))
    assert caught.value.outcome is Outcome.LOCAL_FAULT
