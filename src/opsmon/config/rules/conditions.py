"""`rules/conditions.yaml`: the shape of the file, and its resolving to the state room's frozen rules.

Promises: a metric that nobody measures, a threshold whose hysteresis points the wrong way, two conditions of one name
are mistakes with their place; a rule that loads can be judged. Refuses expressions: a comparison is a key, so that
every part of it can be wrong with a line and a column.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from opsmon.config.rules.condition_names import MetricName, Name
from opsmon.config.yaml.document import add_config_error, check_spec, read_document
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError, Problem
from opsmon.metrics.catalogue import PREFIX
from opsmon.model.discovery import Discovery
from opsmon.model.event import DeviceState
from opsmon.model.incident import Severity
from opsmon.spec import KindField, Seconds, Spec, wrong
from opsmon.state.condition.rules import (
    ESSENTIALS,
    Bounds,
    Comparator,
    DeviceSelector,
    Grade,
    Measure,
    ReportRule,
    Rule,
    Rulebook,
    StateRule,
    Threshold,
    Wording,
)
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

CONDITIONS_FILE = Path("rules/conditions.yaml")
# The named limits that the engine works out for a device from its contract.
LIMITS = ("contract_on_site_limit",)
_LINK_METRICS = ("ifHCInOctets", "ifInOctets")

SeverityField = Annotated[Severity, Field(strict=False)]
StateField = Annotated[DeviceState, Field(strict=False)]
DiscoveryField = Annotated[Discovery, Field(strict=False)]


def _form(written: object) -> str:
    """Which form a threshold is written in; a scalar is a number, or a wrong one."""
    if isinstance(written, dict | ThresholdSpec):
        return "mapping"
    return "pair" if isinstance(written, list) else "number"


class WordingSpec(Spec):
    """One sentence in each language; {device}, {subject}, {value} and {limit} are filled in."""

    zh: Annotated[str, Field(min_length=1)]
    """In Chinese · 中文"""
    en: Annotated[str, Field(min_length=1)]
    """In English."""

    def resolve(self) -> Wording:
        return Wording(self.zh, self.en)


class DeviceSelectorSpec(Spec):
    """Which devices are meant: all that agree with every key given."""

    kinds: list[KindField] = Field(default_factory=list)
    """Kinds of devices."""
    sites: list[str] = Field(default_factory=list)
    """Sites, by name."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Labels with the value that they must have."""

    def resolve(self) -> DeviceSelector:
        return DeviceSelector(frozenset(self.kinds), frozenset(self.sites), dict(self.labels))


class OverrideSpec(DeviceSelectorSpec):
    """Another severity for some devices."""

    severity: SeverityField
    """The severity for these devices."""


class GradedSpec(Spec):
    """What every condition has: a name, a severity and its exceptions, a sentence."""

    name: Name
    """The alert's name: letters and digits after a capital."""
    severity: SeverityField = Severity.ORDINARY
    """How grave it is."""
    overrides: list[OverrideSpec] = Field(default_factory=list)
    """Another severity for some devices; the first that fits is taken."""
    summary: WordingSpec
    """What people are told; {device}, {subject}, {value} and {limit} are filled in."""

    def grade(self) -> Grade:
        """The severity with its exceptions, in the order of the file."""
        overrides = (
            (DeviceSelector(frozenset(spec.kinds), frozenset(spec.sites), dict(spec.labels)), spec.severity)
            for spec in self.overrides
        )
        return Grade(self.severity, tuple(overrides))


class StateSpec(GradedSpec):
    """A state of a device that is a fault."""

    states: Annotated[list[StateField], Field(min_length=1)]
    """The states of a device that are this fault."""
    where: DeviceSelectorSpec = DeviceSelectorSpec()
    """Which devices; all unless told."""

    def resolve(self) -> StateRule:
        return StateRule(self.name, frozenset(self.states), self.grade(), self.summary.resolve(), self.where.resolve())


