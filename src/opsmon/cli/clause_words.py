"""How a clause reads: in one cell of a table, and as JSON with each of its variants."""

from opsmon.contract.calendar import DAY_S
from opsmon.contract.limit import Limit
from opsmon.contract.term import Clause, Mode, Selector, Variant
from opsmon.contract.window import Window
from opsmon.contract.wording import fact_words, limit_words, second_words
from opsmon.model.incident import FactType


def limit_text(limit: Limit) -> str:
    """A limit as the rule files write it."""
    close = f" to {second_words(limit.close_s)}" if limit.close_s != DAY_S else ""
    fixed = ", not rolled" if limit.unit.rolls and not limit.rolls else ""
    return f"{limit_words(limit).en}{close}{fixed}"


def window_text(window: Window | None) -> str:
    """A window as the rule files write it."""
    return "always" if window is None else f"{'outside' if window.outside else 'inside'} {window.name}"


def limits_text(clause: Clause) -> str:
    """Every way in which the clause limits, the modes that do not judge named."""
    return " or ".join(dict.fromkeys(_variant_text(variant) for variant in clause.variants))


def _variant_text(variant: Variant) -> str:
    runs = f", counted {window_text(variant.runs)}" if variant.runs is not None else ""
    starts = f", started {window_text(variant.regime.window)}" if variant.regime is not None else ""
    mode = f" ({variant.mode})" if variant.mode is not Mode.JUDGED else ""
    return f"{limit_text(variant.limit)}{runs}{starts}{_strict_text(variant)}{mode}"


def _strict_text(variant: Variant) -> str:
    """What the stricter reading has otherwise; "" where there is none."""
    strict = variant.strict
    if strict is None:
        return ""
    words = [limit_text(strict.limit)] if strict.limit != variant.limit else []
    if strict.runs != variant.runs:
        words.append(f"counted {window_text(strict.runs)}")
    if strict.counts_from:
        words.append(f"from {_facts_text(strict.counts_from)}")
    return f" [stricter: {', '.join(words)}]" if words else ""


def _facts_text(facts: tuple[FactType, ...]) -> str:
    return " or ".join(fact_words(fact).en.removeprefix("the ") for fact in facts)


def from_text(clause: Clause) -> str:
    """What the clause counts from."""
    words = [_facts_text(clause.counts_from)] if clause.counts_from else []
    return " or ".join([*words, *(f"breach of {name}" for name in clause.breach_of)])


def clause_json(clause: Clause) -> dict[str, object]:
    """The whole clause."""
    readings = [variant.interpretation for variant in clause.variants if variant.interpretation is not None]
    return {
        "clause": clause.id,
        "source": clause.source,
        "what": clause.what.en,
        "what_zh": clause.what.in_("zh"),
        "target": clause.target.value,
        "counts_from": [fact.value for fact in clause.counts_from],
        "breach_of": list(clause.breach_of),
        "own_message": clause.own_message.value if FactType.NOTIFIED in clause.counts_from else None,
        "met_by": sorted(fact.value for fact in clause.met_by),
        "limit": limits_text(clause),
        "interpretation": "; ".join(dict.fromkeys(text.en for text in readings)) or None,
        "variants": [_variant_json(variant) for variant in clause.variants],
    }


def _variant_json(variant: Variant) -> dict[str, object]:
    regime, strict = variant.regime, variant.strict
    return {
        "applies": [_selector_json(selector) for selector in variant.applies],
        "limit": limit_text(variant.limit),
        "runs": window_text(variant.runs),
        "starts": window_text(regime.window if regime is not None else None),
        "judged_at": regime.judged_at.value if regime is not None and regime.judged_at is not None else None,
        "mode": variant.mode.value,
        "strict_limit": limit_text(strict.limit) if strict is not None else None,
        "strict_runs": window_text(strict.runs) if strict is not None else None,
        "strict_counts_from": [fact.value for fact in strict.counts_from] if strict is not None else [],
        "interpretation": variant.interpretation.en if variant.interpretation is not None else None,
    }


def _selector_json(selector: Selector) -> dict[str, object]:
    fields: dict[str, object] = {
        "services": sorted(selector.services),
        "kinds": sorted(selector.kinds),
        "not_kinds": sorted(selector.not_kinds),
        "severities": sorted(selector.severities),
        "labels": {key: sorted(values) for key, values in selector.labels.items()},
        "not_labels": {key: sorted(values) for key, values in selector.not_labels.items()},
    }
    return {name: value for name, value in fields.items() if value}
