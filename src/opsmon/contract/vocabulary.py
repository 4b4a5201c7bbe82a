"""Which words of an incident its contract knows: one check for inventories, questions, timelines and people's findings.

A word that the contract does not know selects no clause, so that a slip of the finger would silently cost a clock.
Promises: a label whose values the contract lists (`labels:`) takes only those; of a label that only its clauses select
on, a value close to one of theirs is a slip and any other is somebody's own; so is a key that is close to a known one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.term import IncidentSelector
from opsmon.model.device import Kind
from opsmon.model.incident import Severity
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import VERY_CLOSE, meant, shown
from opsmon.text.page_words import SILENCE_FIELDS
from opsmon.text.vocabulary import named

_KNOWN, _NO_LABELS = Text("known", "已有"), Sentence("it has no labels", "它没有标签")


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """`field` is `service`, `kind`, `severity` or `labels`, `key` the key of the label. `hint` says what to write."""

    field: str
    message: Sentence
    hint: Sentence
    key: str = ""

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})"

    @property
    def zh(self) -> str:
        """The same in Chinese."""
        return f"{self.message.zh}（{self.hint.zh}）"


def unknown_words(
    rules: ContractRules,
    *,
    service: str | None = None,
    kind: str | None = None,
    severity: str | None = None,
    labels: Mapping[str, str] | None = None,
    open_labels: bool = True,
) -> tuple[UnknownWord, ...]:
    """Every word that the contract does not know, in the order of the arguments; None is not given.

    With `open_labels` a key that is like none of the contract's is somebody's own, else it is unknown too: who asks
    what a label would change is not served by the answer without it.
    """
    found: list[UnknownWord] = []
    name = rules.contract.id
    if service is not None and service not in rules.contract.services:
        services = list(rules.contract.services)
        hint = meant(service, services) or _listed(Text("its services", "其服务"), services)
        message = Sentence(f"{shown(name)} has no service {shown(service)}", f"{shown(name)} 没有服务 {shown(service)}")
        found.append(UnknownWord("service", message, hint))
    if kind is not None:
        found += _unless_known("kind", kind, Kind)
    if severity is not None:
        found += _unless_known("severity", severity, Severity)
    for key, value in (labels or {}).items():
        found += _label(rules, key, value, is_open=open_labels)
    return tuple(found)


def known_labels(rules: ContractRules) -> Mapping[str, frozenset[str]]:
    """The values of every label that the contract lists or its clauses and budgets select on."""
    known: dict[str, frozenset[str]] = {}
    for selector in _selectors(rules):
        for labels in (selector.labels, selector.not_labels):
            for key, values in labels.items():
                known[key] = known.get(key, frozenset()) | values
    return {**known, **rules.contract.labels}


def _selectors(rules: ContractRules) -> Iterator[IncidentSelector]:
    for clause in rules.contract.clauses:
        for variant in clause.variants:
            yield from variant.applies
    for budget in rules.budgets:
        yield from budget.applies


def _unless_known(field: str, word: str, known: Iterable[str]) -> Iterator[UnknownWord]:
    words = [str(one) for one in known]
    if word not in words:
        message = Sentence(f"no {field} {shown(word)}", f"没有{named(SILENCE_FIELDS, field, 'zh')} {shown(word)}")
        yield UnknownWord(field, message, meant(word, words) or _listed(_KNOWN, words))


def _listed(what: Text, names: Iterable[str]) -> Sentence:
    words = list(names)
    return Sentence(f"{what.en}: {', '.join(words)}", f"{what.zh}：{'、'.join(words)}")


def _label(rules: ContractRules, key: str, value: str, *, is_open: bool) -> Iterator[UnknownWord]:
    known = known_labels(rules)
    if key not in known:
        hint = meant(key, known, cutoff=VERY_CLOSE)
        if not hint and not is_open:
            hint = meant(key, known) or (_listed(Text("its labels", "其标签"), sorted(known)) if known else _NO_LABELS)
        if hint:
            message = Sentence(
                f"{shown(rules.contract.id)} selects on no label {shown(key)}",
                f"{shown(rules.contract.id)} 没有标签 {shown(key)}",
            )
            yield UnknownWord("labels", message, hint, key)
        return
    if value in known[key]:
        return
    hint = meant(value, known[key])
    if hint or key in rules.contract.labels:
        message = Sentence(
            f"{shown(rules.contract.id)} knows no {shown(key)} {shown(value)}: its clauses pass it over",
            f"{shown(rules.contract.id)} 的 {shown(key)} 没有值 {shown(value)}：其条款不会适用",
        )
        yield UnknownWord("labels", message, hint or _listed(_KNOWN, sorted(known[key])), key)
