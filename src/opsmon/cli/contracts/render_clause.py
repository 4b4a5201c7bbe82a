"""How a clause reads: in one cell of a table, and as JSON with each of its variants."""

from collections.abc import Iterable

from opsmon.contract.calendar.calendar import DAY_S
from opsmon.contract.calendar.limit import Limit
from opsmon.contract.calendar.window import Window
from opsmon.contract.term import Clause, IncidentSelector, Mode, Variant
from opsmon.contract.words import fact_words, limit_words
from opsmon.model.incident import FactType
from opsmon.text.bilingual import NO_WORDS, Text
from opsmon.text.time import time_of_day
from opsmon.text.vocabulary import CLOCK_MODES


def limit_text(limit: Limit) -> Text:
    """A limit; in English as the rule files write it."""
    words, clock = limit_words(limit), time_of_day(limit.close_s)
    ends = limit.close_s != DAY_S
    fixed = limit.unit.rolls and not limit.rolls
    en = f"{words.en}{f' to {clock}' if ends else ''}{', not rolled' if fixed else ''}"
    return Text(en, f"{words.zh}{f'，至{clock}' if ends else ''}{'，不顺延' if fixed else ''}")


def window_text(window: Window | None) -> Text:
    """A window; in English as the rule files write it."""
    if window is None:
        return Text("always", "始终")
    side, side_zh = ("outside", "之外") if window.outside else ("inside", "之内")
    return Text(f"{side} {window.name}", f"{window.title.in_('zh')}{side_zh}")


def limits_text(clause: Clause) -> Text:
    """Every way in which the clause limits, the modes that do not judge named."""
    return either(dict.fromkeys(_variant_text(variant) for variant in clause.variants))


def either(texts: Iterable[Text]) -> Text:
    """One or another."""
    listed = list(texts)
    return Text(" or ".join(one.en for one in listed), "；或".join(one.in_("zh") for one in listed))


def _variant_text(variant: Variant) -> Text:
    parts = [limit_text(variant.limit)]
    if variant.runs is not None:
        parts.append(_counted(variant.runs))
    if variant.regime is not None:
        window = window_text(variant.regime.window)
        parts.append(Text(f"started {window.en}", f"{window.zh}起算"))
    strict = _strict_text(variant)
    told = Text(", ".join(part.en for part in parts) + strict.en, "，".join(part.zh for part in parts) + strict.zh)
    if variant.mode is Mode.JUDGED:
        return told
    return Text(f"{told.en} ({variant.mode})", f"{told.zh}（{CLOCK_MODES[variant.mode].zh}）")


def _counted(runs: Window | None) -> Text:
    window = window_text(runs)
    return Text(f"counted {window.en}", f"仅计{window.zh}" if runs is not None else "连续计算")


def _strict_text(variant: Variant) -> Text:
    """What the stricter reading has otherwise; nothing where there is none."""
    strict = variant.strict
    if strict is None:
        return NO_WORDS
    words = [limit_text(strict.limit)] if strict.limit != variant.limit else []
    if strict.runs != variant.runs:
        words.append(_counted(strict.runs))
    if strict.counts_from:
        facts = _facts_text(strict.counts_from)
        words.append(Text(f"from {facts.en}", f"自{facts.zh}起"))
    if not words:
        return NO_WORDS
    return Text(f" [stricter: {', '.join(one.en for one in words)}]", f"【从严：{'，'.join(one.zh for one in words)}】")


def _facts_text(facts: tuple[FactType, ...]) -> Text:
    named = [fact_words(fact) for fact in facts]
    return Text(" or ".join(one.en.removeprefix("the ") for one in named), "或".join(one.zh for one in named))


def from_text(clause: Clause) -> Text:
    """What the clause counts from."""
    facts = [_facts_text(clause.counts_from)] if clause.counts_from else []
    breaches = [Text(f"breach of {name}", f"{name} 超时") for name in clause.breach_of]
    return Text(" or ".join(one.en for one in (*facts, *breaches)), "或".join(one.zh for one in (*facts, *breaches)))


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
        "limit": limits_text(clause).en,
        "interpretation": "; ".join(dict.fromkeys(text.en for text in readings)) or None,
        "variants": [_variant_json(variant) for variant in clause.variants],
    }


def _variant_json(variant: Variant) -> dict[str, object]:
    regime, strict = variant.regime, variant.strict
    return {
        "applies": [_selector_json(selector) for selector in variant.applies],
        "limit": limit_text(variant.limit).en,
        "runs": window_text(variant.runs).en,
        "starts": window_text(regime.window if regime is not None else None).en,
        "judged_at": regime.judged_at.value if regime is not None and regime.judged_at is not None else None,
        "mode": variant.mode.value,
        "strict_limit": limit_text(strict.limit).en if strict is not None else None,
        "strict_runs": window_text(strict.runs).en if strict is not None else None,
        "strict_counts_from": [fact.value for fact in strict.counts_from] if strict is not None else [],
        "interpretation": variant.interpretation.en if variant.interpretation is not None else None,
    }


def _selector_json(selector: IncidentSelector) -> dict[str, object]:
    fields: dict[str, object] = {
        "services": sorted(selector.services),
        "kinds": sorted(selector.kinds),
        "not_kinds": sorted(selector.not_kinds),
        "severities": sorted(selector.severities),
        "labels": {key: sorted(values) for key, values in selector.labels.items()},
        "not_labels": {key: sorted(values) for key, values in selector.not_labels.items()},
    }
    return {name: value for name, value in fields.items() if value}
