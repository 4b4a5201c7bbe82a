"""`ssh.jump` and what a device says of its own dialogue: found, resolved, and wrong ones told where they stand."""

from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from opsmon.errors import ConfigError
from opsmon.model.name import DeviceName

HEAD = """\
site: hall
defaults: {kind: switch, checks: [], ssh: {username: ops, password: {env: WORD}}}
devices:
"""


def load(folder: Path, *devices: str, head: str = HEAD) -> Root:
    (folder / "inventories").mkdir(exist_ok=True)
    text = head + "".join(f"  - {{{device}}}\n" for device in devices)
    (folder / "inventories" / "hall.yaml").write_text(text, "utf-8")
    return load_root(folder, environ={"WORD": "planted-word"})


def mistakes(folder: Path, *devices: str, head: str = HEAD) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, *devices, head=head)
    return [problem.message for problem in caught.value.problems if not problem.warning]


def way(root: Root, name: str) -> list[str]:
    access = root.inventory.devices[DeviceName(name)].ssh
    assert access is not None
    return [f"{own.username}@{hop.address}:{own.port}" for hop, own in access.hops]


def test_a_way_over_devices_and_over_hosts_of_its_own(tmp_path: Path) -> None:
    outer = "{hostname: 203.0.113.9, username: gate, port: 2222, password: {env: WORD}}"
    root = load(
        tmp_path,
        "name: core, address: 10.0.0.1, ssh: {jump: bastion}",
        f"name: bastion, address: 192.0.2.1, ssh: {{jump: {outer}}}",
    )
    assert way(root, "core") == ["gate@203.0.113.9:2222", "ops@192.0.2.1:22"]
    assert way(root, "bastion") == ["gate@203.0.113.9:2222"]
    access = root.inventory.devices[DeviceName("core")].ssh
    assert access is not None
    assert [secret.reveal() for _, secret in root.inventory.devices[DeviceName("core")].secrets()] == [
        "planted-word"
    ] * 3


def test_the_sites_jump_host_does_not_jump_over_itself(tmp_path: Path) -> None:
    head = HEAD.replace("{env: WORD}}", "{env: WORD}, jump: bastion}")
    root = load(tmp_path, "name: bastion, address: 192.0.2.1", "name: core, address: 10.0.0.1", head=head)
    assert (way(root, "bastion"), way(root, "core")) == ([], ["ops@192.0.2.1:22"])


@pytest.mark.parametrize(
    ("jump", "message"),
    [
        ("bastoin", "no device `bastoin` to jump over"),
        ("core", "jump hosts in a circle: core → core"),
        ("back", "jump hosts in a circle: core → back → core"),
        ("mute", "`mute` is a jump host and has no `ssh` access"),
        ("7", "a jump host is the name of a device, or `{hostname: …, username: …}`"),
        ("{hostname: 192.0.2.1, username: x, plattform: y}", "unknown key `plattform`"),
    ],
)
def test_a_way_that_leads_nowhere(tmp_path: Path, jump: str, message: str) -> None:
    found = mistakes(
        tmp_path,
        f"name: core, address: 10.0.0.1, ssh: {{jump: {jump}}}",
        "name: back, address: 10.0.0.2, ssh: {jump: core}",
        "name: mute, address: 10.0.0.3, ssh: null",
    )
    assert message in found


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("prompt: 'core#'", "needs a group (?P<host>…): the part that is the device's name"),
        ("pager: '(('", "not a regular expression: missing ), unterminated subpattern at position 1"),
        ("stall: 0s", "a dialogue is waited for between a second and six hours"),
    ],
)
def test_a_dialogue_that_cannot_be(tmp_path: Path, words: str, message: str) -> None:
    assert message in mistakes(tmp_path, f"name: core, address: 10.0.0.1, ssh: {{{words}}}")


def test_what_a_device_says_of_its_dialogue_stands_above_its_make(tmp_path: Path) -> None:
    words = "platform: huawei_vrp, stall: 60s, longest: 2h, pager: '^~~$', prompt: '(?P<host>x+)>'"
    root = load(
        tmp_path,
        f"name: core, address: 10.0.0.1, ssh: {{{words}}}",
        "name: edge, address: 10.0.0.2, ssh: {platform: huawei_vrp}",
    )
    recipe = root.recipes.recipe_for(root.inventory.devices[DeviceName("core")])
    plain = root.recipes.recipe_for(root.inventory.devices[DeviceName("edge")])
    assert recipe is not None
    assert plain is not None
    assert recipe.pager is not None
    assert (recipe.stall_s, recipe.longest_s, recipe.pager.pattern) == (60.0, 7200.0, "^~~$")
    assert recipe.prompt.fullmatch("xx>")
    assert (plain.stall_s, plain.end) == (20.0, recipe.end)


@pytest.mark.parametrize(("platform", "warned"), [("fortinet", True), ("juniper_junos", True), ("hp_comware", False)])
def test_a_password_for_rights_that_a_make_does_not_raise_is_told(tmp_path: Path, platform: str, warned: bool) -> None:
    root = load(tmp_path, f"name: core, address: 10.0.0.1, ssh: {{platform: {platform}, enable: {{env: WORD}}}}")
    told = [problem for problem in root.warnings if "`ssh.enable`" in problem.message]
    assert [problem.line for problem in told] == ([4] if warned else [])