class ReportSpec(GradedSpec):
    """A condition that another part of the programme finds out."""

    raised_by: DiscoveryField | None = None
    """The finding of another part of opsmon that raises it."""

    def resolve(self) -> ReportRule:
        return ReportRule(self.name, self.grade(), self.summary.resolve(), self.raised_by)


class ThresholdSpec(Spec):
    """A threshold that is not a fixed number: a limit of the device's contract, or another metric of the subject."""

    limit: str | None = None
    """A limit of the device's contract, by name."""
    metric: MetricName | None = None
    """Another metric of the same subject."""
    times: Annotated[float, Field(gt=0)] = 1.0
    """What it is multiplied with."""

    @model_validator(mode="after")
    def _one_way(self) -> "ThresholdSpec":
        if (self.limit is None) == (self.metric is None):
            raise wrong(
                Sentence("either `limit` or `metric`", "`limit` 与 `metric` 只能写一个"),
                Sentence("for a fixed threshold write the number itself", "固定阈值请直接写数字"),
            )
        if self.limit is not None and self.limit not in LIMITS:
            raise wrong(
                Sentence(f"unknown limit {shown(self.limit)}", f"无法识别限值 {shown(self.limit)}"),
                meant(self.limit, LIMITS) or Sentence(f"known: {', '.join(LIMITS)}", f"已有：{'、'.join(LIMITS)}"),
            )
        return self

    def resolve(self) -> Threshold:
        return Threshold(None, self.limit or "", _plain(self.metric or ""), self.times)


Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
# The form decides what is expected, so that a mistake is told once and not for every form.
Limit = Annotated[Annotated[float, Tag("number")] | Annotated[ThresholdSpec, Tag("mapping")], Discriminator(_form)]
Clear = Annotated[
    Annotated[float, Tag("number")] | Annotated[ThresholdSpec, Tag("mapping")] | Annotated[Pair, Tag("pair")],
    Discriminator(_form),
]


