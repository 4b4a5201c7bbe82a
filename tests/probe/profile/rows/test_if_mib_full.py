"""All of IF-MIB: what a dashboard made for snmp_exporter's module if_mib finds, and that the default stays lean."""

import pytest

from opsmon.metrics.catalogue import INTERFACES
from opsmon.model.device import Device, Kind
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import SeriesKey
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import POLLS_BETWEEN_LABELS, DevicePicture, DevicePoller
from opsmon.probe.profile.pollers import DevicePollers
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
# Columns of one row: the object's number, snmprec's type, the value.
ROW_OF_IF_TABLE = (
    "1|2|3", "2|4|GigabitEthernet0/3", "3|2|6", "4|2|1500", "5|66|1000000000", "6|4x|001b54aabbcc", "7|2|1", "8|2|1",
    "9|67|4711", "10|65|10", "11|65|11", "12|65|12", "13|65|13", "14|65|14", "15|65|15", "16|65|16", "17|65|17",
    "18|65|18", "19|65|19", "20|65|20", "21|66|21", "22|6|0.0",
)  # fmt: skip
ROW_OF_IF_X_TABLE = (
    "1|4|Gi0/3", "2|65|102", "3|65|103", "4|65|104", "5|65|105", "6|70|106", "7|70|107", "8|70|108", "9|70|109",
    "10|70|110", "11|70|111", "12|70|112", "13|70|113", "14|2|1", "15|66|1000", "16|2|2", "17|2|1", "18|4|uplink",
    "19|67|99",
)  # fmt: skip
LABELS = (("ifAlias", "uplink"), ("ifDescr", "GigabitEthernet0/3"), ("ifIndex", "3"), ("ifName", "Gi0/3"))


def column(table: str, cell: str) -> str:
    number, kind, value = cell.split("|")
    return f"{table}.{number}.3|{kind}|{value}"


SWITCH = "\n".join(
    [
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.1208",
        "1.3.6.1.2.1.1.3.0|67|360000",
        "1.3.6.1.2.1.2.1.0|2|1",
        *(column(IF_TABLE, cell) for cell in ROW_OF_IF_TABLE),
        *(column(IF_X_TABLE, cell) for cell in ROW_OF_IF_X_TABLE),
    ]
)


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def interface_series(picture: DevicePicture) -> dict[SeriesKey, float]:
    return {
        key: value
        for reading in picture.readings
        for key, value in zip(reading.block.keys, reading.values, strict=True)
        if key.metric.startswith("if")
    }


async def test_every_name_of_the_module_comes_with_its_labels_and_value(profiles: ProfileSet) -> None:
    found = interface_series(await DevicePoller(profiles, "if-mib-full").poll(RecordedSession(parse_recording(SWITCH))))
    assert {key.metric for key in found} == set(INTERFACES)
    values = {key.metric: value for key, value in found.items()}
    assert found[SeriesKey("ifNumber")] == 1.0
    assert found[SeriesKey("ifHCInOctets", LABELS)] == 106.0
    assert found[SeriesKey("ifInOctets", LABELS)] == 10.0
    assert (values["ifSpeed"], values["ifHighSpeed"], values["ifIndex"]) == (1e9, 1000.0, 3.0)
    assert (values["ifLastChange"], values["ifCounterDiscontinuityTime"]) == (4711.0, 99.0)


async def test_what_is_no_number_is_a_label_of_a_series_that_is_1(profiles: ProfileSet) -> None:
    found = interface_series(await DevicePoller(profiles, "if-mib-full").poll(RecordedSession(parse_recording(SWITCH))))
    told = {
        "ifType_info": ("ifType", "ethernetCsmacd"),
        "ifPhysAddress": ("ifPhysAddress", "00:1B:54:AA:BB:CC"),
        "ifSpecific": ("ifSpecific", "0.0"),
    }
    for metric, label in told.items():
        assert found[SeriesKey(metric, tuple(sorted((*LABELS, label))))] == 1.0


async def test_a_type_without_a_name_is_told_by_its_number(profiles: ProfileSet) -> None:
    unknown = SWITCH.replace(f"{IF_TABLE}.3.3|2|6", f"{IF_TABLE}.3.3|2|999")
    found = interface_series(
        await DevicePoller(profiles, "if-mib-full").poll(RecordedSession(parse_recording(unknown)))
    )
    assert SeriesKey("ifType_info", tuple(sorted((*LABELS, ("ifType", "999"))))) in found


async def test_the_blocks_stay_the_same_until_an_address_changes(profiles: ProfileSet) -> None:
    poller, session = DevicePoller(profiles, "if-mib-full"), RecordedSession(parse_recording(SWITCH))
    first, second = await poller.poll(session), await poller.poll(session)
    assert [reading.block for reading in first.readings] == [reading.block for reading in second.readings]
    swapped = RecordedSession(parse_recording(SWITCH.replace("001b54aabbcc", "001b54aabbcd")))
    for _ in range(POLLS_BETWEEN_LABELS):
        picture = await poller.poll(swapped)
    assert any(("ifPhysAddress", "00:1B:54:AA:BB:CD") in key.labels for key in interface_series(picture))


async def test_a_device_of_any_profile_can_be_asked_for_all_of_it(profiles: ProfileSet) -> None:
    device = Device(DeviceName("sw-1"), SiteName("hall"), "192.0.2.1", Kind.SWITCH)
    pollers, session = DevicePollers(profiles), RecordedSession(parse_recording(SWITCH))
    lean = await pollers.of(device).poll(session)
    full = await pollers.of(device, all_interface_objects=True).poll(session)
    assert lean.profile.name == full.profile.name == "cisco-ios"
    assert {key.metric for key in interface_series(full)} == set(INTERFACES)
    assert len(interface_series(lean)) == 15
    assert SeriesKey("ifInOctets", LABELS) not in interface_series(lean)
