"""Secrets of a root: opened by reference, warned about in plain text, and never shown."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from opsmon.errors import ConfigError
from opsmon.ledger.record import description_of
from opsmon.model.device import Device
from opsmon.model.name import DeviceName

Load = Callable[..., Root]
PLAIN = "pl41n-community"
SITE = """\
site: hall
defaults: {snmp: {community: %s}}
devices:
  - {name: a, address: 192.0.2.1, kind: switch}
  - {name: b, address: 192.0.2.2, kind: switch, labels: {x: y}}
"""


def community_of(root: Root) -> str:
    device: Device = root.inventory.devices[DeviceName("a")]
    assert device.snmp is not None
    assert device.snmp.community is not None
    return device.snmp.community.reveal()


def warnings_of(root: Root) -> list[str]:
    return [str(warning) for warning in root.warnings if warning.path != "rules/conditions.yaml"]


def test_a_literal_works_and_is_warned_about_once(load: Load) -> None:
    root = load({"inventories/a.yaml": SITE % PLAIN}, strict=True)
    assert community_of(root) == PLAIN
    assert warnings_of(root) == [
        "inventories/a.yaml:2:30: warning: a secret in plain text (use `{env: NAME}` or `{file: path}`)"
    ]


def test_a_file_is_found_from_the_file_that_names_it(load: Load) -> None:
    files = {"inventories/far/a.yaml": SITE % "{file: ../../keys/hall}", "keys/hall": "from-a-file\r\n"}
    assert community_of(load(files, strict=True)) == "from-a-file"


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("{env: NOT_THERE}", "the environment variable NOT_THERE is not set"),
        ("{env: EMPTY}", "EMPTY is empty"),
        ("{file: nowhere}", "the secret file nowhere is not there (looked for at inventories/nowhere)"),
        ("{file: a.yaml/x}", "the secret file a.yaml/x cannot be read: Not a directory"),
        ("{file: ~/x}", "the secret file ~/x is not there (`~` is not read as a home directory: write the whole path)"),
    ],
)
def test_a_missing_secret_is_an_error_only_where_it_is_needed(load: Load, reference: str, told: str) -> None:
    files, environ = {"inventories/a.yaml": SITE % reference}, {"EMPTY": ""}
    root = load(files, environ=environ)
    (warning,) = warnings_of(root)
    assert warning.startswith(f"inventories/a.yaml:2:30: warning: {told}")
    with pytest.raises(ConfigError, match=re.escape(told)):
        community_of(root)
    with pytest.raises(ConfigError) as caught:
        load(files, environ=environ, strict=True)
    assert f"inventories/a.yaml:2:30: {told}" in str(caught.value)


def test_one_missing_secret_of_many_files_is_told_once(load: Load) -> None:
    sites = {f"inventories/{n}.yaml": f"site: s{n}\n" + (SITE % "{env: GONE}").split("\n", 1)[1] for n in (1, 2, 3)}
    renamed = {path: text.replace("name: a", f"name: a{path[-6]}").replace("name: b", f"name: b{path[-6]}")
               for path, text in sites.items()}  # fmt: skip
    told = [line for line in warnings_of(load(renamed)) if "GONE" in line]
    assert told == ["inventories/1.yaml:2:30: warning: the environment variable GONE is not set (and 2 other places)"]


def test_nothing_that_people_are_shown_holds_a_secret(load: Load) -> None:
    root = load({"inventories/a.yaml": SITE % PLAIN, "opsmon.yaml": f"http: {{token: {PLAIN}}}\n"})
    device = root.inventory.devices[DeviceName("a")]
    description = description_of(device, root.inventory.sites[device.site])
    shown = [json.dumps(description), repr(root), str(root.settings), f"{device.snmp}", *map(str, root.warnings)]
    assert not any(PLAIN in text for text in shown)
    assert "***" in shown[0]


def test_a_private_key_is_found_from_the_file_that_names_it_and_missed_when_it_is_not_there(load: Load) -> None:
    site = "site: a\ndevices:\n  - {name: a, address: 192.0.2.1, kind: server, ssh: {username: u, key: ../keys/%s}}\n"
    root = load({"inventories/a.yaml": site % "id", "keys/id": "x"}, strict=True)
    ssh = root.inventory.devices[DeviceName("a")].ssh
    assert ssh is not None
    assert ssh.key is not None
    assert ssh.key.endswith("inventories/../keys/id")
    told = "inventories/a.yaml:3:73: %sthe private key ../keys/gone is not there (looked for at keys/gone)"
    assert warnings_of(load({"inventories/a.yaml": site % "gone"})) == [told % "warning: "]
    with pytest.raises(ConfigError) as caught:
        load({"inventories/a.yaml": site % "gone"}, strict=True)
    assert told % "" in str(caught.value)


@pytest.mark.parametrize(
    "slip", ["{community:planted-key}", "{planted-key}", "{version: 2c, planted-key}", "{planted-key: }"]
)
def test_a_secret_that_was_typed_as_a_key_is_not_quoted(tmp_path: Path, slip: str) -> None:
    (tmp_path / "inventories").mkdir()
    text = f"site: hall\ndevices:\n  - {{name: a, address: 192.0.2.1, kind: other, snmp: {slip}}}\n"
    (tmp_path / "inventories" / "hall.yaml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_root(tmp_path, environ={})
    assert "planted-key" not in str(raised.value)
    assert all(problem.line == 3 for problem in raised.value.problems)