class ConditionSpec(GradedSpec):
    """A comparison over series, with how long it must hold and when it is over."""

    metric: MetricName | list[MetricName] | None = None
    """The metric, or the metrics, that it looks at."""
    measure: Annotated[Measure, Field(strict=False)] = Measure.VALUE
    """What of the metric is compared."""
    above: Limit | None = None
    """It is a fault above this."""
    below: Limit | None = None
    """It is a fault below this."""
    outside: Pair | None = None
    """It is a fault outside of [low, high]."""
    one_of: Annotated[list[float], Field(min_length=1)] | None = None
    """It is a fault at one of these values."""
    clear: Clear | None = None
    """Where it is over; the threshold itself unless told."""
    for_: Seconds = Field(0.0, alias="for")
    """How long it must hold."""
    where: DeviceSelectorSpec = DeviceSelectorSpec()
    """Which devices; all unless told."""
    series: dict[str, str] = Field(default_factory=dict)
    """Labels with the value that the series must have."""
    needs: dict[MetricName, list[float]] = Field(default_factory=dict)
    """Other metrics of the subject that must have one of these values."""
    unless: dict[MetricName, list[float]] = Field(default_factory=dict)
    """Other metrics of the subject that must not have one of these values."""
    interfaces: Literal["all", "important"] = "all"
    """All interfaces, or the important ones alone."""
    unit: Literal["ratio", "seconds", "celsius", "volts", ""] | None = None
    """How the value is told; by the metric's name unless told."""
    gives_way: WordingSpec | None = None
    """What gives way when the time that is left is up."""

    @model_validator(mode="after")
    def _makes_sense(self) -> "ConditionSpec":
        self._metrics()
        given = [key for key in ("above", "below", "outside", "one_of") if getattr(self, key) is not None]
        if len(given) != 1:
            raise wrong(
                Sentence("needs exactly one comparison", "需要且只需要一个比较"),
                Sentence("one of `above`, `below`, `outside`, `one_of`", "`above`、`below`、`outside`、`one_of` 之一"),
            )
        self._check_hysteresis()
        if self.gives_way is not None and self._unit() != "seconds":
            raise wrong(
                Sentence("`gives_way` belongs to a value in seconds", "`gives_way` 用于以秒计的数值"),
                Sentence("the time that is left until something gives way", "即距离耗尽的剩余时间"),
            )
        return self

    def _check_hysteresis(self) -> None:
        """The clear threshold lies on the good side, or the condition would flutter."""
        if self.clear is not None and self.one_of is not None:
            raise wrong(Sentence("`clear` has no meaning with `one_of`", "`clear` 与 `one_of` 不能同用"))
        if isinstance(self.clear, list) != (self.outside is not None) and self.clear is not None:
            raise wrong(
                Sentence("`clear` does not fit the comparison", "`clear` 与比较方式不符"),
                Sentence(
                    "two numbers with `outside`, one with `above` and `below`",
                    "`outside` 要两个数，`above` 和 `below` 要一个数",
                ),
            )
        if isinstance(self.above, float) and isinstance(self.clear, float) and self.clear > self.above:
            raise wrong(
                Sentence("`clear` is above the threshold", "`clear` 高于阈值"),
                Sentence("it must be at most `above`", "不得大于 `above`"),
            )
        if isinstance(self.below, float) and isinstance(self.clear, float) and self.clear < self.below:
            raise wrong(
                Sentence("`clear` is below the threshold", "`clear` 低于阈值"),
                Sentence("it must be at least `below`", "不得小于 `below`"),
            )
        if self.outside is not None:
            low, high = self.clear if isinstance(self.clear, list) else self.outside
            if not self.outside[0] <= low < high <= self.outside[1]:
                raise wrong(
                    Sentence("the bounds are out of order", "上下限次序不对"),
                    Sentence(
                        "`outside: [low, high]`, and `clear` inside of it",
                        "应为 `outside: [low, high]`，`clear` 在其间",
                    ),
                )

    @property
    def is_time_left(self) -> bool:
        """Whether its value is a time that is compared with a limit of the contract."""
        return isinstance(self.below, ThresholdSpec) and self.below.limit is not None and self._unit() == "seconds"

    def _metrics(self) -> tuple[str, ...]:
        if self.measure is Measure.LINK_UTILISATION:
            if self.metric is not None:
                raise wrong(
                    Sentence("`link_utilisation` has its own metrics", "`link_utilisation` 自带指标"),
                    Sentence("leave out `metric`", "请去掉 `metric`"),
                )
            return _LINK_METRICS
        if not self.metric:
            raise wrong(Sentence("`metric` is missing", "缺少 `metric`"))
        return (self.metric,) if isinstance(self.metric, str) else tuple(self.metric)

    def resolve(self) -> Rule:
        return Rule(
            name=self.name,
            metrics=frozenset(_plain(metric) for metric in self._metrics()),
            bounds=self._bounds(),
            grade=self.grade(),
            wording=self.summary.resolve(),
            selector=self.where.resolve(),
            measure=self.measure,
            for_s=self.for_,
            series=dict(self.series),
            needs={_plain(metric): frozenset(values) for metric, values in self.needs.items()},
            unless={_plain(metric): frozenset(values) for metric, values in self.unless.items()},
            important=self.interfaces == "important",
            unit=self._unit(),
            gives_way=self.gives_way.resolve() if self.gives_way is not None else None,
        )

    def _bounds(self) -> Bounds:
        if self.one_of is not None:
            return Bounds(Comparator.ONE_OF, values=frozenset(self.one_of))
        if self.outside is not None:
            low, high = self.outside
            clear_low, clear_high = self.clear if isinstance(self.clear, list) else self.outside
            return Bounds(Comparator.OUTSIDE, low=low, high=high, clear_low=clear_low, clear_high=clear_high)
        comparison = Comparator.ABOVE if self.above is not None else Comparator.BELOW
        at = _threshold(self.above if self.above is not None else self.below)
        clear = at if self.clear is None or isinstance(self.clear, list) else _threshold(self.clear)
        return Bounds(comparison, at, clear)

    def _unit(self) -> str:
        if self.unit is not None:
            return self.unit
        if self.measure is not Measure.VALUE:
            return "ratio" if self.measure is Measure.LINK_UTILISATION else "seconds"
        suffix = self._metrics()[0].rpartition("_")[2]
        return suffix if suffix in ("ratio", "seconds", "celsius", "volts") else ""


