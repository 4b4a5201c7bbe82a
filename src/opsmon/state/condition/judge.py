"""Judging numbers: a rule's condition ripens, is raised, stays through its hysteresis, and is cleared.

The rules, in words:
 - A condition is raised by the first sample that is still bad `for_s` after the first bad one; time alone, without a
   measurement, raises nothing. A value that was good in between, or was not measured for as long as a measurement
   counts, starts over.
 - A raised condition is cleared by the first value beyond its clear threshold. A failed check clears nothing: a UPS
   that stopped answering on battery is still on battery as far as anybody knows.
 - Absent is not 0, and it is not good. A series that is missing (or NaN) from `absent_polls` good polls of its check in
   a row is *unseen*: a condition that ripens is dropped, one that is raised is told to be unseen and stands. Seen again
   it is raised again or cleared. It ends when a person says so; after `removed_after_s` by itself, as one that nothing
   watches any more, unless the device is under a contract: no clock ends because nothing could be seen.
 - What no rule and no mark of the inventory means any more is cleared, and has not recovered.
 - Of several interfaces of one name that were never up together one is a left-over of the other: the living one counts,
   and while none lives the youngest. Those that were up together are judged each by itself.
 - In maintenance nothing ripens and nothing is raised; what is still bad afterwards begins then. What was raised before
   may clear.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import isfinite

from immutables import Map

from opsmon.model.device import Device
from opsmon.model.event import ConditionCleared, ConditionRaised, ConditionUnseen
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome, Reading, Sample
from opsmon.state.change import FleetChange
from opsmon.state.condition.match import Companion, LinkPlaces, Namesake, SeriesPlace, WatchedSeries
from opsmon.state.condition.rate import CounterReading, measure_utilisation
from opsmon.state.condition.rules import Bounds, Comparator, Measure
from opsmon.state.condition.speed import link_speed
from opsmon.state.condition.state import ConditionState, ConditionStates, StandingKey
from opsmon.state.condition.wording import summary_of
from opsmon.state.device.machine import lasts_s
from opsmon.state.fleet import FleetState

Readings = tuple[Reading, ...]
UP = 1.0  # of ifOperStatus
ALL_ONES = 2.0**64 - 1
MAX_DOUBLINGS = 10
DAY_S = 86_400.0
_NONE = ConditionStates()


def judge_conditions(change: FleetChange, device: Device, sample: Sample) -> None:
    """Judge what the sample measured. Costs one look-up where no rule watches and nothing stands."""
    watches = change.plan.matcher.watches(device, sample.check, sample.readings) if sample.readings else ()
    standings = change.standings.get(device.name)
    if not watches and standings is None:
        return
    judgement = _Judgement(change, device, sample, standings or _NONE)
    for watch in judgement.chosen(watches):
        judgement.judge(watch)
    if sample.outcome is Outcome.OK:
        judgement.miss_the_absent()
    judgement.keep()


class _Judgement:
    """The conditions of one device while one sample is judged."""

    __slots__ = ("by_key", "change", "counters", "device", "sample", "seen", "standings", "together")

    def __init__(self, change: FleetChange, device: Device, sample: Sample, standings: ConditionStates) -> None:
        self.change = change
        self.device = device
        self.sample = sample
        self.standings = standings
        self.by_key = standings.by_key
        self.counters = standings.counters
        self.together = standings.together
        self.seen: set[StandingKey] = set()

    def chosen(self, watches: tuple[WatchedSeries, ...]) -> Iterator[WatchedSeries]:
        """The watches, and of several interfaces that are one link the one that counts."""
        links: dict[tuple[str, str, str], list[tuple[WatchedSeries, Namesake]]] = {}
        for watch in watches:
            if watch.namesake is None:
                yield watch
            else:
                metric = self.sample.readings[watch.place.block].block.keys[watch.place.position].metric
                links.setdefault((watch.rule.name, metric, watch.namesake.group), []).append((watch, watch.namesake))
        for (_, _, group), rows in links.items():
            yield from self._chosen_of(group, rows)

    def _chosen_of(self, group: str, rows: Sequence[tuple[WatchedSeries, Namesake]]) -> Iterator[WatchedSeries]:
        living = [row for row in rows if value_at(row[1].status, self.sample.readings) == UP]
        first = max(living or rows, key=lambda row: row[1].rank)[0]
        if group not in self.together:
            yield replace(first, subject=group)
        if len(living) > 1:
            self.together |= {group}
        if group in self.together:
            yield from (watch for watch, _ in rows)

    def judge(self, watch: WatchedSeries) -> None:
        """Take one watched value into account."""
        value = self._measure(watch)
        if value is None:
            return
        key = StandingKey(watch.rule.name, watch.subject)
        self.seen.add(key)
        standing = self.by_key.get(key)
        raised = standing is not None and standing.raised
        if not is_bad(watch, value, self.sample.readings, raised=raised):
            if standing is not None:
                self.clear(key, standing, "")
        else:
            self._hold(watch, key, standing, value)

    def miss_the_absent(self) -> None:
        """Count the polls that did not show what stands; after enough of them it is unseen."""
        for key, standing in self.by_key.items():
            if key in self.seen or standing.reported or standing.check not in (None, self.sample.check):
                continue
            missed = standing.missed.set(self.sample.check, standing.missed.get(self.sample.check, 0) + 1)
            owners = (standing.check,) if standing.check else self.change.plan.checks[self.device.name]
            needed = self.change.policy.absent_polls * 2 ** min(standing.vanished, MAX_DOUBLINGS)
            if all(missed.get(owner, 0) >= needed for owner in owners):
                self._miss(key, replace(standing, missed=missed))
            else:
                self.by_key = self.by_key.set(key, replace(standing, missed=missed))

    def _miss(self, key: StandingKey, standing: ConditionState) -> None:
        """It is not reported, or nothing means it any more."""
        change = self.change
        if change.plan.matcher.is_deselected(self.device, self.sample.check, key):
            self.clear(key, standing, "it is no longer watched", recovered=False)
        elif not standing.raised:
            self.by_key = self.by_key.delete(key)
        elif self._is_gone(standing):
            days = change.policy.removed_after_s / DAY_S
            self.clear(key, standing, f"not reported for {days:g} days: taken for removed", recovered=False)
        elif not standing.unseen or standing.seen is None:
            self._lose_sight(key, replace(standing, seen=standing.seen or change.steady))

    def _lose_sight(self, key: StandingKey, standing: ConditionState) -> None:
        """Tell once that it is unseen."""
        change, seen = self.change, standing.seen or self.change.steady
        if not standing.unseen:
            since = change.now - (change.steady - seen)
            change.transitions.append(
                ConditionUnseen(change.now, self.device.name, key.condition, key.subject, standing.since, since)
            )
            standing = replace(standing, unseen=True, vanished=standing.vanished + 1)
        self.by_key = self.by_key.set(key, standing)

    def _is_gone(self, standing: ConditionState) -> bool:
        """Whether it has been unseen for so long that it will not come back; no clock of a contract ends by that."""
        if self.device.contract is not None or standing.seen is None or not standing.unseen:
            return False
        return self.change.steady - standing.seen >= timedelta(seconds=self.change.policy.removed_after_s)

    def clear(self, key: StandingKey, standing: ConditionState, detail: str, *, recovered: bool = True) -> None:
        """The condition holds no more."""
        self.by_key = self.by_key.delete(key)
        if standing.raised:
            over = cleared(self.change, self.device.name, key, standing, detail, recovered=recovered)
            self.change.transitions.append(over)

    def keep(self) -> None:
        """Put what changed back."""
        kept = self.standings
        if self.by_key is not kept.by_key or self.counters is not kept.counters or self.together != kept.together:
            put_standings(self.change, self.device.name, ConditionStates(self.by_key, self.counters, self.together))

    def _hold(self, watch: WatchedSeries, key: StandingKey, standing: ConditionState | None, value: float) -> None:
        """The value is bad: let the condition ripen, and raise it when it is ripe."""
        steady = self.change.steady
        if standing is None or (not standing.raised and self._is_old(standing)):
            standing = ConditionState(self.sample.started_at, watch.severity, began=steady)
        held = replace(standing, seen=steady, value=value, check=self.sample.check, missed=Map())
        in_maintenance = self.change.machine(self.device.name).maintenance_until is not None
        if in_maintenance and not held.raised:
            self.by_key = self.by_key.delete(key) if key in self.by_key else self.by_key
            return
        ripe = held.began is not None and steady - held.began >= timedelta(seconds=watch.rule.for_s)
        if (ripe and not held.raised) or held.unseen:
            held = replace(held, raised=True, unseen=False)
            self._raise(watch, key, held)
        self.by_key = self.by_key.set(key, held)

    def _is_old(self, standing: ConditionState) -> bool:
        lasting = timedelta(
            seconds=lasts_s(self.change.plan.checks[self.device.name][self.sample.check], self.change.policy)
        )
        return standing.seen is None or self.change.steady - standing.seen > lasting

    def _raise(self, watch: WatchedSeries, key: StandingKey, held: ConditionState) -> None:
        name = self.device.name
        limits = self.change.plan.limits.get(name, {})
        detail = summary_of(watch.rule, name, key.subject, held.value, limits, "en")
        self.change.transitions.append(
            ConditionRaised(
                self.change.now, name, key.condition, key.subject, held.since, held.severity, held.value, detail
            )
        )

    def _measure(self, watch: WatchedSeries) -> float | None:
        """The number to compare, or None where there is none."""
        readings = self.sample.readings
        value = value_at(watch.place, readings)
        compared = [need.place for need in watch.needs]
        compared += [threshold for threshold in (watch.at, watch.clear) if isinstance(threshold, SeriesPlace)]
        if value is None or any(value_at(place, readings) is None for place in compared):
            return None
        if watch.rule.measure is Measure.SECONDS_LEFT:
            return value - self.change.now.timestamp()
        if watch.link is not None:
            return self._utilisation(watch.subject, watch.link, value)
        return value

    def _utilisation(self, subject: str, link: LinkPlaces, octets_in: float) -> float | None:
        readings = self.sample.readings
        octets_out = _counter_at(link.octets_out, readings)
        speed = link_speed(value_at(link.high_speed, readings), value_at(link.speed, readings))
        if octets_in >= ALL_ONES or octets_out is None or speed is None:
            return None
        if link.better is not None and _counter_at(link.better, readings) is not None:
            return None  # judged by the 64-bit counter
        epoch = (link.if_index, link.counter_bits, value_at(link.discontinuity, readings))
        reading = CounterReading(self.change.steady, octets_in, octets_out, value_at(link.uptime, readings), epoch)
        before = self.standings.counters.get(subject)
        used = measure_utilisation(before, reading, speed, link.counter_bits)
        self.counters = self.counters.set(subject, used.baseline)
        return used.ratio


def value_at(place: SeriesPlace | None, readings: Readings) -> float | None:
    """The number at the place; None for no place and for NaN, which is how a reading says absent (or infinity)."""
    if place is None:
        return None
    value = readings[place.block].values[place.position]
    return value if isfinite(value) else None


def _counter_at(place: SeriesPlace, readings: Readings) -> float | None:
    """A counter; all ones are what some agents give for one that they do not have."""
    value = value_at(place, readings)
    return None if value is None or value >= ALL_ONES else value


def is_bad(watch: WatchedSeries, value: float, readings: Readings, *, raised: bool) -> bool:
    """Whether the condition holds: by the clear threshold once it is raised, by the other until then."""
    if any(_agrees(companion, readings) for companion in watch.unless):
        return False
    if not all(_agrees(companion, readings) for companion in watch.needs):
        return False
    bounds = watch.rule.bounds
    match bounds.comparison:
        case Comparator.ONE_OF:
            return value in bounds.values
        case Comparator.OUTSIDE:
            return _is_outside(bounds, value, raised=raised)
        case Comparator.ABOVE:
            limit = _limit(watch.clear if raised else watch.at, readings)
            return limit is not None and value > limit
        case Comparator.BELOW:
            limit = _limit(watch.clear if raised else watch.at, readings)
            return limit is not None and value < limit


def _is_outside(bounds: Bounds, value: float, *, raised: bool) -> bool:
    low, high = (bounds.clear_low, bounds.clear_high) if raised else (bounds.low, bounds.high)
    return value < low or value > high


def _limit(threshold: float | SeriesPlace, readings: Readings) -> float | None:
    return value_at(threshold, readings) if isinstance(threshold, SeriesPlace) else threshold


def _agrees(companion: Companion, readings: Readings) -> bool:
    return value_at(companion.place, readings) in companion.values


def cleared(
    change: FleetChange,
    device: DeviceName,
    key: StandingKey,
    standing: ConditionState,
    detail: str,
    *,
    recovered: bool = True,
) -> ConditionCleared:
    """The event for the end of a raised condition."""
    return ConditionCleared(change.now, device, key.condition, key.subject, standing.since, detail, recovered)


def put_standings(change: FleetChange, device: DeviceName, standings: ConditionStates) -> None:
    """Keep the conditions of a device, or nothing where there are none."""
    if not standings.empty:
        change.standings = change.standings.set(device, standings)
    elif device in change.standings:
        change.standings = change.standings.delete(device)


def report_condition(
    change: FleetChange, device: Device, key: StandingKey, *, holds: bool, value: float | None, detail: str
) -> None:
    """Another room found out that a condition of `reports:` holds, or holds no more. A name without a rule is off."""
    standings = change.standings.get(device.name, _NONE)
    standing = standings.by_key.get(key)
    rule = next((rule for rule in change.plan.rulebook.reports if rule.name == key.condition), None)
    if holds and standing is None and rule is not None:
        severity = rule.grade.of(device)
        found = ConditionState(change.now, severity, raised=True, value=value, reported=True)
        raised = ConditionRaised(change.now, device.name, *key, change.now, severity, value, detail)
        change.transitions.append(raised)
        put_standings(change, device.name, replace(standings, by_key=standings.by_key.set(key, found)))
    elif not holds and standing is not None:
        change.transitions.append(cleared(change, device.name, key, standing, detail))
        put_standings(change, device.name, replace(standings, by_key=standings.by_key.delete(key)))


def drop_orphans(change: FleetChange) -> None:
    """After a reload: clear what no rule, no check or no device is behind any more."""
    book = change.plan.rulebook
    names = {rule.name for rule in book.rules} | {rule.name for rule in book.reports}
    for device, standings in change.standings.items():
        gone = device not in change.plan.devices
        kept, checks = standings.by_key, change.plan.checks.get(device, {})
        for key, standing in standings.by_key.items():
            unasked = standing.check is not None and standing.check not in checks
            if gone or key.condition not in names or unasked:
                kept = kept.delete(key)
                if standing.raised:
                    why = "its check was removed" if unasked else "its rule was removed"
                    why = "the device is no longer in the inventory" if gone else why
                    change.transitions.append(cleared(change, device, key, standing, why, recovered=False))
        put_standings(change, device, _NONE if gone else replace(standings, by_key=kept))


def raised_conditions(fleet: FleetState) -> Iterator[tuple[DeviceName, StandingKey, ConditionState]]:
    """Every condition that is raised now."""
    for device, standings in fleet.standings.items():
        for key, standing in standings.by_key.items():
            if standing.raised:
                yield device, key, standing
