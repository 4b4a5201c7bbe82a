"""Laws of the metric pages: whatever devices are called and measure, a page reads back as what it shows."""

import math
from array import array
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.device import Check, Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock, SeriesKey

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CHECKS = tuple(Check(CheckName(name), name, 60.0, 2.0) for name in ("icmp", "snmp", "web"))
METRICS = ("ifHCInOctets", "ifMtu", "probe_success", "ups_load_ratio", "device_fan_ok", "unheard_of")
texts = st.text(max_size=12)
numbers = st.one_of(
    st.floats(),
    st.integers(-(2**53), 2**53).map(float),
    st.integers(0, 2**70).map(float),
    st.just(math.nan),
)
keys = st.builds(
    lambda metric, labels: SeriesKey(metric, tuple(sorted(labels.items()))),
    st.sampled_from(METRICS),
    st.dictionaries(st.sampled_from(["ifName", "fan", "phase"]), texts, max_size=3),
)
measured = st.lists(st.tuples(keys, numbers), max_size=12)
fleets = st.dictionaries(
    texts, st.dictionaries(st.sampled_from([check.name for check in CHECKS]), measured, max_size=3), max_size=3
)
Series = tuple[str, frozenset[tuple[str, str]]]


def report_of(name: str, checks: dict[CheckName, list[tuple[SeriesKey, float]]]) -> DeviceReport:
    device = Device(DeviceName(name), SiteName("s"), "192.0.2.1", Kind.OTHER, checks=CHECKS)
    samples = []
    for check, series in checks.items():
        block = SeriesBlock(tuple(key for key, _ in series))
        reading = Reading(block, array("d", [value for _, value in series]))
        samples.append(Sample(device.name, check, Outcome.OK, NOW, NOW, 0.1, readings=(reading,)))
    return DeviceReport(device, None, tuple(samples))


def expected_of(name: str, checks: dict[CheckName, list[tuple[SeriesKey, float]]]) -> dict[Series, float]:
    """What the page must show: the first word on every series, unless it is absent."""
    first: dict[Series, float] = {}
    taken: dict[str, set[Series]] = {}
    for check, series in checks.items():
        mine: dict[str, dict[Series, float]] = {}
        for key, value in series:
            foreign = key.metric.startswith(("if", "probe_"))
            exposed = key.metric if foreign else f"opsmon_{key.metric}"
            told = {"check": check} if exposed.startswith("probe_") and check != "icmp" else {}
            labels = frozenset({**dict(key.labels), **told, "instance": name}.items())
            mine.setdefault(exposed, {}).setdefault((exposed, labels), value)
        for metric, values in mine.items():
            if taken.get(metric, set()).isdisjoint(values):
                taken.setdefault(metric, set()).update(values)
                first.update(values)
    return {series: value for series, value in first.items() if not math.isnan(value)}


@settings(max_examples=60)
@given(fleets)
def test_a_page_reads_back_as_what_was_measured(
    fleet: dict[str, dict[CheckName, list[tuple[SeriesKey, float]]]],
) -> None:
    reports = [report_of(name, checks) for name, checks in fleet.items()]
    page = "".join(PageWriter().write(reports, NOW))
    expected = {s: v for name, checks in fleet.items() for s, v in expected_of(name, checks).items()}
    found = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.replace(" counter\n", " untyped\n"))  # else it adds _total
        for sample in family.samples
        if sample.name not in ("opsmon_device_inventory_info", "opsmon_check_last_timestamp_seconds")
    }
    assert found == expected


@settings(max_examples=60)
@given(fleets)
def test_lines_of_a_metric_stand_together_behind_one_header(
    fleet: dict[str, dict[CheckName, list[tuple[SeriesKey, float]]]],
) -> None:
    page = "".join(PageWriter().write([report_of(name, checks) for name, checks in fleet.items()], NOW))
    lines = page.split("\n")[:-1]
    types = [line.split(" ")[2] for line in lines if line.startswith("# TYPE ")]
    assert len(types) == len(set(types))
    current = ""
    for line in lines:
        if line.startswith("# TYPE "):
            current = line.split(" ")[2]
        elif not line.startswith("#"):
            assert line.startswith((f"{current}{{", f"{current} "))


@settings(max_examples=60)
@given(fleets)
def test_a_second_scrape_of_the_same_numbers_is_the_same_page(
    fleet: dict[str, dict[CheckName, list[tuple[SeriesKey, float]]]],
) -> None:
    writer, reports = PageWriter(), [report_of(name, checks) for name, checks in fleet.items()]
    assert "".join(writer.write(reports, NOW)) == "".join(writer.write(reports, NOW))
