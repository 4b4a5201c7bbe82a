"""Conditions as PromQL: for those whose Prometheus judges the same numbers as opsmon does.

Promises the same thresholds, durations, exceptions and hysteresis as `rules/conditions.yaml`, over the series of the
metric pages. Refuses to guess: a severity or a rule that goes by free labels of the inventory names the devices.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from opsmon.metrics.catalogue import INTERFACES, PREFIX, exposed_name
from opsmon.model.device import Device
from opsmon.model.incident import Severity
from opsmon.probe.profile.definition.metric import METRICS
from opsmon.state.condition.rules import Bounds, Comparator, DeviceSelector, Grade, Measure, Rule, StateRule, Threshold

_MARKED = 'label_replace(opsmon_interface_important, "{name}", "$1", "interface", "(.+)")'
_INVENTORY = "opsmon_device_inventory_info"
_LIMIT = "opsmon_device_limit_seconds"
RESTART_S = 120.0  # for what the journal brings back at once: a start and a scrape or two
MEASURED_AGAIN_S = 180.0  # for what has to be measured first: the first checks are spread over a minute more
_OURS = "alertname, alertstate, severity"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert of a Prometheus rule file; `expression` is PromQL.

    `keep_firing_s` is how long it goes on after its expression gives nothing more: a restart of the daemon, with the
    time until every check has run again, must not resolve what is still broken (Prometheus 2.42 and newer).
    """

    name: str
    expression: str
    for_s: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    keep_firing_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """A series that Prometheus keeps for other rules; `expression` is PromQL."""

    name: str
    expression: str


# The window holds several scrapes, so that one that failed does no harm.
_OCTETS_IN, _OCTETS_OUT = (f"(rate(ifHC{way}Octets[5m]) or rate(if{way}Octets[5m]))" for way in ("In", "Out"))
# The cases of `state.speed.link_speed`: ifSpeed where ifHighSpeed tells nothing, or a number that is no Mbit/s.
_ALL_ONES, _FASTEST_MBPS, _IMPOSSIBLE_MBPS = "4294967295", "1e6", "1e7"
_LINK_SPEED = (
    f"(((ifSpeed > 0 < {_ALL_ONES}) unless ((ifHighSpeed > 0 < {_FASTEST_MBPS}) unless ifHighSpeed * 1e3 == ifSpeed))"
    f" or (ifHighSpeed > 0 < {_IMPOSSIBLE_MBPS}) * 1e6 or (ifHighSpeed >= {_IMPOSSIBLE_MBPS} < {_ALL_ONES}))"
)
# A link's busier direction against its speed, in bit/s; of a row without 64-bit counters by those of 32 bits.
LINK_UTILISATION = RecordingRule(
    "opsmon:link_utilisation:ratio",
    f"(({_OCTETS_IN} > {_OCTETS_OUT}) or {_OCTETS_OUT}) * 8 / {_LINK_SPEED}",
)
_MARKED_BY_HAND = " or ".join(
    f"group by (instance, ifIndex) (ifOperStatus and on (instance, {name}) {_MARKED.format(name=name)})"
    for name in ("ifName", "ifDescr", "ifAlias")
)
IMPORTANT = RecordingRule(
    "opsmon:interface_important",
    f"{_MARKED_BY_HAND} or group by (instance, ifIndex) (opsmon_interface_uplink)",
)


def condition_alerts(rule: Rule, devices: Iterable[Device], language: str) -> Iterator[AlertRule]:
    """An alert for each severity that the condition may have."""
    devices = tuple(devices)
    measured = _meant(rule, _measure(rule))
    for severity, narrowed in _graded(rule.grade, rule.selector, devices):
        bad = narrowed(_companions(rule, _compare(measured, rule.bounds, at=True)))
        still_bad = narrowed(_companions(rule, _compare(measured, rule.bounds, at=False)))
        summary = rule.wording.text(language, _placeholders(rule))
        labels = {"severity": severity.value}
        yield AlertRule(
            rule.name, _hold(rule, bad, still_bad), rule.for_s, labels, {"summary": summary}, MEASURED_AGAIN_S
        )


def state_alerts(rule: StateRule, devices: Iterable[Device], language: str) -> Iterator[AlertRule]:
    """An alert for each severity of a state that is a fault."""
    states = "|".join(sorted(state.value for state in rule.states))
    expression = f'opsmon_device_state{{state=~"{states}"}} == 1'
    for severity, narrowed in _graded(rule.grade, rule.selector, tuple(devices)):
        summary = rule.wording.text(language, {"device": "{{ $labels.instance }}"})
        labels = {"severity": severity.value}
        yield AlertRule(rule.name, narrowed(expression), 0.0, labels, {"summary": summary}, RESTART_S)


def _graded(
    grade: Grade, selector: DeviceSelector, devices: tuple[Device, ...]
) -> Iterator[tuple[Severity, Callable[[str], str]]]:
    """Each severity, and how an expression is narrowed to the devices that have it. The first override counts."""
    chosen = _devices_of(selector, devices)
    before: list[str] = []
    for override, severity in grade.overrides:
        these = _devices_of(override, devices)
        if these is not None:
            yield severity, _narrowing([chosen, these], tuple(before))
            before.append(these)
    yield grade.severity, _narrowing([chosen], tuple(before))


