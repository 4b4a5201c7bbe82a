"""From raw values to metrics: units, scales, states, shares, sentinels, and what is not to be believed."""

from typing import Any

import pytest

from opsmon.probe.profile.poller import DevicePoller
from tests.support.probe.profile.making import poll, profiles_of, series_of
from tests.support.probe.profile.recording import RecordedSession, parse_recording

COLUMN = "1.3.6.1.4.1.99999.1"
OBJECTS = {
    "value": "1.3.6.1.4.1.99999.1",
    "other": "1.3.6.1.4.1.99999.2",
    "third": "1.3.6.1.4.1.99999.3",
    "scalar": "1.3.6.1.4.1.99999.9.0",
}


def lines(**columns: Any) -> str:
    """A recording of one row, 1, by object name; text values are octets."""
    return "".join(
        f"{OBJECTS[name]}{'' if OBJECTS[name].endswith('.0') else '.1'}|{'4' if isinstance(raw, str) else '2'}|{raw}\n"
        for name, raw in columns.items()
    )


async def metric(name: str, source: dict[str, Any], **columns: Any) -> float | None:
    """The only value that one source gives of one row; None when it gives none."""
    picture = await poll(lines(**columns), objects=OBJECTS, metrics={name: [source]})
    found = list(series_of(picture).values())
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("name", "source", "raw", "value"),
    [
        ("device_cpu_ratio", {"unit": "percent"}, 44, 0.44),
        ("device_cpu_ratio", {"unit": "percent", "scale": 0.1}, 463, 0.463),
        ("ups_runtime_remaining_seconds", {"unit": "minutes"}, 43, 2580.0),
        ("ups_runtime_remaining_seconds", {"unit": "ticks"}, 570900, 5709.0),
        ("ups_runtime_remaining_seconds", {"unit": "hours"}, 2, 7200.0),
        ("env_temperature_celsius", {"unit": "fahrenheit"}, 77, 25.0),
        ("env_temperature_celsius", {"unit": "kelvin", "scale": 0.1}, 2982, pytest.approx(25.05)),
        ("device_cpu_ratio", {"unit": "percent"}, "52 PERCENT", 0.52),
    ],
)
async def test_units_become_base_units(name: str, source: dict[str, Any], raw: object, value: float) -> None:
    assert await metric(name, {"value": "value", **source}, value=raw) == pytest.approx(value)


@pytest.mark.parametrize(("raw", "volts"), [(231, 231.0), (2313, 231.3), (23130, 231.3), (900000, None)])
async def test_the_first_scale_that_gives_a_sane_value_is_taken(raw: int, volts: float | None) -> None:
    source = {"value": "value", "unit": "volts", "scale": [1, 0.1, 0.01], "high": 500}
    assert await metric("ups_input_volts", source, value=raw) == (volts and pytest.approx(volts))


@pytest.mark.parametrize(
    "raw", [-1, 255, 65535, 655350, 2147483647, -2147483648, 4294967295, -99999, -273, "", "N/A", 0]
)
async def test_a_sentinel_is_absent(raw: object) -> None:
    source = {"value": "value", "unit": "celsius", "low": 1, "high": 100}
    assert await metric("device_temperature_celsius", source, value=raw) is None


async def test_a_sentinel_may_stand_in_a_text_with_its_unit() -> None:
    source = {"value": "value", "unit": "celsius", "sentinels": [99]}
    assert await metric("device_temperature_celsius", source, value="99 C") is None
    assert await metric("device_temperature_celsius", source, value="98 C") == 98.0


async def test_a_count_of_65535_is_a_count() -> None:
    assert await metric("firewall_sessions", {"value": "value"}, value=65535) == 65535.0
    assert await metric("firewall_sessions", {"value": "value"}, value=4294967295) is None


@pytest.mark.parametrize(("raw", "state"), [(1, 1.0), (2, 0.0), ("2", 0.0), ("OK", 1.0), (3, None), ("", None)])
async def test_states_are_told_by_number_or_word(raw: object, state: float | None) -> None:
    source = {"value": "value", "states": {1: [1, "ok"], 0: [2]}}
    assert await metric("device_fan_ok", source, value=raw) == state


async def test_the_rest_of_the_states_is_named_at_once() -> None:
    source = {"value": "value", "states": {1: [0], 0: "rest"}}
    assert await metric("device_psu_ok", source, value=7) == 0.0


@pytest.mark.parametrize(
    ("source", "columns", "share"),
    [
        ({"used": "value", "total": "other"}, {"value": 30, "other": 40}, 0.75),
        ({"used": "value", "free": "other"}, {"value": 30, "other": 10}, 0.75),
        ({"total": "value", "free": "other"}, {"value": 40, "other": 10}, 0.75),
        ({"total": "value", "free": ["other", "third"]}, {"value": 40, "other": 5, "third": 5}, 0.75),
        ({"total": "value", "free": ["other", "third"]}, {"value": 40, "other": 10}, 0.75),
        ({"idle": "value"}, {"value": 25}, 0.75),
        ({"used": "value", "total": "other"}, {"value": 0, "other": 0}, None),
        ({"used": "value", "total": "other"}, {"value": -30, "other": -40}, None),
        ({"used": "value", "total": "other"}, {"value": 30}, None),
        ({"used": "value", "total": "other"}, {"value": 50, "other": 40}, None),
        ({"total": "value", "free": "other"}, {"value": "3577.62 MB", "other": "357.762 MB"}, 0.9),
    ],
)
async def test_shares_are_made_of_what_there_is(
    source: dict[str, Any], columns: dict[str, Any], share: float | None
) -> None:
    assert await metric("device_memory_used_ratio", source, **columns) == (share and pytest.approx(share))


