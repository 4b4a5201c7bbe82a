"""Names in `rules/conditions.yaml`: of a condition, and of what is measured."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from opsmon.metrics.catalogue import CATALOGUE, PREFIX
from opsmon.spec import text_schema, wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown


def _alert_name(name: str) -> str:
    if re.fullmatch(r"[A-Z][A-Za-z0-9]{2,63}", name) is None:
        raise wrong(
            Sentence(f"{shown(name)} is no name for a condition", f"{shown(name)} 不能作条件名称"),
            Sentence("letters and digits after a capital: `DoorOpen`", "大写字母开头，后接字母和数字：`DoorOpen`"),
        )
    return name


_METRICS = sorted(name.removeprefix(PREFIX) for name in CATALOGUE)
_MAX_PROPOSED = 5


def _known_metric(metric: str) -> str:
    plain = metric.removeprefix(PREFIX)
    if plain not in _METRICS:
        alike = [name for name in _METRICS if plain.lower() in name.lower()][:_MAX_PROPOSED]
        proposed = (
            Sentence(f"such as {', '.join(alike)}", f"例如 {'、'.join(alike)}")
            if alike
            else Sentence("the metrics are listed in docs/metrics.md", "指标列在 docs/metrics.md")
        )
        raise wrong(
            Sentence(f"unknown metric {shown(metric)}", f"无法识别指标 {shown(metric)}"),
            meant(plain, _METRICS) or proposed,
        )
    return metric


MetricName = Annotated[
    str,
    AfterValidator(_known_metric),
    WithJsonSchema({"enum": [*_METRICS, *(n for n in CATALOGUE if n not in _METRICS)]}),
]
Name = Annotated[
    str,
    AfterValidator(_alert_name),
    text_schema(
        r"^[A-Z][A-Za-z0-9]{2,63}$",
        Sentence("letters and digits after a capital, such as DoorOpen", "大写字母开头，后接字母和数字：`DoorOpen`"),
        "DoorOpen",
    ),
]
