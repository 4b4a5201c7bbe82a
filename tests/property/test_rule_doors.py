"""Whatever stands in rules and profiles, loading gives a Root or a ConfigError with places, nothing else."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsmon.config.root import Root, load_root
from opsmon.config.yaml.node import parse_yaml
from opsmon.errors import ConfigError
from tests.support.places import REPOSITORY

STOCK = [
    "rules/conditions.yaml",
    *sorted(str(file.relative_to(REPOSITORY)) for file in (REPOSITORY / "rules" / "calendars").glob("*.yaml")),
    "rules/contracts/xicheng-vc-2025.yaml",
    "rules/contracts/baizhifang-2026.yaml",
    "probes/if-mib.yaml",
    "probes/huawei-vrp.yaml",
    "probes/ups-mib.yaml",
]
scalars = st.sampled_from(
    ["", "x", "1", "-1", "0.5", "true", "null", "30s", "1 workday", "2 h", "2026-02-30", "09:00-18:00", "always",
     "ordinary", "switch", "vc", "E1", "1.3.6.1.2.1.1.1.0", "(", "[a-z", "{n}", "9" * 30, "\u0000", "ifName", "en"]
)  # fmt: skip
grafts = st.recursive(
    scalars | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(scalars | st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
RELAXED = settings(max_examples=15, deadline=None)


def plain(node: object) -> Any:
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else node


TREES = {name: plain(parse_yaml((REPOSITORY / name).read_text(encoding="utf-8")).data) for name in STOCK}
MIXINS = ("system.yaml", "lldp.yaml", "if-mib.yaml", "entity.yaml", "entity-sensor.yaml")


def load(name: str, content: bytes) -> Root | ConfigError:
    """A root with that one file in it, and around it as little as it refers to."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "probes").mkdir()
        (root / "rules" / "contracts").mkdir(parents=True)
        shutil.copytree(REPOSITORY / "rules" / "calendars", root / "rules" / "calendars")
        (root / "probes" / "generic.yaml").write_text("name: generic\ntitle: any device\nkind: other\n")
        if name.startswith("probes/"):
            for mixin in MIXINS:
                shutil.copy(REPOSITORY / "probes" / mixin, root / "probes" / mixin)
        (root / name).write_bytes(content)
        result: Root | ConfigError
        try:
            result = load_root(root, environ={})
        except ConfigError as error:
            result = error
        problems = result.warnings if isinstance(result, Root) else result.problems
        assert all(problem.message and "\n" not in str(problem) for problem in problems)
        return result


@pytest.mark.parametrize("name", STOCK)
@RELAXED
@given(st.data(), grafts)
def test_a_stock_file_with_a_branch_grafted(name: str, data: st.DataObject, graft: object) -> None:
    tree = json.loads(json.dumps(TREES[name]))
    node, left = tree, data.draw(st.integers(0, 7))
    while True:
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if left == 0 or not isinstance(node[step], dict | list) or not node[step]:
            break
        node, left = node[step], left - 1
    if data.draw(st.booleans()) or isinstance(node, list):
        node[step] = graft
    else:
        node[data.draw(scalars)] = node.pop(step)
    load(name, json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "name", ["rules/conditions.yaml", "rules/contracts/x.yaml", "rules/calendars/x.yaml", "probes/x.yaml"]
)
@RELAXED
@given(st.binary(max_size=60) | grafts.map(lambda graft: json.dumps(graft).encode()))
@example(b"")
@example(b"[]")
@example(b"null")
@example(b"{}")
def test_any_bytes(name: str, content: bytes) -> None:
    load(name, content)
