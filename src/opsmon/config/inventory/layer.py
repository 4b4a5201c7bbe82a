"""How the layers of a device come together: the site's defaults, the templates under `use:` in order, its own fields.

A later layer wins. `labels`, `periods`, `snmp`, `snmp.auth`, `snmp.priv` and `ssh` are merged key by key; everything
else (texts, lists, a secret's reference) is replaced whole. `null` takes away what an earlier layer gave.
"""

from collections.abc import Iterable, Mapping

# Which mappings are merged, and which of their keys in turn.
_MERGED: dict[str, frozenset[str]] = {
    "labels": frozenset(),
    "periods": frozenset(),
    "snmp": frozenset({"auth", "priv"}),
    "ssh": frozenset(),
}
Fields = dict[str, object]


def merge_layers(layers: Iterable[Mapping[str, object]]) -> Fields:
    """One mapping from several, the last one strongest. Nothing given is changed."""
    merged: Fields = {}
    for layer in layers:
        for key, value in layer.items():
            _lay(merged, key, value, _MERGED.get(key))
    return merged


def _lay(below: Fields, key: str, value: object, inner: frozenset[str] | None) -> None:
    if value is None:
        below.pop(key, None)
        return
    under = below.get(key)
    if inner is None or not isinstance(value, dict):
        below[key] = value
        return
    laid: Fields = dict(under) if isinstance(under, dict) else {}
    for part, part_value in value.items():
        _lay(laid, part, part_value, frozenset() if part in inner else None)
    below[key] = laid
