"""Link utilisation from counters: wraps, restarts, renumbering, and no number where none is honest."""

from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.model.sample import SeriesKey
from opsmon.state.condition.rate import CounterReading, measure_utilisation
from opsmon.state.condition.rules import Measure, Rule
from tests.support.state.scene import START, make_device
from tests.support.state.series import Meter, above, key, make_rule, meter

GIGABIT = 1e9
MINUTE_AT_HALF = 60 * GIGABIT / 8 / 2  # octets


def reading(
    second: float, octets_in: float, octets_out: float = 0.0, uptime_s: float | None = None, index: str = "1"
) -> CounterReading:
    at = START + timedelta(seconds=second)
    return CounterReading(at, octets_in, octets_out, second if uptime_s is None else uptime_s, (index, 64, 0.0))


def ratio(before: CounterReading, after: CounterReading, speed: float = GIGABIT, bits: int = 64) -> float | None:
    return measure_utilisation(before, after, speed, bits).ratio


def test_the_busier_direction_counts() -> None:
    assert ratio(reading(0, 0), reading(60, MINUTE_AT_HALF / 5, MINUTE_AT_HALF)) == pytest.approx(0.5)


def test_the_first_reading_gives_nothing() -> None:
    assert measure_utilisation(None, reading(0, 5), GIGABIT, 64).ratio is None


@pytest.mark.parametrize("bits", [32, 64])
def test_a_wrapped_counter_is_carried_over(bits: int) -> None:
    speed = 1e8
    grown = 60 * speed / 8 / 2
    before = 2.0**bits - grown / 2
    assert ratio(reading(0, before), reading(60, grown / 2), speed, bits) == pytest.approx(0.5, rel=1e-3)


def test_a_counter_that_went_back_without_a_wrap_gives_nothing() -> None:
    assert ratio(reading(0, 1e12, 5.0), reading(60, 5.0, 1.0)) is None


def test_a_restart_starts_over_from_the_new_reading() -> None:
    used = measure_utilisation(reading(1000, 1e9), reading(1060, 2e9, uptime_s=30), GIGABIT, 64)
    assert used.ratio is None
    assert used.baseline.octets_in == 2e9


def test_another_index_behind_the_name_starts_over() -> None:
    assert ratio(reading(0, 0, index="1"), reading(60, MINUTE_AT_HALF, index="9")) is None


def test_a_discontinuity_starts_over() -> None:
    after = CounterReading(START + timedelta(seconds=60), MINUTE_AT_HALF, 0, 60, ("1", 64, 4711.0))
    assert ratio(reading(0, 0), after) is None


def test_no_line_carries_ten_times_its_speed() -> None:
    assert ratio(reading(0, 0), reading(60, MINUTE_AT_HALF * 20)) is None


def test_32_bits_are_too_few_for_a_fast_link_polled_once_a_minute() -> None:
    assert ratio(reading(0, 0), reading(60, 1e9), speed=GIGABIT, bits=32) is None


def test_an_unknown_speed_gives_nothing() -> None:
    assert ratio(reading(0, 0), reading(60, 100.0), speed=0.0) is None


def test_polls_too_close_keep_the_older_baseline() -> None:
    used = measure_utilisation(reading(0, 0), reading(1, 1e6), GIGABIT, 64)
    assert used.ratio is None
    assert used.baseline == reading(0, 0)


BUSY = make_rule("Busy", "ifHCInOctets", above(0.8), measure=Measure.LINK_UTILISATION, important=True)
BUSY_32 = make_rule("Busy", "ifInOctets", above(0.8), measure=Measure.LINK_UTILISATION, important=True)


def link(index: str, octets: float, names: tuple[str, str], speed: tuple[str, float]) -> dict[SeriesKey, float]:
    labels = {"ifIndex": index, "ifName": "Gi0/1", "ifDescr": "", "ifAlias": ""}
    return {
        key(names[0], **labels): octets,
        key(names[1], **labels): 0.0,
        key(speed[0], **labels): speed[1],
        key("device_uptime_seconds"): 1e6,
    }


HC = ("ifHCInOctets", "ifHCOutOctets")
OLD = ("ifInOctets", "ifOutOctets")


@pytest.mark.parametrize(
    ("rule", "names", "speed", "wraps_at"),
    [(BUSY, HC, ("ifHighSpeed", 100.0), 2**64), (BUSY_32, OLD, ("ifSpeed", 1e8), 2**32)],
)
def test_a_busy_link_is_raised(rule: Rule, names: tuple[str, str], speed: tuple[str, float], wraps_at: int) -> None:
    m = meter(rule, device=make_device("sw", checks=("snmp",), important=("Gi0/1",)))
    octets = 2.0**32 - 2e8
    for share in (0.2, 0.9, 0.2):
        octets += share * 1e8 / 8 * 60
        m.poll(link("1", octets % wraps_at, names, speed))
    assert m.told() == ["+Busy ifName=Gi0/1", "-Busy ifName=Gi0/1"]
    assert m.raised().value == pytest.approx(0.9)


def test_a_renumbered_link_measures_nothing_wrong() -> None:
    m = meter(BUSY, device=make_device("sw", checks=("snmp",), important=("Gi0/1",)))
    speed = ("ifHighSpeed", 1000.0)
    m.poll(link("1", 0.0, HC, speed)).poll(link("9", MINUTE_AT_HALF * 1.9, HC, speed))
    assert m.told() == []
    m.poll(link("9", MINUTE_AT_HALF * 3.8, HC, speed))
    assert m.told() == ["+Busy ifName=Gi0/1"]


def test_the_64_bit_counter_wins_over_the_32_bit_one() -> None:
    both = make_rule("Busy", "ifHCInOctets", above(0.8), measure=Measure.LINK_UTILISATION, important=True)
    both = replace(both, metrics=frozenset({"ifHCInOctets", "ifInOctets"}))
    m = meter(both, device=make_device("sw", checks=("snmp",), important=("Gi0/1",)))
    for octets in (0.0, 9e8, 18e8):
        good = link("1", octets * 0.9 * 100 * 1e6 * 60 / 8 / 9e8, HC, ("ifHighSpeed", 100.0))
        m.poll({**good, **link("1", 7.0, OLD, ("ifSpeed", 1e8))})
    assert m.told() == ["+Busy ifName=Gi0/1"]


def test_only_links_that_a_rule_watches_are_measured() -> None:
    m: Meter = meter(BUSY, device=make_device("sw", checks=("snmp",), important=("Gi0/2",)))
    m.poll(link("1", 0.0, HC, ("ifHighSpeed", 1000.0)))
    assert len(m.fleet.standings) == 0