async def test_sums_want_every_part() -> None:
    source = {"sum": ["value", "other"], "unit": "count"}
    assert await metric("wlc_aps", source, value=30, other=2) == 32.0
    assert await metric("wlc_aps", source, value=30) is None


@pytest.mark.parametrize(("on_battery", "believed"), [(3, None), (5, 0.0)])
async def test_a_runtime_of_0_is_believed_on_battery_alone(on_battery: int, believed: float | None) -> None:
    source = {"value": "value", "unit": "minutes", "disbelieve": [{"values": [0], "unless": {"scalar": [5]}}]}
    assert await metric("ups_runtime_remaining_seconds", source, value=0, scalar=on_battery) == believed


@pytest.mark.parametrize(
    ("test", "other", "passes"),
    [
        ([1, 2], 2, True),
        ([1, 2], 3, False),
        (["C"], "c ", True),
        ({"none_of": [0]}, 0, False),
        ({"above": 0}, 0, False),
        ({"above": 0}, 1, True),
        ({"below": 10}, 10, False),
        ({"matches": "fan"}, "FAN 1", True),
        ({"lacks": "fan"}, "FAN 1", False),
    ],
)
async def test_rows_are_filtered_by_another_column(test: object, other: object, passes: bool) -> None:
    source = {"value": "value", "unit": "percent", "where": {"other": test}}
    assert (await metric("device_cpu_ratio", source, value=5, other=other) is not None) is passes


async def test_a_row_without_what_a_filter_asks_for_does_not_pass() -> None:
    source = {"value": "value", "unit": "percent", "where": {"other": {"none_of": [7]}}}
    two = lines(value=5, other=1) + f"{OBJECTS['value']}.2|2|6\n"
    picture = await poll(two, objects=OBJECTS, metrics={"device_cpu_ratio": [source]})
    assert list(series_of(picture).values()) == [0.05]


async def test_a_count_of_nothing_is_0_where_the_table_is_there() -> None:
    source = {"value": "value", "states": {1: [1]}, "over": "count"}
    assert await metric("wlc_aps_up", source, value=1) == 1.0
    assert await metric("wlc_aps_up", source, value=2) == 0.0
    assert await metric("wlc_aps_up", source, other=2) is None


async def test_what_is_disbelieved_at_first_is_believed_when_its_time_comes() -> None:
    doubt = [{"values": [0], "unless": {"scalar": [5]}}]
    source = {"value": "value", "unit": "volts", "label": {"index": "all"}, "disbelieve": doubt}
    profiles = profiles_of({"name": "tested", "objects": OBJECTS, "metrics": {"ups_input_volts": [source]}})
    other_phase = f"{OBJECTS['value']}.2|2|230\n"
    session = RecordedSession(parse_recording(lines(value=0, scalar=3) + other_phase))
    poller = DevicePoller(profiles, "tested")
    assert series_of(await poller.poll(session)) == {"ups_input_volts{2}": 230.0}
    session.values |= parse_recording(lines(scalar=5))
    assert series_of(await poller.poll(session)) == {"ups_input_volts{1}": 0.0, "ups_input_volts{2}": 230.0}


async def test_a_row_that_says_nothing_has_no_place_in_the_block() -> None:
    source = {"value": "value", "unit": "celsius", "label": {"index": "all"}, "sentinels": [99]}
    recording = lines(value=41) + f"{OBJECTS['value']}.2|2|99\n"
    picture = await poll(recording, objects=OBJECTS, metrics={"device_temperature_celsius": [source]})
    (reading,) = picture.readings
    assert [key.labels for key in reading.block.keys] == [(("sensor", "1"),)]


async def test_a_filter_that_the_agent_knows_nothing_of_is_passed_over() -> None:
    source = {"value": "value", "unit": "percent", "where": {"other": [1]}}
    assert await metric("device_cpu_ratio", source, value=5) == 0.05


async def test_a_sensor_carries_its_own_scale_and_precision() -> None:
    source = {"value": "value", "unit": "celsius", "si_scale": "other", "precision": "third"}
    # RFC 3433: milli(8) with no decimals, units(9) with one, and nonsense.
    assert await metric("device_temperature_celsius", source, value=45542, other=8, third=0) == pytest.approx(45.542)
    assert await metric("device_temperature_celsius", source, value=346, other=9, third=1) == pytest.approx(34.6)
    assert await metric("device_temperature_celsius", source, value=346, other=999999, third=0) is None


@pytest.mark.parametrize("text", ["²", "--5", "-", "٣", "5" * 500])
async def test_digits_that_are_no_number_are_one_of_no_states(text: str) -> None:
    source = {"value": "value", "states": {1: [5]}, "sentinels": [7]}
    assert await metric("device_fan_ok", source, value=text) is None
