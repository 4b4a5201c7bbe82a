"""What agents get wrong: each case gives the rest of the picture, and nothing made up."""

from math import isnan

import pytest

from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.definition.resolve import parse_oid
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from opsmon.probe.profile.rows.table import MAX_TABLE_ROWS
from opsmon.probe.profile.text import MAX_VALUE_CHARS
from tests.support.probe.profile.making import poll, series_of
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
PORTS = (1, 2, 3)
TABLE = "".join(
    f"{IF}.2.{port}|4|port {port}\n{IF}.8.{port}|2|1\n{IFX}.1.{port}|4|Gi0/{port}\n{IFX}.6.{port}|70|{port}000\n"
    for port in PORTS
)
SYSTEM = "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1\n1.3.6.1.2.1.1.3.0|67|1000\n"


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def interfaces(picture: DevicePicture) -> dict[str, dict[str, float]]:
    """By ifName, then by column: what is there."""
    found: dict[str, dict[str, float]] = {}
    for reading in picture.readings:
        for key, value in zip(reading.block.keys, reading.values, strict=True):
            if "ifName" in (labels := dict(key.labels)) and not isnan(value):
                found.setdefault(labels["ifName"], {})[key.metric] = value
    return found


async def picture_of(profiles: ProfileSet, recording: str) -> DevicePicture:
    return await DevicePoller(profiles).poll(RecordedSession(parse_recording(recording)))


async def test_a_hole_in_a_column_is_one_absent_value(profiles: ProfileSet) -> None:
    holed = TABLE.replace(f"{IFX}.6.2|70|2000\n", "")
    found = interfaces(await picture_of(profiles, SYSTEM + holed))
    assert found["Gi0/1"]["ifHCInOctets"] == 1000.0
    assert "ifHCInOctets" not in found["Gi0/2"]
    assert found["Gi0/3"]["ifHCInOctets"] == 3000.0


async def test_a_missing_column_is_absent_and_the_32_bit_one_stands_in(profiles: ProfileSet) -> None:
    old = "".join(line + "\n" for line in TABLE.splitlines() if not line.startswith(f"{IFX}.6."))
    old += "".join(f"{IF}.10.{port}|65|{port}\n{IF}.5.{port}|66|1000000000\n" for port in PORTS)
    found = interfaces(await picture_of(profiles, SYSTEM + old))
    assert found["Gi0/2"] == {"ifOperStatus": 1.0, "ifInOctets": 2.0, "ifSpeed": 1e9}


async def test_an_agent_without_names_of_interfaces_gives_empty_labels(profiles: ProfileSet) -> None:
    picture = await picture_of(profiles, SYSTEM + f"{IF}.8.7|2|1\n")
    (key,) = [key for reading in picture.readings for key in reading.block.keys if key.metric == "ifOperStatus"]
    assert key.labels == (("ifAlias", ""), ("ifDescr", ""), ("ifIndex", "7"), ("ifName", ""))


@pytest.mark.parametrize("wrong", ["4|up", "6|1.3.6.1", "4x|ff00", "4|"])
async def test_a_value_of_a_wrong_type_is_absent_and_hurts_no_other(profiles: ProfileSet, wrong: str) -> None:
    found = interfaces(await picture_of(profiles, SYSTEM + TABLE.replace(f"{IF}.8.2|2|1", f"{IF}.8.2|{wrong}")))
    assert found["Gi0/1"]["ifOperStatus"] == found["Gi0/3"]["ifOperStatus"] == 1.0
    assert "ifOperStatus" not in found["Gi0/2"]


async def test_a_number_sent_as_text_is_a_number(profiles: ProfileSet) -> None:
    found = interfaces(await picture_of(profiles, SYSTEM + TABLE.replace(f"{IF}.8.2|2|1", f"{IF}.8.2|4|2")))
    assert found["Gi0/2"]["ifOperStatus"] == 2.0


