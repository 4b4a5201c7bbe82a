"""The ring of values: a day and no more, gaps stay gaps, and never more series than its limit."""

import math
import tracemalloc
from array import array
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsmon.history.values import MAX_OF_DEVICE, MAX_SERIES, NAN, SLOT_S, SLOTS, ValueHistory
from opsmon.model.event import DeviceRenamed
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock, SeriesKey

START = datetime(2026, 11, 20, tzinfo=UTC)
KEY = SeriesKey("device_cpu_ratio", (("cpu", "1"),))
BLOCK = SeriesBlock((SeriesKey("ifHCInOctets"), KEY), (1,))
DEVICE = DeviceName("core-1")


def sample(slot: float, value: float, device: DeviceName = DEVICE) -> Sample:
    at = START + timedelta(seconds=slot * SLOT_S)
    readings = (Reading(BLOCK, array("d", [1.0, value])),)
    return Sample(device, CheckName("snmp"), Outcome.OK, at, at, 0.0, readings=readings)


def at_slot(slot: float) -> datetime:
    return START + timedelta(seconds=slot * SLOT_S)


def test_five_minutes_have_their_least_greatest_and_last() -> None:
    history = ValueHistory()
    for value in (0.5, 0.75, 0.25):
        history.take(sample(10, value))
    (curve,) = history.curves(DEVICE, at_slot(10))
    assert (curve.least[-1], curve.greatest[-1], curve.last[-1]) == (0.25, 0.75, 0.25)
    assert curve.key == KEY


@given(st.lists(st.tuples(st.integers(0, 900), st.floats(0, 1, width=32)), min_size=1, max_size=60))
def test_a_slot_holds_what_was_measured_in_it_and_a_gap_stays_one(measured: list[tuple[int, float]]) -> None:
    measured.sort(key=lambda one: one[0])
    history = ValueHistory()
    for slot, value in measured:
        history.take(sample(slot, value))
    now = measured[-1][0]
    (curve,) = history.curves(DEVICE, at_slot(now))
    for place in range(SLOTS):
        values = [value for slot, value in measured if slot == now - SLOTS + 1 + place]
        if values:
            assert (curve.least[place], curve.greatest[place]) == (min(values), max(values))
            assert curve.last[place] == values[-1]
        else:
            assert math.isnan(curve.last[place])


def test_what_is_older_than_a_day_is_gone_and_no_value_is_none() -> None:
    history = ValueHistory()
    history.take(sample(0, 0.5))
    history.take(sample(1, NAN))
    (curve,) = history.curves(DEVICE, at_slot(5))
    assert sum(not math.isnan(value) for value in curve.last) == 1
    assert list(history.curves(DEVICE, at_slot(SLOTS))) == []


def test_one_device_with_many_sensors_leaves_room_for_others() -> None:
    history, at = ValueHistory(), at_slot(0)
    keys = tuple(SeriesKey("device_temperature_celsius", (("sensor", str(number)),)) for number in range(1_000))
    reading = Reading(SeriesBlock(keys, tuple(range(1_000))), array("d", [20.0] * 1_000))
    history.take(Sample(DEVICE, CheckName("snmp"), Outcome.OK, at, at, 0.0, readings=(reading,)))
    assert len(history) == MAX_OF_DEVICE


def test_all_rings_together_take_less_than_64_megabytes() -> None:
    history, count = ValueHistory(), 2_000
    key = tuple(SeriesKey("device_cpu_ratio", (("cpu", str(number)),)) for number in range(20))
    blocks = SeriesBlock(key, tuple(range(20)))
    values = array("d", [0.5] * 20)
    tracemalloc.start()
    for number in range(count // 20):
        at = at_slot(0)
        history.take(
            Sample(
                DeviceName(f"d{number}"),
                CheckName("snmp"),
                Outcome.OK,
                at,
                at,
                0.0,
                readings=(Reading(blocks, values),),
            )
        )
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / count * MAX_SERIES < 64_000_000


def test_there_are_never_more_series_than_the_limit() -> None:
    history = ValueHistory(limit=2)
    for number in range(3):
        history.take(sample(0, 0.5, DeviceName(f"d{number}")))
    assert len(history) == 2
    history.take(sample(SLOTS + 1, 0.5, DeviceName("d9")))
    assert len(history) == 1
    assert list(history.curves(DeviceName("d9"), at_slot(SLOTS + 1)))


def test_a_device_keeps_its_curves_under_another_name() -> None:
    new, history = DeviceName("core-2"), ValueHistory()
    history.take(sample(10, 0.5))
    history.hear(1, [DeviceRenamed(at_slot(11), new, DEVICE)])
    history.take(sample(12, 0.75, new))
    (curve,) = history.curves(new, at_slot(12))
    assert (curve.last[-3], curve.last[-1]) == (0.5, 0.75)
    assert list(history.curves(DEVICE, at_slot(12))) == []
    assert len(history) == 1


def test_what_came_under_both_names_is_counted_once() -> None:
    new, history = DeviceName("core-2"), ValueHistory()
    history.take(sample(10, 0.5))
    history.take(sample(11, 0.75, new))
    history.hear(1, [DeviceRenamed(at_slot(11), new, DEVICE)])
    assert len(history) == len(list(history.curves(new, at_slot(12)))) == 1
