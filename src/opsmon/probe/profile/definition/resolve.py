"""From the Specs of all profiles to frozen Profiles: names become OIDs, `extends` becomes one list of sources.

Order means preference everywhere: a profile's own sources come before those that it inherits, so "the vendor's value,
else the standard one" is written by extending a mixin. Every mistake is found, not the first.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import TypeVar

from opsmon.errors import OpsmonError
from opsmon.model.device import Kind
from opsmon.probe.profile.definition.metric import METRICS
from opsmon.probe.profile.definition.profile import (
    DeductedRows,
    Disbelief,
    Filter,
    InfoColumn,
    KindRule,
    LabelPlace,
    Match,
    MibObject,
    Overrule,
    Profile,
    Source,
    TableColumns,
    TextPlace,
)
from opsmon.probe.profile.definition.spec import KindSpec, MatchSpec, ProfileSpec, TableSpec, TextSpec
from opsmon.probe.profile.value_spec import (
    PATTERN_FLAGS,
    FilterSpec,
    LabelSpec,
    ObjectSpec,
    OverruleSpec,
    PartSpec,
    SourceSpec,
)  # fmt: skip
from opsmon.protocol.snmp.session import Oid

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, order=True)
class ProfileProblem:
    """A mistake in a profile: `key` is the dotted path inside its file."""

    profile: str
    key: str
    message: str
    hint: str = ""


class ProfileError(OpsmonError):
    """Profiles contradict each other or themselves. Carries every problem."""

    def __init__(self, problems: Sequence[ProfileProblem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(f"{p.profile}: {p.key}: {p.message}" for p in self.problems))


def parse_oid(text: str) -> Oid:
    """The arcs of a dotted OID; empty text is the empty OID."""
    return tuple(int(arc) for arc in text.strip(".").split(".") if arc)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return None if text is None else re.compile(text, PATTERN_FLAGS)


def _closest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f"did you mean `{near[0]}`?" if near else ""


def _object(name: str, spec: str | ObjectSpec) -> MibObject:
    declared = ObjectSpec(oid=spec) if isinstance(spec, str) else spec
    oid = parse_oid(declared.oid)
    if declared.row is not None:
        return MibObject(name, oid, parse_oid(declared.row), declared.unsigned)
    if oid[-1] == 0:
        return MibObject(name, oid[:-1], (0,), declared.unsigned)
    return MibObject(name, oid, None, declared.unsigned)


@dataclass
class _Scope:
    """The objects that one file may name, and where its mistakes go."""

    profile: str
    objects: Mapping[str, MibObject]
    problems: list[ProfileProblem]

    def complain(self, key: str, message: str, hint: str = "") -> None:
        self.problems.append(ProfileProblem(self.profile, key, message, hint))

    def find(self, name: str, key: str) -> MibObject:
        found = self.objects.get(name)
        if found is None:
            self.complain(key, f"no object `{name}` here or in what this profile extends", _closest(name, self.objects))
            return MibObject(name, (0,), (0,))
        return found

    def maybe(self, name: str | None, key: str) -> MibObject | None:
        return None if name is None else self.find(name, key)

    def filters(self, specs: Mapping[str, FilterSpec], key: str) -> tuple[Filter, ...]:
        return tuple(self._filter(name, spec, f"{key}.{name}") for name, spec in specs.items())

    def _filter(self, name: str, spec: FilterSpec, key: str) -> Filter:
        one_of = None if spec.one_of is None else frozenset(folded(raw) for raw in spec.one_of)
        none_of = frozenset(folded(raw) for raw in spec.none_of or ())
        return Filter(
            self.find(name, key), one_of, none_of, spec.above, spec.below, _pattern(spec.matches),
            _pattern(spec.lacks), self.maybe(spec.row_by, f"{key}.row_by"), spec.or_missing,
        )  # fmt: skip

    def label(self, spec: LabelSpec, key: str) -> LabelPlace:
        subject, at = self.maybe(spec.object, key), self.maybe(spec.at, key)
        names = {folded_text(raw): text for raw, text in spec.names.items()}
        return LabelPlace(spec.text, subject, at, spec.keep, spec.index, _pattern(spec.pattern), names, spec.prefix)

    def source(self, metric: str, spec: SourceSpec, key: str) -> Source:
        rule = METRICS[metric]
        states, otherwise = _states(spec)
        if spec.label is not None and rule.label is None:
            self.complain(f"{key}.label", f"{metric} has no label")
        form, names = _form(spec)
        return Source(
            form=form,
            operands=tuple(self.find(name, key) for name in names),
            unit=spec.unit,
            scales=tuple(spec.scale),
            si_scale=self.maybe(spec.si_scale, f"{key}.si_scale"),
            precision=self.maybe(spec.precision, f"{key}.precision"),
            states=states,
            otherwise=otherwise,
            pattern=_pattern(spec.pattern),
            low=rule.low if spec.low is None else spec.low,
            high=rule.high if spec.high is None else spec.high,
            sentinels=frozenset(rule.sentinels) | {folded(raw) for raw in spec.sentinels},
            disbelieve=tuple(
                Disbelief(
                    frozenset(folded(raw) for raw in doubt.values),
                    self.filters(doubt.unless, f"{key}.disbelieve.{number}.unless"),
                )
                for number, doubt in enumerate(spec.disbelieve)
            ),
            select=self.filters(spec.select, f"{key}.select"),
            where=self.filters(spec.where, f"{key}.where"),
            label=None if spec.label is None else tuple(self.label(place, f"{key}.label") for place in spec.label),
            over=spec.over,
            also=spec.also,
            likely=rule.likely,
            chart=rule.chart if spec.chart is None else spec.chart,
            minus=None if spec.minus is None else self.part(spec.minus, f"{key}.minus"),
            overrules=tuple(
                self.overrule(rule, f"{key}.overrules.{number}") for number, rule in enumerate(spec.overrules)
            ),
        )

    def overrule(self, spec: OverruleSpec, key: str) -> Overrule:
        for name, test in spec.when.items():
            if test.row_by is not None:
                self.complain(f"{key}.when.{name}.row_by", "only the tests of `select` look into another table's rows")
        return Overrule(nan if spec.value is None else spec.value, self.filters(spec.when, f"{key}.when"))

    def part(self, spec: PartSpec, key: str) -> DeductedRows:
        return DeductedRows(self.find(spec.object, key), self.filters(spec.rows, f"{key}.rows"))

    def text(self, spec: TextSpec, key: str) -> TextPlace:
        return TextPlace(
            self.maybe(spec.object, key),
            _pattern(spec.sysdescr),
            spec.sysobjectid or {},
            spec.text,
            _pattern(spec.pattern),
            self.filters(spec.select, f"{key}.select"),
            _pattern(spec.strip),
        )

    def table(self, name: str, spec: TableSpec) -> TableColumns:
        key = f"tables.{name}"
        column = {text: self.find(text, f"{key}.columns") for text in (*spec.columns, *spec.slow)}
        labels = tuple(
            (label, None if text == "index" else self.find(text, f"{key}.labels.{label}"))
            for label, text in sorted(spec.labels.items())
        )
        instead = {
            column[have].column: self.find(want, f"{key}.instead")
            for have, want in spec.instead.items()
            if have in column
        }
        infos = tuple(
            InfoColumn(self.find(text, f"{key}.infos.{text}"), info.metric or text, info.form, info.names)
            for text, info in spec.infos.items()
        )
        fast, slow = (tuple(column[text] for text in names) for names in (spec.columns, spec.slow))
        scalars = tuple(self.find(text, f"{key}.scalars") for text in spec.scalars)
        return TableColumns(name, labels, fast, slow, instead, infos, scalars)

    def kind(self, spec: KindSpec, key: str) -> KindRule:
        where = None if spec.sysobjectid is None else parse_oid(spec.sysobjectid)
        return KindRule(spec.kind, _pattern(spec.sysdescr), where, _pattern(spec.model), self.maybe(spec.present, key))


def folded_text(text: str) -> str:
    return text.strip().casefold()


def folded(raw: int | float | str) -> int | float | str:
    """A raw value as it is compared: text without case and outer space."""
    return folded_text(raw) if isinstance(raw, str) else raw


def _states(spec: SourceSpec) -> tuple[dict[int | float | str, float], float | None]:
    states: dict[int | float | str, float] = {}
    otherwise = None
    for value, raws in spec.states.items():
        if raws == "rest":
            otherwise = value
        else:
            states.update((folded(raw), value) for raw in raws)
    return states, otherwise


def _form(spec: SourceSpec) -> tuple[str, tuple[str, ...]]:
    if spec.value is not None:
        return "value", (spec.value,)
    if spec.idle is not None:
        return "idle", (spec.idle,)
    if spec.sum:
        return "sum", tuple(spec.sum)
    if spec.total is None:
        return "used_free", (str(spec.used), *spec.free)
    if spec.used is not None:
        return "used_total", (spec.used, spec.total)
    return "free_total", (spec.total, *spec.free)


@dataclass
class _Family:
    """All Specs by name, and their inheritance."""

    specs: Mapping[str, ProfileSpec]
    problems: list[ProfileProblem] = field(default_factory=list)
    scopes: dict[str, _Scope] = field(default_factory=dict)
    own_objects: dict[str, dict[str, MibObject]] = field(default_factory=dict)

    def check_parents(self) -> None:
        for name, spec in self.specs.items():
            for number, parent in enumerate(spec.extends):
                if parent not in self.specs:
                    hint = _closest(parent, self.specs)
                    self.problems.append(ProfileProblem(name, f"extends.{number}", f"no profile `{parent}`", hint))
            if self._loops(name):
                self.problems.append(ProfileProblem(name, "extends", "extends itself in a circle"))

    def _loops(self, name: str) -> bool:
        seen: set[str] = set()
        todo = list(self.specs[name].extends)
        while todo:
            parent = todo.pop()
            if parent == name:
                return True
            if parent in self.specs and parent not in seen:
                seen.add(parent)
                todo.extend(self.specs[parent].extends)
        return False

    def line(self, name: str) -> list[str]:
        """The profile, then all that it inherits from, nearest first, each once."""
        line, todo = [], [name]
        while todo:
            current = todo.pop(0)
            if current in line or current not in self.specs:
                continue
            line.append(current)
            todo = [*self.specs[current].extends, *todo]
        return line

    def scope(self, name: str) -> _Scope:
        """What a file may name: the objects of those it inherits from, nearest last, then its own."""
        known = self.scopes.get(name)
        if known is None:
            objects: dict[str, MibObject] = {}
            for ancestor in reversed(self.line(name)[1:]):
                objects.update(self._own_objects(ancestor))
            known = self.scopes[name] = _Scope(name, objects | self._own_objects(name), self.problems)
        return known

    def _own_objects(self, name: str) -> dict[str, MibObject]:
        if name not in self.own_objects:
            self.own_objects[name] = {text: _object(text, spec) for text, spec in self.specs[name].objects.items()}
        return self.own_objects[name]

    def first(self, name: str, pick: Callable[[ProfileSpec], Item | None]) -> Item | None:
        return next((value for parent in self.line(name) if (value := pick(self.specs[parent])) is not None), None)

    def own_metrics(self, name: str) -> dict[str, tuple[Source, ...]]:
        scope, found = self.scope(name), {}
        for metric, sources in self.specs[name].metrics.items():
            if metric not in METRICS:
                scope.complain(f"metrics.{metric}", f"`{metric}` is no metric of opsmon", _closest(metric, METRICS))
                continue
            found[metric] = tuple(
                scope.source(metric, source, f"metrics.{metric}.{number}") for number, source in enumerate(sources)
            )
        for metric in self.specs[name].without:
            if metric not in METRICS:
                scope.complain("without", f"`{metric}` is no metric of opsmon", _closest(metric, METRICS))
        return found


def _match(spec: MatchSpec) -> Match:
    where = None if spec.sysobjectid is None else parse_oid(spec.sysobjectid)
    present = None if spec.present is None else parse_oid(spec.present)
    return Match(where, _pattern(spec.sysdescr), present, _pattern(spec.value), spec.weak)


def _join(
    family: _Family, name: str, metrics: Mapping[str, Mapping[str, tuple[Source, ...]]]
) -> dict[str, tuple[Source, ...]]:
    """Own sources first, then each parent's, without what a nearer profile has struck out."""
    joined: dict[str, tuple[Source, ...]] = {}
    struck: set[str] = set()
    for ancestor in family.line(name):
        for metric, sources in metrics[ancestor].items():
            if metric not in struck:
                joined[metric] = joined.get(metric, ()) + sources
        struck.update(family.specs[ancestor].without)
    return joined


