"""Sentences about conditions, in Chinese and English, from the wording of their rule and the numbers measured."""

from collections.abc import Mapping

from opsmon.model.event import ConditionRaised
from opsmon.state.condition.rules import Comparator, Rule, Rulebook, Threshold
from opsmon.text.duration import measured_length


def value_text(value: float | None, unit: str, language: str) -> str:
    """A number as a person reads it: a ratio in per cent, seconds in the unit that fits."""
    if value is None:
        return "?"
    if unit == "ratio":
        return f"{value * 100:.0f} %"
    if unit == "seconds":
        return measured_length(value, language)
    return f"{value:.4g} {'°C' if unit == 'celsius' else unit}".rstrip()


def limit_text(rule: Rule, limits: Mapping[str, float], language: str) -> str:
    """What the measure is compared with."""
    bounds = rule.bounds
    if bounds.comparison is Comparator.OUTSIDE:
        low, high = (value_text(bound, rule.unit, language) for bound in (bounds.low, bounds.high))
        return f"{low} – {high}"
    if bounds.comparison is Comparator.ONE_OF:
        return ", ".join(f"{value:g}" for value in sorted(bounds.values))
    return _threshold_text(bounds.at, rule.unit, limits, language)


def _threshold_text(threshold: Threshold, unit: str, limits: Mapping[str, float], language: str) -> str:
    if threshold.metric:
        return threshold.metric
    if threshold.limit:
        limit = limits.get(threshold.limit)
        return value_text(limit * threshold.times if limit is not None else None, unit, language)
    return value_text(threshold.number, unit, language)


def summary_of(
    rule: Rule, device: str, subject: str, value: float | None, limits: Mapping[str, float], language: str
) -> str:
    """What is wrong, in one sentence."""
    facts = {
        "device": device,
        "subject": subject.partition("=")[2] if subject.count("=") == 1 else subject,
        "value": value_text(value, rule.unit, language),
        "limit": limit_text(rule, limits, language),
    }
    return rule.wording.text(language, facts)


def describe(rulebook: Rulebook, raised: ConditionRaised, limits: Mapping[str, float], language: str) -> str:
    """The sentence for a raised condition in the reader's language; its own detail where no rule has words for it."""
    for rule in rulebook.rules:
        if rule.name == raised.condition:
            return summary_of(rule, raised.device, raised.subject, raised.value, limits, language)
    wording = rulebook.wording_of(raised.condition)
    if wording is None:
        return raised.detail
    return wording.text(language, {"device": raised.device, "subject": raised.subject, "detail": raised.detail})
