"""Pages of devices, read back with prometheus_client's parser as a stranger would read them."""

import gc
import math
import re
from array import array
from datetime import UTC, datetime, timedelta
from weakref import ref

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from opsmon.metrics.block import BlockTexts
from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.device import Check, Device, Kind
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Identity, Labels, Outcome, Reading, Sample, SeriesBlock, SeriesKey, TableBlock

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CHECKS = (Check(CheckName("icmp"), "icmp", 30.0, 2.0), Check(CheckName("snmp"), "snmp", 60.0, 5.0))
IF_LABELS = (("ifAlias", ""), ("ifDescr", "GigabitEthernet0/0/1"), ("ifIndex", "1"), ("ifName", "GE0/0/1"))


def device(name: str = "sw-1") -> Device:
    return Device(DeviceName(name), SiteName("hall"), "192.0.2.1", Kind.SWITCH, checks=CHECKS)


def reading(*series: tuple[SeriesKey, float]) -> Reading:
    return Reading(SeriesBlock(tuple(key for key, _ in series)), array("d", [value for _, value in series]))


def sample(
    *readings: Reading, name: str = "sw-1", check: str = "snmp", outcome: Outcome = Outcome.OK, age_s: float = 1
) -> Sample:
    at = NOW - timedelta(seconds=age_s)
    return Sample(DeviceName(name), CheckName(check), outcome, at, at, 0.1, readings=readings)


def page(*reports: DeviceReport) -> str:
    return "".join(PageWriter().write(reports, NOW))


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def up(*samples: Sample, name: str = "sw-1") -> DeviceReport:
    return DeviceReport(device(name), DeviceState.UP, samples)


def test_interfaces_keep_if_mib_names_and_labels() -> None:
    text = page(up(sample(reading((SeriesKey("ifHCInOctets", IF_LABELS), 2.0**63), (SeriesKey("ifNumber"), 48)))))
    assert "# TYPE ifHCInOctets counter\n" in text
    assert (
        'ifHCInOctets{instance="sw-1",ifAlias="",ifDescr="GigabitEthernet0/0/1",ifIndex="1",ifName="GE0/0/1"} '
        "9223372036854775808\n"
    ) in text
    assert 'ifNumber{instance="sw-1"} 48\n' in text


def test_names_of_our_own_get_the_prefix_once() -> None:
    text = page(up(sample(reading((SeriesKey("ups_on_battery"), 1), (SeriesKey("opsmon_ups_load_ratio"), 0.25)))))
    assert 'opsmon_ups_on_battery{instance="sw-1"} 1\n' in text
    assert 'opsmon_ups_load_ratio{instance="sw-1"} 0.25\n' in text


def test_lines_of_one_metric_stand_together_over_devices_and_checks() -> None:
    ping = reading((SeriesKey("probe_success"), 1), (SeriesKey("probe_duration_seconds"), 0.002))
    web = reading((SeriesKey("probe_success"), 0), (SeriesKey("probe_duration_seconds"), 1.5))
    reports = [up(sample(ping, name=n, check="icmp"), sample(web, name=n), name=n) for n in ("a", "b", "c")]
    text = page(*reports)
    names = [re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")]
    runs = [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]
    assert len(runs) == len(set(runs))
    assert text.count("# TYPE probe_success gauge\n") == 1
    assert len(families(text)["probe_success"].samples) == 6


def test_a_ping_is_blackbox_and_another_check_is_told_apart() -> None:
    ping, web = reading((SeriesKey("probe_success"), 1)), reading((SeriesKey("probe_success"), 0))
    text = page(up(sample(ping, check="icmp"), sample(web)))
    assert 'probe_success{instance="sw-1"} 1\n' in text
    assert 'probe_success{instance="sw-1",check="snmp"} 0\n' in text


def test_the_same_series_from_two_checks_appears_once() -> None:
    both = SeriesKey("device_uptime_seconds")
    text = page(up(sample(reading((both, 7)), check="icmp"), sample(reading((both, 8), (both, 9)))))
    assert [line for line in text.splitlines() if line.startswith("opsmon_device_uptime_seconds")] == [
        'opsmon_device_uptime_seconds{instance="sw-1"} 7'
    ]


def test_absent_values_leave_no_line_and_an_absent_metric_no_header() -> None:
    one, two = (SeriesKey("device_fan_ok", (("fan", fan),)) for fan in "12")
    text = page(up(sample(reading((one, math.nan), (two, 1.0), (SeriesKey("wlc_aps"), math.nan)))))
    assert 'fan="1"' not in text
    assert 'opsmon_device_fan_ok{instance="sw-1",fan="2"} 1\n' in text
    assert "opsmon_wlc_aps" not in text
    assert "NaN" not in text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (2.0**53, "9007199254740992"),
        (2.0**64, "18446744073709551616"),
        (2.0**65, "3.6893488147419103e+19"),
        (-5.0, "-5"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
    ],
)
@pytest.mark.parametrize("beside", [1.0, 0.5, math.nan])
def test_numbers_are_written_the_same_whatever_stands_beside_them(value: float, written: str, beside: float) -> None:
    keys = [SeriesKey("device_temperature_celsius", (("sensor", sensor),)) for sensor in ("this", "other")]
    text = page(up(sample(reading((keys[0], value), (keys[1], beside)))))
    assert f'{{instance="sw-1",sensor="this"}} {written}\n' in text