def _resolve_one(family: _Family, name: str, metrics: Mapping[str, Mapping[str, tuple[Source, ...]]]) -> Profile:
    spec, line = family.specs[name], family.line(name)
    identity: dict[str, tuple[TextPlace, ...]] = {}
    tables: dict[str, TableColumns] = {}
    kinds: tuple[KindRule, ...] = ()
    vendors: dict[int, str] = {}
    backup: dict[str, object] = {}
    named = False
    for ancestor in line:
        scope, parent = family.scope(ancestor), family.specs[ancestor]
        for word in ("vendor", "model", "serial", "software"):
            # What a profile calls the vendor outweighs what a mixin would ask the device.
            texts = [] if word == "vendor" and named else getattr(parent.identity, word)
            identity[word] = identity.get(word, ()) + tuple(scope.text(text, f"identity.{word}") for text in texts)
        named = named or parent.vendor is not None
        for table, table_spec in parent.tables.items():
            tables.setdefault(table, scope.table(table, table_spec))
        kinds += tuple(scope.kind(rule, "kinds") for rule in parent.kinds)
        vendors = parent.vendors | vendors
        backup = parent.backup | backup
    return Profile(
        name=name,
        title=spec.title or name,
        vendor=family.first(name, lambda parent: parent.vendor) or "",
        kind=family.first(name, lambda parent: parent.kind) or Kind.OTHER,
        abstract=spec.abstract,
        match=tuple(_match(rule) for rule in spec.match),
        kinds=kinds,
        identity=identity,
        metrics=_join(family, name, metrics),
        tables=tuple(tables.values()),
        objects=family.scope(name).objects,
        vendors=vendors,
        backup=backup,
        checks=next((tuple(family.specs[near].checks) for near in line if family.specs[near].checks), ()),
    )


def resolve_profiles(specs: Mapping[str, ProfileSpec]) -> dict[str, Profile]:
    """Every profile by name. Raises ProfileError with every mistake of every profile."""
    family = _Family(specs)
    family.check_parents()
    if family.problems:
        raise ProfileError(family.problems)
    metrics = {name: family.own_metrics(name) for name in specs}
    profiles = {name: _resolve_one(family, name, metrics) for name in specs}
    if family.problems:
        raise ProfileError(sorted(set(family.problems)))
    return profiles