class ConditionsSpec(Spec):
    """The whole file."""

    states: list[StateSpec] = Field(default_factory=list)
    """States of a device that are faults."""
    conditions: list[ConditionSpec] = Field(default_factory=list)
    """Comparisons over metrics."""
    reports: list[ReportSpec] = Field(default_factory=list)
    """Faults that other parts of opsmon find out."""

    def resolve(self) -> Rulebook:
        """The rules. Raises ConfigError where a name is used twice."""
        seen: set[str] = set()
        problems = []
        for part, specs in (("states", self.states), ("conditions", self.conditions), ("reports", self.reports)):
            for number, spec in enumerate(specs):
                if spec.name in seen:
                    message = f"a second condition {shown(spec.name)}"
                    problems.append(
                        Problem(
                            "", 0, 0, message, Sentence("names are unique", "名称不能重复"), key=f"{part}.{number}.name"
                        )
                    )
                seen.add(spec.name)
        problems += _raised_twice(self.reports)
        if problems:
            raise ConfigError(tuple(problems))
        return Rulebook(
            tuple(spec.resolve() for spec in self.conditions),
            tuple(spec.resolve() for spec in self.states),
            tuple(spec.resolve() for spec in self.reports),
        )


def _raised_twice(reports: list[ReportSpec]) -> Iterator[Problem]:
    seen: dict[Discovery, str] = {}
    for number, spec in enumerate(reports):
        if spec.raised_by in seen:
            message = f"{spec.raised_by} raises {shown(seen[spec.raised_by])} already"
            yield Problem(
                "", 0, 0, message, Sentence("one condition for each", "每项一个条件"), key=f"reports.{number}.raised_by"
            )
        elif spec.raised_by is not None:
            seen[spec.raised_by] = spec.name


def _idle(spec: ConditionsSpec) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What loads but does less than it looks like: written before these keys were there."""
    for number, report in enumerate(spec.reports):
        if report.raised_by is None:
            hint = f"`raised_by:` one of {', '.join(Discovery)}"
            yield ("reports", number), f"nothing raises {shown(report.name)}", hint
    for number, one in enumerate(spec.conditions):
        if one.gives_way is None and one.is_time_left:
            message = f"{shown(one.name)} is less time than a contract gives, and moves no clock forward"
            yield ("conditions", number), message, "`gives_way: {zh: …, en: …}` says what gives way then"


def _threshold(limit: float | ThresholdSpec | None) -> Threshold:
    return limit.resolve() if isinstance(limit, ThresholdSpec) else Threshold(limit or 0.0)


def _plain(metric: str) -> str:
    """The name as samples carry it; the prefix of the exposition may be written and is dropped."""
    return metric.removeprefix(PREFIX)


def load_conditions(root: Path, problems: Problems) -> Rulebook:
    """The conditions of a root; where it has no such file the essentials, with a warning. Adds to `problems`."""
    file = root / CONDITIONS_FILE
    if not file.exists():
        hint = "`opsmon init` writes one; without it only a dead device opens an incident"
        problems.add(
            Problem(str(CONDITIONS_FILE), 0, 0, Sentence("there are no conditions", "没有告警条件"), hint, warning=True)
        )
        return ESSENTIALS
    document = read_document(file, root, problems)
    spec = check_spec(document, ConditionsSpec, problems) if document is not None else None
    if document is None or spec is None:
        return Rulebook()
    for steps, message, hint in _idle(spec):
        problems.add(replace(document.problem(steps, message, hint), warning=True))
    try:
        return spec.resolve()
    except ConfigError as error:
        add_config_error(document, error, problems)
        return Rulebook()
