"""Laws of the metric pages: whatever devices are called and measure, a page reads back as what it shows."""

import math
from array import array
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from opsmon.metrics.catalogue import exposed_name
from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter, header_of
from opsmon.metrics.text import escape_label_value, format_value
from opsmon.model.device import Check, Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Labels, Outcome, Reading, Sample, SeriesBlock, SeriesKey, TableBlock

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


def plain_page(reports: list[DeviceReport]) -> str:
    """The page as a plain formatter writes it: line by line, and then the lines of each metric together."""
    lines: dict[str, list[str]] = {}
    for report in reports:
        told: dict[str, list[set[str]]] = {}
        name = escape_label_value(report.device.name)
        add(lines, "opsmon_device_inventory_info", name, inventory_of(report.device), 1.0)
        for sample in report.samples:
            labels = f',check="{sample.check}"'
            add(lines, "opsmon_check_last_timestamp_seconds", name, labels, sample.at.timestamp())
        for sample in report.samples:
            for reading in sample.readings:
                told_by = names_of(sample, reading)
                for metric, series in told_by.items():
                    if all(earlier.isdisjoint(series) for earlier in told.setdefault(metric, [])):
                        told[metric].append(set(series))
                        for labels, value in series.items():
                            add(lines, metric, name, labels, value)
    return "".join(f"{header_of(metric)}{''.join(text)}" for metric, text in lines.items() if text)


def add(lines: dict[str, list[str]], metric: str, name: str, labels: str, value: float) -> None:
    rows = lines.setdefault(metric, [])
    if not math.isnan(value):
        rows.append(f'{metric}{{instance="{name}"{labels}}} {format_value(value)}\n')


def inventory_of(device: Device) -> str:
    told = {"site": device.site, "kind": "other", "contract": "", "service": "", "address": device.address, "title": ""}
    return "".join(f',{name}="{value}"' for name, value in told.items())


def names_of(sample: Sample, reading: Reading) -> dict[str, dict[str, float]]:
    """The values of a block by metric and labels; of two series of one name the first."""
    found: dict[str, dict[str, float]] = {}
    for key, value in zip(reading.block.keys, reading.values, strict=True):
        metric = exposed_name(key.metric)
        told = [*key.labels, ("check", str(sample.check))] if is_told_apart(metric, sample) else key.labels
        labels = "".join(f',{label}="{escape_label_value(text)}"' for label, text in told)
        found.setdefault(metric, {}).setdefault(labels, value)
    return found


def is_told_apart(metric: str, sample: Sample) -> bool:
    return metric.startswith("probe_") and sample.check != "icmp"


rows = st.lists(
    st.dictionaries(st.sampled_from(["ifName", "ifAlias"]), texts, max_size=2).map(
        lambda labels: tuple(sorted(labels.items()))
    ),
    max_size=4,
)


@st.composite
def tables(draw: st.DrawFn) -> Reading:
    """A table with the same rows in each column, as interfaces are told."""
    metrics = draw(st.lists(st.sampled_from(METRICS), unique=True, max_size=3))
    block = TableBlock(tuple(metrics), draw(rows))
    values = draw(st.lists(numbers, min_size=len(block), max_size=len(block)))
    return Reading(block, array("d", values))


@settings(max_examples=100)
@given(fleets, st.lists(tables(), max_size=3))
def test_a_page_is_what_a_plain_formatter_writes(
    fleet: dict[str, dict[CheckName, list[tuple[SeriesKey, float]]]], more: list[Reading]
) -> None:
    reports = [report_of(name, checks) for name, checks in fleet.items()]
    for name in ("a%d", "b"):  # two devices of one model: the blocks are theirs in common
        report = report_of(name, {})
        sample = Sample(report.device.name, CheckName("snmp"), Outcome.OK, NOW, NOW, 0.1, readings=tuple(more))
        reports.append(replace(report, samples=(sample,)))
    writer, expected = PageWriter(), plain_page(reports)
    assert "".join(writer.write(reports, NOW)) == expected
    assert "".join(writer.write(reports, NOW)) == expected


@settings(max_examples=60)
@given(rows, st.lists(st.sampled_from(METRICS), unique=True, max_size=3), st.data())
def test_the_keys_of_a_table_are_every_metric_in_every_row(
    labels: list[Labels], metrics: list[str], data: st.DataObject
) -> None:
    block = TableBlock(tuple(metrics), labels)
    keys = [SeriesKey(metric, row) for metric in metrics for row in labels]
    assert list(block.keys) == keys
    assert len(block) == len(block.keys) == len(keys)
    cut = data.draw(st.slices(len(keys)))
    assert list(block.keys[cut]) == keys[cut]
    assert [block.keys[at] for at in range(-len(keys), len(keys))] == keys * 2


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