def _narrowing(within: Iterable[str | None], without: tuple[str, ...]) -> Callable[[str], str]:
    only = [vector for vector in within if vector]

    def narrow(expression: str) -> str:
        for vector in only:
            expression = f"({expression}) and on (instance) {vector}"
        for vector in without:
            expression = f"({expression}) unless on (instance) {vector}"
        return expression

    return narrow


def _devices_of(selector: DeviceSelector, devices: Iterable[Device]) -> str | None:
    """A vector with one series for each device that is meant: "" when all are, None when the root has none such."""
    if selector.labels:
        names = sorted(device.name for device in devices if selector.selects(device))
        return f"{_INVENTORY}{{instance=~{_alternatives(names)}}}" if names else None
    matchers = []
    if selector.kinds:
        matchers.append(f"kind=~{_alternatives(sorted(kind.value for kind in selector.kinds))}")
    if selector.sites:
        matchers.append(f"site=~{_alternatives(sorted(selector.sites))}")
    return f"{_INVENTORY}{{{', '.join(matchers)}}}" if matchers else ""


def _alternatives(words: Iterable[str]) -> str:
    return json.dumps("|".join(re.escape(word) for word in words), ensure_ascii=False)


def _measure(rule: Rule) -> str:
    if rule.measure is Measure.LINK_UTILISATION:
        return LINK_UTILISATION.name
    matchers = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in rule.series.items())
    where = f"{{{matchers}}}" if matchers else ""
    series = [f"{exposed_name(metric)}{where}" for metric in sorted(rule.metrics)]
    if rule.measure is Measure.SECONDS_LEFT:
        series = [f"({one} - time())" for one in series]
    return series[0] if len(series) == 1 else f"({' or '.join(series)})"


def _meant(rule: Rule, measured: str) -> str:
    """Of interfaces only those that the inventory marks, by any of their names, and the uplinks that LLDP finds."""
    return f"({measured} and on (instance, ifIndex) {IMPORTANT.name})" if rule.important else measured


def _compare(measured: str, bounds: Bounds, *, at: bool) -> str:
    """The comparison that raises (`at`), or the one by which what is raised stays."""
    match bounds.comparison:
        case Comparator.ONE_OF:
            return " or ".join(f"{measured} == {_number(value)}" for value in sorted(bounds.values))
        case Comparator.OUTSIDE:
            low, high = (bounds.low, bounds.high) if at else (bounds.clear_low, bounds.clear_high)
            return f"{measured} < {_number(low)} or {measured} > {_number(high)}"
    sign = ">" if bounds.comparison is Comparator.ABOVE else "<"
    return f"{measured} {sign} {_threshold(bounds.at if at else bounds.clear)}"


def _threshold(threshold: Threshold) -> str:
    if threshold.metric:
        return exposed_name(threshold.metric)
    if threshold.limit:
        return f'on (instance) group_left () ({_LIMIT}{{limit="{threshold.limit}"}} * {_number(threshold.times)})'
    return _number(threshold.number or 0.0)


def _companions(rule: Rule, expression: str) -> str:
    """Other metrics that have to agree, and those that excuse: of the same interface, or of the whole device."""
    for word, wanted in (("and", rule.needs), ("unless", rule.unless)):
        for metric, values in wanted.items():
            on = "" if metric in INTERFACES else " on (instance)"
            agreed = " or ".join(f"{exposed_name(metric)} == {_number(value)}" for value in sorted(values))
            expression = f"({expression}) {word}{on} ({agreed})"
    return expression


def _hold(rule: Rule, bad: str, still_bad: str) -> str:
    """Hysteresis: what fires goes on firing for as long as it is not good enough again."""
    if still_bad == bad:
        return bad
    return f'({bad}) or (({still_bad}) and ignoring ({_OURS}) ALERTS{{alertname="{rule.name}", alertstate="firing"}})'


def _placeholders(rule: Rule) -> Mapping[str, str]:
    shown = {"ratio": "{{ $value | humanizePercentage }}", "seconds": "{{ $value | humanizeDuration }}"}
    return {
        "device": "{{ $labels.instance }}",
        "subject": _subject(rule),
        "value": shown.get(rule.unit, "{{ $value | humanize }}"),
        "limit": _limit_words(rule.bounds.at),
    }


def _limit_words(threshold: Threshold) -> str:
    if not threshold.limit:
        return _number(threshold.number or 0.0)
    query = f"{_LIMIT}{{instance='%s', limit='{threshold.limit}'}}"
    return (
        f'{{{{ range printf "{query}" $labels.instance | query }}}}{{{{ . | value | humanizeDuration }}}}{{{{ end }}}}'
    )


def _subject(rule: Rule) -> str:
    """The label by which the series of the metric are told apart."""
    if rule.measure is Measure.LINK_UTILISATION or any(metric in INTERFACES for metric in rule.metrics):
        return "{{ $labels.ifName }}"
    known = (METRICS.get(metric.removeprefix(PREFIX)) for metric in sorted(rule.metrics))
    labels = {metric.label for metric in known if metric is not None and metric.label}
    return "".join(f"{{{{ $labels.{label} }}}}" for label in sorted(labels))


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
