"""One law for every schema: an editor and the loader agree on the form of a file, whatever slip of the pen is in it."""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.config.yaml.node import TEXT_KEYS
from tests.support.config.schemas import SPECS, refusals, refusals_of_form, shipped, validator

SLIPS = ("unknown key", "misspelt key", "dropped", "null", "number", "truth", "text", "list", "mapping", "wrong word")
MAX_LIST = 3
VALUES: dict[str, Any] = {
    "null": None, "number": 7, "truth": True, "text": "some words", "list": ["one"], "mapping": {"one": 1},
}  # fmt: skip


@cache
def seeds(name: str) -> list[Any]:
    """The shipped files, shortened: of a long list its beginning says as much, and is validated sooner."""
    return [_short(data) for _, data in shipped(name)]


def _short(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _short(value) for key, value in node.items()}
    return [_short(item) for item in node[:MAX_LIST]] if isinstance(node, list) else node


def ways(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of the data but the whole."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in pairs:
        yield (*way, step)
        yield from ways(inner, (*way, step))


def slipped(data: Any, way: tuple[Any, ...], slip: str) -> Any:
    """A copy of the data with one slip of the pen in it."""
    changed = copy.deepcopy(data)
    *above, last = way
    holder = changed
    for step in above:
        holder = holder[step]
    if slip in VALUES:
        holder[last] = copy.deepcopy(VALUES[slip])
        if last in TEXT_KEYS and slip == "number":
            holder[last] = "7"  # as the reader of YAML gives it
    elif slip == "dropped":
        del holder[last]
    elif slip == "wrong word":
        holder[last] = f"{holder[last]}x" if isinstance(holder[last], str) else "x"
    elif isinstance(holder, dict):
        key = "somethingelse" if slip == "unknown key" else f"{last}q"
        holder[key] = holder[last] if slip == "unknown key" else holder.pop(last)
    return changed


@pytest.mark.parametrize("name", SPECS)
@settings(max_examples=150)
@given(draws=st.data())
def test_an_editor_and_the_loader_agree(name: str, draws: st.DataObject) -> None:
    data = draws.draw(st.sampled_from(seeds(name)))
    way = draws.draw(st.sampled_from(list(ways(data))))
    wrong = slipped(data, way, draws.draw(st.sampled_from(SLIPS)))
    underlined = next(validator(name).iter_errors(wrong), None)
    if underlined is None:
        assert refusals_of_form(name, wrong) == []
    else:
        assert refusals(name, wrong) != [], underlined.message
