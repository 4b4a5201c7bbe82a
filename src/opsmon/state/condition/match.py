"""Which rules watch which series of a device: worked out once for a shape, then looked up.

A block of series lives as long as the device keeps its shape, so the answer is kept by device and check and is good for
as long as the very same blocks come back. A sample that nothing watches costs one look-up. The memory is bounded by the
number of checks; a reload makes a new Matcher.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from opsmon.model.device import Device
from opsmon.model.incident import Severity
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Reading, SeriesBlock, SeriesKey
from opsmon.state.condition.rules import Measure, Rule, Rulebook, Threshold
from opsmon.state.condition.state import StandingKey

Labels = tuple[tuple[str, str], ...]


class SeriesPlace(NamedTuple):
    """Where a series is found in the readings of a sample."""

    block: int
    position: int


class Companion(NamedTuple):
    """Another series of the same subject, and the values of it that matter."""

    place: SeriesPlace
    values: frozenset[float]


@dataclass(frozen=True, slots=True)
class LinkPlaces:
    """Where the counters of one interface are found, and its two speeds. `better` is the 64-bit counter of the same
    interface, which is judged where it has a value."""

    octets_out: SeriesPlace
    high_speed: SeriesPlace | None
    speed: SeriesPlace | None
    counter_bits: int
    if_index: str
    uptime: SeriesPlace | None
    discontinuity: SeriesPlace | None
    better: SeriesPlace | None = None


@dataclass(frozen=True, slots=True)
class Namesake:
    """That a watched interface shares its name with others of the device.

    `group` is the subject by that name, `rank` orders the rows: of several the youngest, with the highest ifIndex, is
    first. `status` is where its ifOperStatus is found.
    """

    group: str
    rank: tuple[int, ...]
    status: SeriesPlace


@dataclass(frozen=True, slots=True)
class WatchedSeries:
    """One series that one rule watches on one device. A threshold is a number or the place of another series."""

    rule: Rule
    subject: str
    severity: Severity
    place: SeriesPlace
    at: float | SeriesPlace
    clear: float | SeriesPlace
    needs: tuple[Companion, ...] = ()
    unless: tuple[Companion, ...] = ()
    link: LinkPlaces | None = None
    namesake: Namesake | None = None


class _Shape(NamedTuple):
    blocks: tuple[SeriesBlock, ...]
    watches: tuple[WatchedSeries, ...]


# The counters that a link's utilisation is measured from: 64 bits, or 32 where the agent has no others (IF-MIB).
_COUNTERS = {"ifHCInOctets": ("ifHCOutOctets", 64), "ifInOctets": ("ifOutOctets", 32)}
UPLINK = "interface_uplink"  # 1 for an interface that leads to a parent of the device
OPER_STATUS = "ifOperStatus"


class Matcher:
    """The rules of one root, ready to be looked up by the shape of a sample."""

    def __init__(self, rulebook: Rulebook, limits: Mapping[DeviceName, Mapping[str, float]]) -> None:
        self._limits = limits
        self._rules: dict[str, list[Rule]] = {}
        for rule in rulebook.rules:
            for metric in rule.metrics:
                self._rules.setdefault(metric, []).append(rule)
        self._shapes: dict[DeviceName, dict[CheckName, _Shape]] = {}

    def watches(self, device: Device, check: CheckName, readings: tuple[Reading, ...]) -> tuple[WatchedSeries, ...]:
        """What to judge in these readings, in the order of the series."""
        shapes = self._shapes.get(device.name)
        shape = shapes.get(check) if shapes else None
        if shape is not None and len(shape.blocks) == len(readings):
            for block, reading in zip(shape.blocks, readings, strict=True):
                if block is not reading.block:
                    break
            else:
                return shape.watches
        blocks = tuple(reading.block for reading in readings)
        watches = tuple(self._match(device, check, blocks, _shared_names(blocks)))
        self._shapes.setdefault(device.name, {})[check] = _Shape(blocks, watches)
        return watches

    def is_deselected(self, device: Device, check: CheckName, key: StandingKey) -> bool:
        """Whether the last sample of the check reports the subject, and rule or inventory no longer mean it."""
        shape = self._shapes.get(device.name, {}).get(check)
        found, index = False, _index_of(shape.blocks) if shape is not None else {}
        for one in index:
            for rule in self._rules.get(one.metric, ()):
                if rule.name == key.condition and key.subject in (subject_of(one, check), row_subject_of(one)):
                    found = True
                    if _means(rule, device, one, index):
                        return False
        return found

    def _match(
        self, device: Device, check: CheckName, blocks: tuple[SeriesBlock, ...], shared: frozenset[str]
    ) -> Iterator[WatchedSeries]:
        index: dict[SeriesKey, SeriesPlace] | None = None
        for number, block in enumerate(blocks):
            for position, key in enumerate(block.keys):
                for rule in self._rules.get(key.metric, ()):
                    if not (rule.selector.selects(device) and _is_of(rule, key)):
                        continue
                    index = _index_of(blocks) if index is None else index
                    if not _means(rule, device, key, index):
                        continue
                    watch = self._watch(rule, device, check, key, SeriesPlace(number, position), index)
                    if watch is not None:
                        yield _told_apart(watch, key, index) if watch.subject in shared else watch

    def _watch(
        self,
        rule: Rule,
        device: Device,
        check: CheckName,
        key: SeriesKey,
        place: SeriesPlace,
        index: dict[SeriesKey, SeriesPlace],
    ) -> WatchedSeries | None:
        """The watch of the rule on this series; None where the device lacks what the rule compares with."""
        link = _link_places(key, index) if rule.measure is Measure.LINK_UTILISATION else None
        at = self._threshold(rule.bounds.at, device, key, index)
        clear = self._threshold(rule.bounds.clear, device, key, index)
        needs = tuple(_companions(rule.needs, key, index))
        unless = tuple(_companions(rule.unless, key, index))
        lacking = at is None or clear is None or len(needs) < len(rule.needs)
        if lacking or (link is None and rule.measure is Measure.LINK_UTILISATION):
            return None
        assert at is not None and clear is not None  # noqa: PT018, S101  # said by `lacking`, which mypy does not follow
        return WatchedSeries(rule, subject_of(key, check), rule.grade.of(device), place, at, clear, needs, unless, link)

    def _threshold(
        self, threshold: Threshold, device: Device, key: SeriesKey, index: dict[SeriesKey, SeriesPlace]
    ) -> float | SeriesPlace | None:
        if threshold.metric:
            return _companion_place(threshold.metric, key, index)
        if threshold.limit:
            limit = self._limits.get(device.name, {}).get(threshold.limit)
            return None if limit is None else limit * threshold.times
        return threshold.number if threshold.number is not None else 0.0


def subject_of(key: SeriesKey, check: CheckName) -> str:
    """The part of the device that a series is of: an interface by its name (its index moves), else all labels.

    Interfaces that share a name are told apart by `row_subject_of` where they are not one and the same link.

    The numbers of a probe itself (`probe_…`) carry no part, so their subject is the check.
    """
    labels = dict(key.labels)
    if labels.get("ifIndex"):
        return _name_of(labels)
    if not labels and key.metric.startswith("probe_"):
        return f"check={check}"
    return ",".join(f"{name}={value}" for name, value in key.labels)


def row_subject_of(key: SeriesKey) -> str:
    """The subject of an interface whose name others have too: its name, and its ifIndex."""
    labels = dict(key.labels)
    return f"{_name_of(labels)},ifIndex={labels['ifIndex']}" if "ifIndex" in labels else ""


def _name_of(labels: Mapping[str, str]) -> str:
    known = ((name, labels.get(name, "")) for name in ("ifName", "ifDescr", "ifIndex"))
    return next((f"{name}={value}" for name, value in known if value), "")


def _shared_names(blocks: tuple[SeriesBlock, ...]) -> frozenset[str]:
    """The names that several interfaces of the device have."""
    rows: dict[str, set[str]] = {}
    for block in blocks:
        for key in block.keys:
            if key.metric == OPER_STATUS:
                labels = dict(key.labels)
                rows.setdefault(_name_of(labels), set()).add(labels.get("ifIndex", ""))
    return frozenset(name for name, indexes in rows.items() if name and len(indexes) > 1)


def _told_apart(watch: WatchedSeries, key: SeriesKey, index: Mapping[SeriesKey, SeriesPlace]) -> WatchedSeries:
    """The watch of one of several interfaces of a name."""
    status = index.get(SeriesKey(OPER_STATUS, key.labels))
    arcs = dict(key.labels)["ifIndex"].split(".")
    rank = tuple(int(arc) if arc.isdecimal() else 0 for arc in arcs)
    namesake = Namesake(watch.subject, rank, status) if status is not None else None
    return replace(watch, subject=row_subject_of(key), namesake=namesake)


def _is_of(rule: Rule, key: SeriesKey) -> bool:
    labels = dict(key.labels)
    return all(labels.get(name) == value for name, value in rule.series.items())


def _means(rule: Rule, device: Device, key: SeriesKey, index: Mapping[SeriesKey, SeriesPlace]) -> bool:
    """Whether the rule is for this series of this device."""
    if not (rule.selector.selects(device) and _is_of(rule, key)):
        return False
    return not rule.important or _is_important(device, key, index)


def _is_important(device: Device, key: SeriesKey, index: Mapping[SeriesKey, SeriesPlace]) -> bool:
    """Whether the inventory marks the interface by one of its names, or LLDP has found an uplink there."""
    labels = dict(key.labels)
    names = (*(labels.get(name, "") for name in ("ifName", "ifDescr", "ifAlias")), f"ifIndex={labels.get('ifIndex')}")
    return any(name in device.important for name in names if name) or SeriesKey(UPLINK, key.labels) in index


def _index_of(blocks: tuple[SeriesBlock, ...]) -> dict[SeriesKey, SeriesPlace]:
    return {key: SeriesPlace(number, at) for number, block in enumerate(blocks) for at, key in enumerate(block.keys)}


def _companion_place(metric: str, key: SeriesKey, index: dict[SeriesKey, SeriesPlace]) -> SeriesPlace | None:
    """The series of the same part of the device, or the one of the whole device."""
    return index.get(SeriesKey(metric, key.labels)) or index.get(SeriesKey(metric))


def _companions(
    wanted: Mapping[str, frozenset[float]], key: SeriesKey, index: dict[SeriesKey, SeriesPlace]
) -> Iterator[Companion]:
    for metric, values in wanted.items():
        place = _companion_place(metric, key, index)
        if place is not None:
            yield Companion(place, values)


def _link_places(key: SeriesKey, index: dict[SeriesKey, SeriesPlace]) -> LinkPlaces | None:
    metric_out, bits = _COUNTERS.get(key.metric, ("", 0))
    octets_out = index.get(SeriesKey(metric_out, key.labels))
    high_speed, speed = (index.get(SeriesKey(metric, key.labels)) for metric in ("ifHighSpeed", "ifSpeed"))
    if octets_out is None or (high_speed is None and speed is None):
        return None
    return LinkPlaces(
        octets_out=octets_out,
        high_speed=high_speed,
        speed=speed,
        counter_bits=bits,
        if_index=dict(key.labels).get("ifIndex", ""),
        uptime=index.get(SeriesKey("device_uptime_seconds")),
        discontinuity=index.get(SeriesKey("ifCounterDiscontinuityTime", key.labels)),
        better=index.get(SeriesKey("ifHCInOctets", key.labels)) if bits == 32 else None,
    )
