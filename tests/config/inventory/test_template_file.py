"""Files of templates without a site: for the sites of their folder and below."""

from collections.abc import Callable

import pytest

from opsmon.config.root import Root
from opsmon.errors import ConfigError
from opsmon.model.device import Device
from opsmon.model.name import DeviceName

Load = Callable[..., Root]


def site(name: str, use: str = "camera") -> str:
    return f"site: {name}\ndevices:\n  - {{name: {name}-1, address: {name}.example.net, use: [{use}]}}\n"


def device_of(root: Root, name: str) -> Device:
    return root.inventory.devices[DeviceName(name)]


def test_templates_reach_their_folder_and_below_and_the_nearer_counts(load: Load) -> None:
    root = load(
        {
            "inventories/templates.yaml": "templates:\n  camera: {kind: camera, title: far}\n  plain: {kind: other}\n",
            "inventories/north/templates.yaml": "templates:\n  camera: {kind: camera, title: near}\n",
            "inventories/a.yaml": site("a"),
            "inventories/north/b.yaml": site("b"),
            "inventories/north/deep/c.yaml": site("c"),
            "inventories/south/d.yaml": site("d", "plain"),
            "inventories/north/e.yaml": site("e") + "templates:\n  camera: {kind: camera, title: own}\n",
        }
    )
    titles = {name: device_of(root, name).title for name in ("a-1", "b-1", "c-1", "e-1")}
    assert titles == {"a-1": "far", "b-1": "near", "c-1": "near", "e-1": "own"}
    assert device_of(root, "d-1").kind == "other"


def test_templates_do_not_reach_beside_or_above(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"inventories/north/t.yaml": "templates: {camera: {kind: camera}}\n", "inventories/a.yaml": site("a")})
    (problem,) = [problem for problem in caught.value.problems if not problem.warning]
    assert str(problem).startswith("inventories/a.yaml:3:47: no template `camera` (templates are bundles of fields")


def test_a_mistake_in_a_shared_template_is_told_once_and_there(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            {
                "inventories/t.yaml": "templates:\n  camera: {kind: camrea}\n  good: {kind: camera, profile: nope}\n",
                "inventories/a.yaml": site("a"),
                "inventories/b.yaml": site("b"),
                "inventories/c.yaml": site("c", "good"),
            }
        )
    assert [str(problem) for problem in caught.value.problems if not problem.warning] == [
        "inventories/t.yaml:2:18: unknown word `camrea` (did you mean `camera`?)",
        "inventories/t.yaml:3:33: no profile `nope` (profiles are the files of `probes/`)",
    ]


def test_two_shared_templates_of_one_name_and_folder(load: Load) -> None:
    text = "templates:\n  camera: {kind: camera}\n"
    with pytest.raises(ConfigError) as caught:
        load({"inventories/s.yaml": text, "inventories/t.yaml": text})
    assert [str(problem) for problem in caught.value.problems if not problem.warning] == [
        "inventories/t.yaml:2:3: two templates of this folder are named `camera` (first at inventories/s.yaml:2:11)"
    ]


def test_secrets_of_a_shared_template_are_found_from_its_own_folder(load: Load) -> None:
    snmp = "snmp: {community: {file: key}}"
    root = load(
        {
            "inventories/t.yaml": f"templates: {{shared: {{kind: switch, {snmp}}}}}\n",
            "inventories/far/a.yaml": site("a", "shared")
            + f"  - {{name: own, address: x.net, kind: switch, {snmp}}}\n",
            "inventories/key": "of-the-template",
            "inventories/far/key": "of-the-site",
        },
        strict=True,
    )
    told = []
    for name in ("a-1", "own"):
        access = device_of(root, name).snmp
        assert access is not None
        assert access.community is not None
        told.append(access.community.reveal())
    assert told == ["of-the-template", "of-the-site"]


def test_a_missing_secret_of_a_shared_template_is_told_in_its_file(load: Load) -> None:
    text = "templates: {shared: {kind: switch, snmp: {community: {env: GONE}}}}\n"
    root = load({"inventories/t.yaml": text, "inventories/a.yaml": site("a", "shared")})
    told = [str(warning) for warning in root.warnings if "GONE" in warning.message]
    assert told == ["inventories/t.yaml:1:54: warning: the environment variable GONE is not set"]


def test_a_shared_template_that_needs_more_is_told_where_it_lacks(load: Load) -> None:
    text = "templates:\n  v3: {kind: switch, snmp: {version: 3}}\n"
    with pytest.raises(ConfigError) as caught:
        load({"inventories/t.yaml": text, "inventories/a.yaml": site("a", "v3")})
    (problem,) = [problem for problem in caught.value.problems if not problem.warning]
    assert str(problem).startswith("inventories/t.yaml:2:28: SNMP version 3 needs a `user`")
