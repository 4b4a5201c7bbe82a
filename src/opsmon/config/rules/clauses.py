"""The shape of one clause in rules/contracts/*.yaml, and how it becomes a frozen `Clause`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, NoReturn

from pydantic import AfterValidator, Field, model_validator

from opsmon.config.rules.field import LimitField, TextField, text_of
from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.calendar.limit import Limit
from opsmon.contract.calendar.window import Window, WindowNeverOpensError, add_open_time
from opsmon.contract.term import (
    MET_BY,
    Clause,
    IncidentSelector,
    Interpretation,
    Mode,
    OwnMessage,
    Regime,
    Target,
    Variant,
)
from opsmon.errors import ConfigError, Problem
from opsmon.model.incident import FactType, Severity
from opsmon.model.name import ClauseId
from opsmon.spec import KindField, Spec, wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown


def _written_mode(mode: Mode) -> Mode:
    if mode is Mode.PROVISIONAL:
        raise wrong(
            Sentence("a clause is not provisional by itself", "条款本身不能是暂定"),
            Sentence("`own_message: provisional` says when a clock is", "由 `own_message: provisional` 说明何时暂定"),
        )
    return mode


AnySeverity = Annotated[Severity, Field(strict=False)]
AnyFact = Annotated[FactType, Field(strict=False)]
AnyTarget = Annotated[Target, Field(strict=False)]
AnyMode = Annotated[Mode, Field(strict=False), AfterValidator(_written_mode)]
AnyOwnMessage = Annotated[OwnMessage, Field(strict=False)]
Labels = dict[str, str | list[str]]


def refuse(key: str, message: str, hint: str = "") -> NoReturn:
    """Raises the mistake at a dotted key of the file."""
    raise ConfigError((Problem("", 0, 0, message, hint, key=key),))


class IncidentSelectorSpec(Spec):
    """Which incidents: every field that is given has to agree."""

    services: list[str] = Field(default=[])
    """Services (lots) of the contract."""
    kinds: list[KindField] = Field(default=[])
    """Kinds of devices."""
    not_kinds: list[KindField] = Field(default=[])
    """Kinds of devices that are left out."""
    severities: list[AnySeverity] = Field(default=[])
    """Severities of incidents."""
    labels: Labels = Field(default={})
    """Labels with the value, or one of the values, that they must have."""
    not_labels: Labels = Field(default={})
    """Labels with the values that are left out."""

    @model_validator(mode="after")
    def _must_match_something(self) -> "IncidentSelectorSpec":
        if self.kinds and set(self.kinds) <= set(self.not_kinds):
            raise wrong(
                Sentence(
                    "a selector that takes nothing: every one of `kinds` is in `not_kinds` too",
                    "选择器选不到任何设备：`kinds` 全都在 `not_kinds` 中",
                )
            )
        for key, values in self.labels.items():
            refused = _values(self.not_labels.get(key, []))
            if not _values(values) or _values(values) <= refused:
                raise wrong(
                    Sentence(
                        f"a selector that takes nothing: no value of the label {shown(key)} is left",
                        f"选择器选不到任何设备：标签 {shown(key)} 没有剩余取值",
                    )
                )
        return self

    def resolve(self, services: Iterable[str], vocabulary: Mapping[str, frozenset[str]], key: str) -> IncidentSelector:
        """The frozen selector. Raises ConfigError at `key` for a service or a label's value that the contract lacks."""
        known = list(services)
        for index, name in enumerate(self.services):
            if name not in known:
                hint = meant(name, known) or f"the contract has {', '.join(known)}"
                refuse(f"{key}.services.{index}", f"no such service: {shown(name)}", hint)
        for side, labels in (("labels", self.labels), ("not_labels", self.not_labels)):
            for name, values in labels.items():
                _check_values(_values(values), vocabulary.get(name), f"{key}.{side}.{name}")
        return IncidentSelector(
            frozenset(self.services),
            frozenset(self.kinds),
            frozenset(self.not_kinds),
            frozenset(self.severities),
            {name: _values(values) for name, values in self.labels.items()},
            {name: _values(values) for name, values in self.not_labels.items()},
        )


def _check_values(values: frozenset[str], known: frozenset[str] | None, key: str) -> None:
    for value in sorted(values - known if known is not None else ()):
        hint = meant(value, known or ()) or "see the contract's own `labels:`"
        refuse(key, f"matches nothing: no such value: {shown(value)}", hint)