def test_what_devices_say_of_themselves_cannot_break_the_page() -> None:
    evil = 'a"b\\c\nd{%d}%s e="f"\r\u2028中\udcff'
    labels = (("ifAlias", evil),)
    text = page(up(sample(reading((SeriesKey("ifMtu", labels), 1.0), (SeriesKey("ifSpeed", labels), 0.5)))))
    for metric in ("ifMtu", "ifSpeed"):
        assert families(text)[metric].samples[0].labels["ifAlias"] == evil.replace("\udcff", "?")
    text.encode("utf-8")


def test_old_samples_and_samples_of_removed_checks_are_left_out() -> None:
    value = reading((SeriesKey("ups_on_battery"), 1))
    assert "ups_on_battery" in page(up(sample(value, age_s=180)))
    assert "ups_on_battery" not in page(up(sample(value, age_s=200)))
    assert "ups_on_battery" not in page(up(sample(value, check="gone")))


def test_a_device_that_is_down_has_no_values_but_is_told_to_be_down() -> None:
    failed = sample(outcome=Outcome.TIMEOUT)
    text = page(DeviceReport(device(), DeviceState.DOWN, (failed,), Identity(vendor="Example", model="S5")))
    assert 'opsmon_device_up{instance="sw-1"} 0\n' in text
    assert 'opsmon_device_state{instance="sw-1",state="down"} 1\n' in text
    assert 'opsmon_device_state{instance="sw-1",state="up"} 0\n' in text
    assert 'opsmon_device_info{instance="sw-1",vendor="Example",model="S5",serial="",software=""} 1\n' in text


@pytest.mark.parametrize(
    ("state", "outcome", "line"),
    [
        (DeviceState.UP, Outcome.OK, "1"),
        (DeviceState.DEGRADED, Outcome.TIMEOUT, "1"),
        (DeviceState.UNREACHABLE, Outcome.TIMEOUT, "0"),
        (DeviceState.UNKNOWN, Outcome.LOCAL_FAULT, None),
        (None, Outcome.OK, None),
        (DeviceState.FLAPPING, Outcome.OK, "1"),
        (DeviceState.MAINTENANCE, Outcome.TIMEOUT, "0"),
        (DeviceState.MAINTENANCE, Outcome.LOCAL_FAULT, None),
    ],
)
def test_up_says_only_what_is_known(state: DeviceState | None, outcome: Outcome, line: str | None) -> None:
    text = page(DeviceReport(device(), state, (sample(outcome=outcome),)))
    lines = [row for row in text.splitlines() if row.startswith("opsmon_device_up{")]
    assert lines == ([] if line is None else [f'opsmon_device_up{{instance="sw-1"}} {line}'])


def test_an_empty_page_is_empty() -> None:
    assert page() == ""


def test_pieces_stay_small_and_together_are_the_page() -> None:
    keys = [SeriesKey("ifMtu", (("ifName", f"port-{n}"),)) for n in range(500)]
    reports = [up(sample(reading(*((key, 1.0) for key in keys)), name=f"d{n}"), name=f"d{n}") for n in range(20)]
    pieces = list(PageWriter().write(reports, NOW))
    assert max(map(len, pieces)) < 262_144
    assert len(families("".join(pieces))["ifMtu"].samples) == 10_000


def test_the_text_of_a_block_goes_with_the_block_and_is_made_once_for_all_devices() -> None:
    texts = BlockTexts()
    block = SeriesBlock((SeriesKey("ifMtu"),))
    first = texts.of(CheckName("snmp"), block)
    assert texts.of(CheckName("snmp"), block) is first
    assert texts.made == 1
    watched = ref(block)
    del block
    gc.collect()
    assert watched() is None


def test_a_block_of_a_probe_has_a_text_for_each_check_that_shares_it() -> None:
    texts = BlockTexts()
    block = SeriesBlock((SeriesKey("probe_success"),))
    web, mail = (texts.of(CheckName(check), block) for check in ("web", "mail"))
    assert texts.of(CheckName("web"), block) is web
    assert [text.segment("probe_success").render("a", array("d", [1.0])) for text in (web, mail)] == [
        'probe_success{instance="a",check="web"} 1\n',
        'probe_success{instance="a",check="mail"} 1\n',
    ]


def test_the_columns_of_a_table_have_one_text_a_row_between_them() -> None:
    rows = [(("ifIndex", str(port)), ("ifName", f"GE0/0/{port}")) for port in range(1, 49)]
    block = TableBlock(("ifMtu", "ifHCInOctets"), rows)
    text = BlockTexts().of(CheckName("snmp"), block)
    assert text.segment("ifMtu").tails is text.segment("ifHCInOctets").tails
    values = array("d", [1500.0] * 48 + [float(port) for port in range(48)])
    report = up(sample(Reading(block, values)))
    assert page(report) == page(up(sample(Reading(SeriesBlock(tuple(block.keys)), values))))
    assert 'ifHCInOctets{instance="sw-1",ifIndex="48",ifName="GE0/0/48"} 47\n' in page(report)


@pytest.mark.parametrize("rows", [[(), ()], [(("ifName", "a"),), (("ifName", "a"),)], [(("ifName", "a"),)], []])
def test_a_table_of_rows_that_share_a_name_is_told_row_by_row(rows: list[Labels]) -> None:
    block = TableBlock(("ifMtu", "ups_load_ratio", "opsmon_ups_load_ratio", "probe_success"), rows)
    values = array("d", range(4 * len(rows)))
    assert page(up(sample(Reading(block, values)))) == page(up(sample(Reading(SeriesBlock(tuple(block.keys)), values))))