async def test_rows_that_vanish_and_come_back_between_polls(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    await poller.poll(RecordedSession(parse_recording(SYSTEM + TABLE)))
    without = "".join(line + "\n" for line in TABLE.splitlines() if ".2|" not in line)
    assert set(interfaces(await poller.poll(RecordedSession(parse_recording(SYSTEM + without))))) == {"Gi0/1", "Gi0/3"}
    assert set(interfaces(await poller.poll(RecordedSession(parse_recording(SYSTEM + TABLE))))) == {
        "Gi0/1",
        "Gi0/2",
        "Gi0/3",
    }


async def test_a_row_that_vanishes_from_one_column_alone_keeps_the_others_in_place(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    before = await poller.poll(RecordedSession(parse_recording(SYSTEM + TABLE)))
    holed = TABLE.replace(f"{IFX}.6.1|70|1000\n", "")
    after = await poller.poll(RecordedSession(parse_recording(SYSTEM + holed)))
    assert not after.surveyed
    assert [reading.block for reading in after.readings] == [reading.block for reading in before.readings]
    assert interfaces(after)["Gi0/2"]["ifHCInOctets"] == 2000.0
    assert "ifHCInOctets" not in interfaces(after)["Gi0/1"]


async def test_names_of_rows_that_have_no_values_make_no_series(profiles: ProfileSet) -> None:
    session = RecordedSession(parse_recording(SYSTEM + TABLE + f"{IF}.2.9|4|a name alone\n"))
    poller = DevicePoller(profiles)
    assert set(interfaces(await poller.poll(session))) == {"Gi0/1", "Gi0/2", "Gi0/3"}
    assert not (await poller.poll(session)).surveyed


async def test_a_new_row_beside_a_hole_is_seen(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    await poller.poll(RecordedSession(parse_recording(SYSTEM + TABLE)))
    other = TABLE.replace(f"{IFX}.6.1|70|1000\n", f"{IFX}.6.9|70|9000\n{IFX}.1.9|4|Gi0/9\n")
    assert interfaces(await poller.poll(RecordedSession(parse_recording(SYSTEM + other))))["Gi0/9"] == {
        "ifHCInOctets": 9000.0
    }


async def test_rows_out_of_order_are_matched_by_their_index(profiles: ProfileSet) -> None:
    session = RecordedSession(parse_recording(SYSTEM + TABLE))
    poller = DevicePoller(profiles)
    await poller.poll(session)
    session.walks_backwards = True
    assert interfaces(await poller.poll(session))["Gi0/3"]["ifHCInOctets"] == 3000.0


@pytest.mark.parametrize(
    ("octets", "label"),
    [
        ("到核心".encode("gb18030").hex(), "到核心"),
        (b"to core\0\0\0\0".hex(), "to core"),
        (b"a\r\nb\x1b[31m".hex(), "a b [31m"),
        (b"\xff\xfe\x80".hex(), "\xff\xfe"),
        (b"x".hex() * 3000, "x" * (MAX_VALUE_CHARS - 1) + "…"),
    ],
)
async def test_labels_of_any_octets_are_clean_text(profiles: ProfileSet, octets: str, label: str) -> None:
    picture = await picture_of(profiles, SYSTEM + TABLE + f"{IFX}.18.1|4x|{octets}\n")
    aliases = {dict(key.labels)["ifAlias"] for reading in picture.readings for key in reading.block.keys if key.labels}
    assert label in aliases
    assert all(alias.encode("utf-8").decode("utf-8") == alias for alias in aliases)


async def test_two_things_of_one_name_stay_two_series() -> None:
    picture = await poll(
        "1.3.6.1.4.1.9.1.7|2|30\n1.3.6.1.4.1.9.1.8|2|40\n1.3.6.1.4.1.9.2.7|4|Board\n1.3.6.1.4.1.9.2.8|4|Board\n",
        objects={"heat": "1.3.6.1.4.1.9.1", "name": "1.3.6.1.4.1.9.2"},
        metrics={"device_temperature_celsius": [{"value": "heat", "unit": "celsius", "label": "name"}]},
    )
    assert series_of(picture) == {
        "device_temperature_celsius{Board}": 30.0,
        "device_temperature_celsius{Board #8}": 40.0,
    }


SENSOR = "1.3.6.1.2.1.99.1.1.1"


@pytest.mark.parametrize(
    ("types", "believed"), [(f"{SENSOR}.1.9|2|8\n", [41.0]), (f"{SENSOR}.1.9|2|4\n", []), ("", [])]
)
async def test_a_sensor_that_does_not_say_what_it_measures_is_no_thermometer(
    profiles: ProfileSet, types: str, believed: list[float]
) -> None:
    sensor = "".join(f"{SENSOR}.{column}.9|2|{value}\n" for column, value in ((2, 9), (3, 0), (4, 41), (5, 1)))
    picture = await picture_of(profiles, SYSTEM + types + sensor)
    assert [value for key, value in series_of(picture).items() if "temperature" in key] == believed


async def test_an_agent_that_says_nothing_at_all_is_no_error(profiles: ProfileSet) -> None:
    picture = await picture_of(profiles, "")
    assert picture.profile.name == "generic"
    assert series_of(picture) == {}


async def test_system_words_of_wrong_types_are_no_error(profiles: ProfileSet) -> None:
    picture = await picture_of(
        profiles, "1.3.6.1.2.1.1.1.0|2|5\n1.3.6.1.2.1.1.2.0|4|no oid\n1.3.6.1.2.1.1.3.0|4|soon\n"
    )
    assert picture.identity.system == {"sysDescr": "5", "sysObjectID": "no oid"}


async def test_a_table_without_end_is_cut_and_not_surveyed_at_every_poll(profiles: ProfileSet) -> None:
    rows = range(1, MAX_TABLE_ROWS + 101)
    table = "".join(f"{IF}.2.{row}|4|ppp{row}\n{IF}.8.{row}|2|1\n" for row in rows)
    session = RecordedSession(parse_recording(SYSTEM + table))
    uplink = f"ppp{rows[-1]}"
    poller = DevicePoller(profiles, important=[uplink])
    for picture in (await poller.poll(session), second := await poller.poll(session)):
        named = {dict(key.labels).get("ifDescr") for reading in picture.readings for key in reading.block.keys}
        assert len(named - {None}) == MAX_TABLE_ROWS
        assert uplink in named
        assert "100 are left out" in picture.problems[0]
        assert series_of(picture)["agent_rows_left_out{interfaces}"] == 100
    assert not second.surveyed
    before = len(session.walks)
    for _ in range(3):
        await poller.poll(session)
    labels = [columns for columns in session.walks[before:] if parse_oid(f"{IF}.2") in columns]
    assert len(labels) <= 1  # only when it is their turn
