"""One layer of a device looked at by itself: its shape, its checks, its periods."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from opsmon.config.inventory.check_list import check_mistakes, names_of
from opsmon.config.inventory.inventory_spec import FieldsSpec
from opsmon.config.inventory.origin import Layer
from opsmon.config.secret import check_shape
from opsmon.config.yaml.document import add_mistake, check_spec
from opsmon.config.yaml.mistake import Mistake
from opsmon.config.yaml.problem import Problems
from opsmon.probe.registry import KINDS
from opsmon.spec import SECRET_RESOLVER
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

SHAPE_ONLY = {SECRET_RESOLVER: check_shape}  # secrets are opened once the layers are merged
SpecT = TypeVar("SpecT", bound=FieldsSpec)


def known_check_names(layers: Iterable[object]) -> frozenset[str]:
    """The names that `periods:` may use where these layers stand together: every kind, and every `name:`."""
    found = {name for layer in layers if isinstance(layer, Mapping) for name in names_of(layer.get("checks"))}
    return frozenset(found | KINDS.keys())


def check_layer(layer: Layer, spec: type[SpecT], check_names: Collection[str], problems: Problems) -> SpecT | None:
    """The layer as its Spec, or None after adding its mistakes."""
    checked = check_spec(layer.document, spec, problems, context=SHAPE_ONLY, steps=layer.steps)
    mistakes = list(_mistakes(layer.fields(), check_names))
    for mistake in mistakes:
        add_mistake(layer.document, layer.steps, mistake, problems)
    return None if mistakes else checked


def _mistakes(fields: Mapping[str, object], check_names: Collection[str]) -> Iterator[Mistake]:
    checks, periods = fields.get("checks"), fields.get("periods")
    for mistake in check_mistakes(checks if isinstance(checks, list) else (), SHAPE_ONLY):
        yield mistake._replace(steps=("checks", *mistake.steps))
    for name in periods if isinstance(periods, dict) else ():
        if name not in check_names:
            yield Mistake(
                ("periods", name),
                Sentence(f"no check {shown(name)}", f"没有检查 {shown(name)}"),
                meant(name, check_names),
                at_key=True,
            )
