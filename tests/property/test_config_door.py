"""Whatever stands in the files of a root, loading it gives a Root or a ConfigError with places, nothing else."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsmon.config.inventory.inventory_spec import DeviceSpec
from opsmon.config.root import Root, load_root
from opsmon.config.yaml.node import YamlProblem, parse_yaml
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError
from opsmon.ledger.table_import import Wishes, import_table

GOOD = """\
site: hall
title: 主会场
labels: {venue: main-hall}
defaults:
  snmp: {version: 3, user: noc, auth: {protocol: SHA, key: {env: AUTH}}, priv: {protocol: AES, key: {file: priv}}}
  ssh: {username: backup, password: plain, key: id, platform: huawei_vrp}
  parents: [core-1]
templates:
  camera: {kind: camera, important: [a], periods: {icmp: 30s}}
devices:
  - {name: core-1, address: 192.0.2.1, kind: switch, parents: [], checks: [icmp, {tcp: {port: 22}}], use: [camera]}
ranges:
  - {name: "cam-{n:03}", address: "2001:db8::/64", first: 11, count: 3, use: [camera], snmp: null}
"""
WORDS = [
    "site", "title", "contract", "service", "labels", "defaults", "templates", "devices", "ranges", "name", "address",
    "kind", "profile", "parents", "checks", "periods", "important", "snmp", "ssh", "use", "first", "count", "number",
    "version", "community", "user", "auth", "priv", "protocol", "key", "env", "file", "port", "username", "icmp", "tcp",
    "hall", "192.0.2.0/24", "192.0.2.1", "::1", "{n}", "cam-{n:03}", "switch", "3", "-1", "1e9", "true", "null", "",
    "30s", "9" * 40, "\u0000", "b\u0301", "~", "&a", "*a", "!!int 3", "<<", "|", ">", "?", "%", "@", "`", "\t",
    "formerly",
]  # fmt: skip
scalars = st.sampled_from(WORDS)
trees = st.recursive(
    scalars | st.integers() | st.floats() | st.booleans() | st.none() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(scalars | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)
RELAXED = settings(max_examples=60, deadline=None)


def load(text: bytes, settings_file: bytes = b"", templates: bytes = b"templates: {}") -> Root | ConfigError:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in ("inventories", "probes", "rules"):
            (root / part).mkdir()
        (root / "probes" / "generic.yaml").write_text("name: generic\ntitle: any device\nkind: other\n")
        (root / "inventories" / "site.yaml").write_bytes(text)
        (root / "inventories" / "templates.yaml").write_bytes(templates)
        (root / "opsmon.yaml").write_bytes(settings_file)
        result: Root | ConfigError
        try:
            result = load_root(root, environ={})
        except ConfigError as error:
            result = error
        problems = result.warnings if isinstance(result, Root) else result.problems
        assert all(problem.message and "\n" not in str(problem) for problem in problems)
        return result


def written(tree: object) -> str:
    """A tree in YAML's flow style, without looking after quotes: much of it is no YAML, which is wanted."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {written(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    return str(tree)


def plain(node: object) -> object:
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else node


def test_the_good_file_that_is_cut_up_below_is_good() -> None:
    assert isinstance(load(GOOD.encode()), Root)


@RELAXED
@given(st.binary(max_size=200))
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbfsite: a")
@example(b"[" * 100_000)
@example(b"{a: " * 50_000)
@example(b"- " * 100_000)
@example(b"? " * 5_000)
@example(b"a: !<tag:yaml.org,2002:python/name:os.system> x")
@example(b"%YAML 9.9\n---\na: 1")
@example(b"a: &x [*x]")
def test_any_bytes(text: bytes) -> None:
    load(text, text)


@RELAXED
@given(st.dictionaries(scalars, trees, max_size=6))
def test_any_tree_of_our_own_words(tree: dict[str, object]) -> None:
    text = "site: hall\n" + "".join(f"{key}: {written(value)}\n" for key, value in tree.items())
    load(text.encode("utf-8", "surrogatepass"))


@RELAXED
@given(st.data(), trees)
def test_a_good_file_with_a_branch_grafted(data: st.DataObject, graft: object) -> None:
    tree: Any = plain(parse_yaml(GOOD).data)
    node, left = tree, data.draw(st.integers(0, 6))
    while True:
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if left == 0 or not isinstance(node[step], dict | list) or not node[step]:
            break
        node, left = node[step], left - 1
    node[step] = graft
    load(json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@RELAXED
@given(st.dictionaries(st.sampled_from(["camera", "a"]), trees, max_size=2), trees)
def test_any_templates_of_another_file(shared: dict[str, object], more: object) -> None:
    site = 'site: s\nranges: [{name: "r-{n}", address: 192.0.2.0/24, count: 2, kind: other, use: [camera, a]}]\n'
    text = json.dumps({"templates": shared, "more": more} if more else {"templates": shared}, ensure_ascii=False)
    load(site.encode(), b"", text.encode("utf-8", "surrogatepass"))


@RELAXED
@given(
    st.binary(max_size=120)
    | st.text(alphabet='name,address;kind\t"\n\r设备名称=ip12.：\0', max_size=120).map(str.encode)
)
@example(b"name,address,kind\n" + b'"' * 200_000)
@example(b"name,address,kind\n" + b"x" * 200_000)
@example("名称,地址,类型\n\u0085,\u2028,x".encode())
def test_any_table_is_taken_or_refused_in_words(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file, problems = Path(folder) / "t.csv", Problems()
        file.write_bytes(content)
        try:
            sites = import_table(file, problems, Wishes(site="s")).sites
        except ConfigError as error:
            # The other right answer is that it loads.
            assert all(problem.path == str(file) and problem.message for problem in error.problems)  # noqa: PT017
            return
    assert all(problem.path == str(file) and problem.message for problem in problems.errors + problems.warnings)
    for site in sites:
        for entry in site.devices:
            DeviceSpec.model_validate(entry)


@RELAXED
@given(st.data())
def test_a_good_file_with_a_piece_cut_or_put_in(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    load((GOOD[:start] + data.draw(scalars | st.text(max_size=4)) + GOOD[end:]).encode("utf-8", "surrogatepass"))


@RELAXED
@given(st.text(max_size=300))
def test_the_reader_gives_data_or_a_problem_with_a_place(text: str) -> None:
    try:
        place = parse_yaml(text).place
    except YamlProblem as problem:
        place = problem.place
    assert place.line >= 1
    assert place.column >= 1
