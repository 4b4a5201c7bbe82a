"""The rules of `rules/conditions.yaml` as frozen words: which numbers are a fault, for how long, how bad, how it reads.

Promises: choosing a severity or a state's name is a pure look-up. Refuses to read files (`config.conditions` does) and
to judge numbers (`condition` does).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from opsmon.model.device import Device, Kind
from opsmon.model.discovery import Discovery
from opsmon.model.event import DeviceState
from opsmon.model.incident import Severity


class Measure(StrEnum):
    """What of a series is compared with the threshold."""

    VALUE = "value"
    SECONDS_LEFT = "seconds_left"  # the value is a time (Unix seconds): how far away it is
    LINK_UTILISATION = "link_utilisation"  # the busier direction of an interface, as a ratio of its speed


class Comparator(StrEnum):
    """How the measure is compared."""

    ABOVE = "above"
    BELOW = "below"
    OUTSIDE = "outside"
    ONE_OF = "one_of"


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a measure is compared with: a number, a named limit of the device, or another metric of the subject."""

    number: float | None = None
    limit: str = ""
    metric: str = ""
    times: float = 1.0  # of the limit


@dataclass(frozen=True, slots=True)
class Bounds:
    """One comparison. A raised condition stays while the measure is within `clear`'s side: hysteresis.

    ABOVE and BELOW use `at` and `clear`; OUTSIDE `low`, `high`, `clear_low`, `clear_high`; ONE_OF `values`.
    """

    comparison: Comparator
    at: Threshold = Threshold()
    clear: Threshold = Threshold()
    low: float = 0.0
    high: float = 0.0
    clear_low: float = 0.0
    clear_high: float = 0.0
    values: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class DeviceSelector:
    """Which devices a rule, or one of its severities, is for. Empty fields select everything; all must agree."""

    kinds: frozenset[Kind] = frozenset()
    sites: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)

    def selects(self, device: Device) -> bool:
        """Whether the device is meant."""
        return (
            (not self.kinds or device.kind in self.kinds)
            and (not self.sites or device.site in self.sites)
            and all(device.labels.get(name) == value for name, value in self.labels.items())
        )


@dataclass(frozen=True, slots=True)
class Grade:
    """How bad it is: the severity, unless one of the overrides selects the device (the first that does)."""

    severity: Severity
    overrides: tuple[tuple[DeviceSelector, Severity], ...] = ()

    def of(self, device: Device) -> Severity:
        """The severity for this device."""
        return next((severity for selector, severity in self.overrides if selector.selects(device)), self.severity)


@dataclass(frozen=True, slots=True)
class Wording:
    """What people read, in Chinese and English; `{device} {subject} {value} {limit}` are filled in."""

    zh: str
    en: str

    def text(self, language: str, facts: Mapping[str, str]) -> str:
        """The sentence in the language (`zh` or else English) with the facts in it."""
        sentence = self.zh if language == "zh" else self.en
        for name, fact in facts.items():
            sentence = sentence.replace("{" + name + "}", fact)
        return sentence


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition over series.

    `series` are label values that a series must have; `needs` other metrics of the same subject that must be present
    with one of these values; `unless` those that excuse it when present. `important` takes only interfaces that the
    inventory marks. `for_s` is how long the measure must be bad before it is raised. `gives_way` is given where the
    value is the seconds left until something gives way, and says what does.
    """

    name: str
    metrics: frozenset[str]
    bounds: Bounds
    grade: Grade
    wording: Wording
    selector: DeviceSelector = DeviceSelector()
    measure: Measure = Measure.VALUE
    for_s: float = 0.0
    series: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, frozenset[float]] = field(default_factory=dict)
    unless: Mapping[str, frozenset[float]] = field(default_factory=dict)
    important: bool = False
    unit: str = ""
    gives_way: Wording | None = None


@dataclass(frozen=True, slots=True)
class StateRule:
    """The name and severity of a device state, for the incident that it opens."""

    name: str
    states: frozenset[DeviceState]
    grade: Grade
    wording: Wording
    selector: DeviceSelector = DeviceSelector()


@dataclass(frozen=True, slots=True)
class ReportRule:
    """A condition that another room finds out and reports; `raised_by` says by what, None where nothing raises it."""

    name: str
    grade: Grade
    wording: Wording
    raised_by: Discovery | None = None


@dataclass(frozen=True, slots=True)
class StateCondition:
    """What a device's state is called when it is a fault."""

    name: str
    severity: Severity
    wording: Wording


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All conditions of a root, in the order of the file."""

    rules: tuple[Rule, ...] = ()
    states: tuple[StateRule, ...] = ()
    reports: tuple[ReportRule, ...] = ()

    def state_condition(self, device: Device, state: DeviceState) -> StateCondition | None:
        """The condition that this state of this device is, or None where it is no fault of its own."""
        for rule in self.states:
            if state in rule.states and rule.selector.selects(device):
                return StateCondition(rule.name, rule.grade.of(device), rule.wording)
        return None

    def condition_for(self, discovery: Discovery) -> str | None:
        """The name of the condition that a discovery raises; None where the rules do without it."""
        return next((rule.name for rule in self.reports if rule.raised_by is discovery), None)

    def gives_way(self, condition: str) -> Wording | None:
        """What gives way when the value of this condition has run down; None where its value is no time left."""
        return next((rule.gives_way for rule in self.rules if rule.name == condition), None)

    def wording_of(self, name: str) -> Wording | None:
        """The words of the condition called `name`."""
        everything: tuple[Rule | StateRule | ReportRule, ...] = (*self.rules, *self.states, *self.reports)
        return next((rule.wording for rule in everything if rule.name == name), None)


# What holds where a root has no rules of its own: a dead device is never kept quiet.
ESSENTIALS = Rulebook(
    states=(
        StateRule(
            "DeviceDown",
            frozenset({DeviceState.DOWN}),
            Grade(Severity.ORDINARY),
            Wording("{device} 无响应", "{device} does not answer"),
        ),
    )
)
