"""Short words for series, samples of them and rulebooks, for the tests of conditions."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from opsmon.model.device import Device
from opsmon.model.event import ConditionCleared, ConditionRaised, ConditionUnseen, Event
from opsmon.model.incident import Severity
from opsmon.model.sample import Outcome, SeriesBlock, SeriesKey
from opsmon.state.api import apply_sample, start_fleet
from opsmon.state.condition.rules import Bounds, Comparator, Grade, Rule, Rulebook, Threshold, Wording
from opsmon.state.plan import Limits
from tests.support.state.scene import START, make_device, make_inventory, make_reading, make_sample

WORDS = Wording("{device} {subject} {value} 超过 {limit}", "{device} {subject}: {value}, limit {limit}")


def key(metric: str, **labels: str) -> SeriesKey:
    return SeriesKey(metric, tuple(sorted(labels.items())))


def above(limit: float, clear: float | None = None) -> Bounds:
    return Bounds(Comparator.ABOVE, Threshold(limit), Threshold(limit if clear is None else clear))


def make_rule(name: str, metric: str, bounds: Bounds, **more: object) -> Rule:
    return Rule(name, frozenset({metric}), bounds, Grade(Severity.ORDINARY), WORDS, **more)  # type: ignore[arg-type]


class Meter:
    """Feeds one device's numbers to the state room. A shape keeps its block, as a poller's does."""

    def __init__(self, device: Device, rulebook: Rulebook, limits: Limits | None = None) -> None:
        self.device = device
        self.now = START
        self.events: list[Event] = []
        self.fleet = start_fleet(make_inventory(device), rulebook, START, limits=limits or {})
        self._blocks: dict[tuple[SeriesKey, ...], SeriesBlock] = {}

    def poll(
        self,
        series: Mapping[SeriesKey, float],
        *,
        after_s: float = 60.0,
        check: str = "snmp",
        outcome: Outcome = Outcome.OK,
    ) -> "Meter":
        """One sample with these numbers, so long after the last."""
        self.now += timedelta(seconds=after_s)
        reading = make_reading(series)
        block = self._blocks.setdefault(tuple(series), reading.block)
        readings = (reading._replace(block=block),) if series else ()
        sample = make_sample(self.device.name, check, outcome, self.now, readings=readings)
        step = apply_sample(self.fleet, sample, self.now)
        self.fleet = step.fleet
        self.events.extend(step.transitions)
        return self

    def told(self) -> list[str]:
        """What was raised (+), lost sight of (?), cleared (-) and given up (x), in order."""
        words = []
        for event in self.events:
            if isinstance(event, ConditionRaised | ConditionUnseen | ConditionCleared):
                sign = "+" if isinstance(event, ConditionRaised) else "?"
                if isinstance(event, ConditionCleared):
                    sign = "-" if event.recovered else "x"
                words.append(f"{sign}{event.condition}" + (f" {event.subject}" if event.subject else ""))
        return words

    def raised(self) -> ConditionRaised:
        """The last condition raised."""
        return [event for event in self.events if isinstance(event, ConditionRaised)][-1]


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def switch(**more: object) -> Device:
    return make_device("sw", checks=("icmp", "snmp"), **more)  # type: ignore[arg-type]


def meter(*rules: object, device: Device | None = None, **more: object) -> Meter:
    return Meter(device or switch(), Rulebook(tuple(rules)), **more)  # type: ignore[arg-type]