def _values(written: str | list[str]) -> frozenset[str]:
    return frozenset([written] if isinstance(written, str) else written)


Selectors = str | IncidentSelectorSpec | list[str | IncidentSelectorSpec]


class StrictSpec(Spec):
    """The stricter reading, where the limit, the hours or what it counts from differ."""

    limit: LimitField | None = None
    """The shorter limit."""
    runs: str | None = None
    """The hours in which time runs by this reading."""
    from_: AnyFact | list[AnyFact] = Field(default=[], alias="from")
    """What time counts from by this reading."""

    @model_validator(mode="after")
    def _must_differ(self) -> "StrictSpec":
        if self.limit is None and self.runs is None and not self.from_:
            raise wrong(
                Sentence("a stricter reading of nothing", "从严口径没有内容"),
                Sentence("give another `limit`, `runs` or `from`", "请另写 `limit`、`runs` 或 `from`"),
            )
        return self


class VariantSpec(Spec):
    """One way in which the clause applies; what is not given is taken from the clause."""

    applies: Selectors | None = None
    """To which incidents: a scope's name, a selector, or a list of them; to all unless told."""
    limit: LimitField | None = None
    """How long: `15 min`, `2 h`, `1 workday to 18:00`."""
    starts: str | None = None
    """`inside NAME` or `outside NAME`: where the start has to fall for this to apply."""
    judged_at: AnyFact | None = None
    """The fact whose time says whether it fell inside; what it counts from unless told."""
    runs: str | None = None
    """The hours in which time runs; around the clock unless told."""
    mode: AnyMode | None = None
    """`judged` unless told; `disputed` can be breached under one reading only, `warned` is never breached."""
    strict: StrictSpec | None = None
    """The stricter reading, by which people are warned."""
    interpretation: TextField | None = None
    """How the paper was read where it is silent or can be read in two ways."""


class ClauseSpec(VariantSpec):
    """One row of the contract that runs as a clock."""

    id: str
    """The clause's id, unique in the file."""
    source: str
    """Where the paper says so."""
    what: TextField
    """What has to be done, in words."""
    target: AnyTarget
    """What has to have happened when the time is up."""
    from_: AnyFact | list[AnyFact] = Field(default=[], alias="from")
    """The facts that start it; the first of them counts."""
    breach_of: list[str] = Field(default=[])
    """Clauses whose breach starts it."""
    met_by: list[AnyFact] = Field(default=[])
    """The facts that meet it, where not those of the target."""
    variants: list[VariantSpec] = Field(default=[], min_length=0)
    """Ways in which the clause applies; the first that fits counts, and takes from the clause what it lacks."""
    own_message: AnyOwnMessage | None = None
    """What a notice of opsmon's own means for a clause that counts from `notified`."""

    @model_validator(mode="after")
    def _must_start(self) -> "ClauseSpec":
        if not self.from_ and not self.breach_of:
            raise wrong(
                Sentence("nothing starts this clause", "该条款没有起算"),
                Sentence(
                    "give `from:` (facts) or `breach_of:` (clauses)", "请写 `from:`（事实）或 `breach_of:`（条款）"
                ),
            )
        if self.own_message is not None and FactType.NOTIFIED not in self.counts_from:
            raise wrong(
                Sentence("`own_message` says what a notice means", "`own_message` 说明通知的含义"),
                Sentence("it belongs to a clause that counts `from: notified`", "它属于按 `from: notified` 起算的条款"),
            )
        return self

    @property
    def counts_from(self) -> tuple[FactType, ...]:
        return _facts(self.from_)


def _facts(written: FactType | list[FactType]) -> tuple[FactType, ...]:
    return (written,) if isinstance(written, FactType) else tuple(written)


class Names:
    """What a clause may refer to: the contract's services, scopes and windows by name."""

    def __init__(
        self,
        services: Iterable[str],
        windows: Mapping[str, Window],
        scopes: Mapping[str, IncidentSelectorSpec],
        labels: Mapping[str, Iterable[str]],
        calendar: Calendar,
    ) -> None:
        self.calendar = calendar
        self.services = list(services)
        self.windows = windows
        self.scopes = scopes
        self.labels = {key: frozenset(values) for key, values in labels.items()}

    def selector(self, written: str | IncidentSelectorSpec, key: str) -> IncidentSelector:
        """A selector that is written out, or the scope of that name."""
        if isinstance(written, IncidentSelectorSpec):
            return written.resolve(self.services, self.labels, key)
        if written not in self.scopes:
            hint = meant(written, self.scopes) or "name it under `scopes:`"
            refuse(key, f"no such scope: {shown(written)}", hint)
        return self.scopes[written].resolve(self.services, self.labels, f"scopes.{written}")

    def window(self, written: str, key: str) -> Window:
        """`inside NAME`, `outside NAME` or just `NAME`."""
        side, _, name = written.rpartition(" ")
        if side not in ("", "inside", "outside"):
            refuse(key, f"{shown(written)} is no window", "such as `inside 5x9`, `outside 5x9` or `5x9`")
        if name not in self.windows:
            hint = meant(name, self.windows) or f"known: {', '.join(self.windows)}"
            refuse(key, f"no such hours or key periods: {shown(name)}", hint)
        window = self.windows[name]
        return window if side != "outside" else turned(window)

    def runs(self, written: str | None, key: str) -> Window | None:
        """The window in which time runs; None is around the clock. One that may never open would never be due."""
        if written in (None, "always"):
            return None
        window = self.window(str(written), key)
        start = datetime(self.calendar.first_unannounced, 1, 1, tzinfo=UTC)
        try:
            add_open_time(self.calendar, window, start, timedelta(seconds=1))
        except WindowNeverOpensError:
            hint = "time can run in hours, seasons or all holidays; let the clause *start* inside the others"
            refuse(key, f"{shown(window.name)} may not come for more than a year: a clock would never be due", hint)
        return window


def turned(window: Window) -> Window:
    """The same window seen from outside."""
    return replace(window, outside=not window.outside)


def resolve_clause(spec: ClauseSpec, names: Names, key: str) -> Clause:
    """The frozen clause. Raises ConfigError at the dotted `key`."""
    specs = [(one, f"{key}.variants.{index}") for index, one in enumerate(spec.variants)] or [(spec, key)]
    return Clause(
        id=ClauseId(spec.id),
        source=spec.source,
        what=text_of(spec.what),
        target=spec.target,
        met_by=frozenset(spec.met_by) or MET_BY[spec.target],
        counts_from=spec.counts_from,
        variants=tuple(_resolve_variant(one, spec, names, where) for one, where in specs),
        breach_of=tuple(ClauseId(name) for name in spec.breach_of),
        own_message=spec.own_message or OwnMessage.PROVISIONAL,
    )


def _resolve_variant(spec: VariantSpec, clause: ClauseSpec, names: Names, key: str) -> Variant:
    limit = spec.limit or clause.limit
    if limit is None:
        refuse(key, "`limit` is missing", "a paper or a task without a limit belongs under `obligations:`")
    interpretation = spec.interpretation or clause.interpretation
    runs = names.runs(spec.runs or clause.runs, f"{key}.runs")
    strict = spec.strict or clause.strict
    return Variant(
        limit=limit,
        applies=resolve_selectors(spec.applies if spec.applies is not None else clause.applies, names, key),
        regime=_regime(spec, clause, names, key),
        runs=runs,
        mode=spec.mode or clause.mode or Mode.JUDGED,
        strict=_strict(strict, limit, runs, names, f"{key}.strict") if strict is not None else None,
        interpretation=text_of(interpretation) if interpretation is not None else None,
    )


def _strict(spec: StrictSpec, limit: Limit, runs: Window | None, names: Names, key: str) -> Interpretation:
    """The stricter reading; what it does not give is as the clause has it."""
    hours = names.runs(spec.runs, f"{key}.runs") if spec.runs is not None else runs
    return Interpretation(spec.limit or limit, hours, _facts(spec.from_))


def _regime(spec: VariantSpec, clause: ClauseSpec, names: Names, key: str) -> Regime | None:
    written = spec.starts or clause.starts
    if written is None or written == "always":
        return None
    return Regime(names.window(written, f"{key}.starts"), spec.judged_at or clause.judged_at)


def resolve_selectors(written: "Selectors | None", names: Names, key: str) -> tuple[IncidentSelector, ...]:
    """Scopes by name, or selectors that are written out; any of them."""
    if written is None:
        return ()
    if isinstance(written, list):
        return tuple(names.selector(one, f"{key}.applies.{index}") for index, one in enumerate(written))
    return (names.selector(written, f"{key}.applies"),)
