"""What a device comes to: its site's defaults, its templates and its own fields, laid over each other."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from opsmon.config.yaml.problem import UNQUOTED
from opsmon.errors import ConfigError
from opsmon.model.device import Device, Kind, SnmpVersion
from opsmon.model.name import DeviceName

Load = Callable[..., Root]


def device_of(root: Root, name: str) -> Device:
    return root.inventory.devices[DeviceName(name)]


def test_the_format_of_the_handbook(load: Load) -> None:
    root = load(
        {
            "inventories/hall.yaml": """\
site: erlong-hall
title: 二龙路主会场
labels: {venue: main-hall}
defaults:
  snmp: {version: 2c, community: {env: SNMP_ERLONG}}
  ssh: {username: backup, password: {file: ../secrets/erlong}, platform: huawei_vrp}
devices:
  - name: core-1
    address: core.example.net
    kind: switch
  - name: mcu-1
    address: 192.0.2.11
    kind: mcu
    profile: generic
    parents: [core-1]
    labels: {}
    checks: [icmp, snmp, {tcp: {port: 5060}}]
    periods: {icmp: 30s, snmp: 60s}
    important: [GigabitEthernet0/0/24]
""",
            "secrets/erlong": "s3cret\n",
        },
        environ={"SNMP_ERLONG": "public-1"},
        strict=True,
    )
    mcu = device_of(root, "mcu-1")
    assert (mcu.address, mcu.kind, mcu.profile, mcu.parents) == ("192.0.2.11", Kind.MCU, "generic", ("core-1",))
    assert mcu.labels == {"venue": "main-hall"}
    assert [(check.name, check.kind, check.period_s) for check in mcu.checks] == [
        ("icmp", "icmp", 30.0), ("snmp", "snmp", 60.0), ("tcp", "tcp", 60.0),
    ]  # fmt: skip
    assert getattr(mcu.checks[2].settings, "port", None) == 5060
    assert mcu.important == {"GigabitEthernet0/0/24"}
    assert mcu.snmp is not None
    assert mcu.snmp.version is SnmpVersion.V2C
    assert mcu.snmp.community is not None
    assert mcu.snmp.community.reveal() == "public-1"
    assert mcu.ssh is not None
    assert mcu.ssh.password is not None
    assert mcu.ssh.password.reveal() == "s3cret"
    assert "rules/conditions.yaml" in [warning.path for warning in root.warnings]


LAYERS = """\
site: hall
labels: {venue: main, floor: "1"}
defaults:
  kind: switch
  parents: [core]
  labels: {floor: "2", team: noc}
  snmp: {version: 3, user: noc, auth: {protocol: SHA, key: {env: AUTH}}, priv: {protocol: AES, key: {env: PRIV}}}
  periods: {icmp: 30s, snmp: 2m}
templates:
  first: {labels: {floor: "3", role: a}, important: [x], checks: [icmp], title: first}
  second: {labels: {role: b}, important: [y, z], periods: {icmp: 10s}}
devices:
  - {name: core, address: 192.0.2.1}
  - {name: plain, address: 192.0.2.2}
  - {name: laid, address: 192.0.2.3, use: [first, second], labels: {team: null, own: o}, kind: camera}
  - {name: turned, address: 192.0.2.4, use: [second, first]}
  - {name: bare, address: 192.0.2.5, snmp: null, parents: []}
  - {name: other-key, address: 192.0.2.6, snmp: {user: me, auth: {key: {env: OTHER}}, priv: null}}
"""


@pytest.fixture
def laid(load: Load) -> Root:
    return load(
        {"inventories/hall.yaml": LAYERS},
        environ={"AUTH": "auth-key-1", "PRIV": "priv-key-1", "OTHER": "other-key-1"},
        strict=True,
    )


def test_a_later_layer_wins_and_labels_are_merged_key_by_key(laid: Root) -> None:
    assert device_of(laid, "plain").labels == {"venue": "main", "floor": "2", "team": "noc"}
    assert device_of(laid, "laid").labels == {"venue": "main", "floor": "3", "role": "b", "own": "o"}
    assert device_of(laid, "turned").labels["role"] == "a"
    assert device_of(laid, "laid").kind is Kind.CAMERA
    assert device_of(laid, "laid").title == "first"


def test_lists_are_replaced_whole(laid: Root) -> None:
    assert device_of(laid, "laid").important == {"y", "z"}
    assert device_of(laid, "turned").important == {"x"}


def test_periods_are_merged_and_checks_follow_the_kind(laid: Root) -> None:
    assert [(c.name, c.period_s) for c in device_of(laid, "plain").checks] == [("icmp", 30.0), ("snmp", 120.0)]
    assert [(c.name, c.period_s) for c in device_of(laid, "laid").checks] == [("icmp", 10.0)]
    assert [c.name for c in device_of(laid, "bare").checks] == ["icmp"]


def test_null_takes_an_inherited_value_away(laid: Root) -> None:
    assert device_of(laid, "bare").snmp is None
    assert device_of(laid, "bare").parents == ()


def test_access_is_merged_deeply_and_a_secret_is_replaced_whole(laid: Root) -> None:
    snmp = device_of(laid, "other-key").snmp
    assert snmp is not None
    assert snmp.auth is not None
    assert (snmp.user, snmp.auth.protocol, snmp.auth.key.reveal(), snmp.priv) == ("me", "SHA", "other-key-1", None)


def test_a_device_is_not_its_own_inherited_parent(laid: Root) -> None:
    assert device_of(laid, "core").parents == ()
    assert device_of(laid, "plain").parents == ("core",)


def test_equal_accesses_are_one_object(laid: Root) -> None:
    assert device_of(laid, "core").snmp is device_of(laid, "plain").snmp


def test_a_range_numbers_names_titles_and_addresses(load: Load) -> None:
    root = load(
        {
            "inventories/a.yaml": """\
site: a
ranges:
  - {name: "cam-{n:03}", title: "摄像机 {n}", address: 192.0.2.0/24, first: 11, count: 48, kind: camera}
  - {name: "six-{n}", address: "2001:db8::/64", first: 65535, count: 2, number: 1, kind: camera}
  - {name: "host-{n:02}", address: "h{n}.example.net", first: 3, count: 1, kind: server}
"""
        }
    )
    cameras = [device for device in root.inventory.devices.values() if device.name.startswith("cam-")]
    assert [cameras[0].name, cameras[-1].name] == ["cam-011", "cam-058"]
    assert [cameras[0].address, cameras[-1].address] == ["192.0.2.11", "192.0.2.58"]
    assert cameras[0].title == "摄像机 11"
    assert [device_of(root, f"six-{n}").address for n in (1, 2)] == ["2001:db8::ffff", "2001:db8::1:0"]
    assert device_of(root, "host-03").address == "h3.example.net"


def test_every_mistake_of_every_file_is_told_at_once(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            {
                "opsmon.yaml": "langauge: zh\n",
                "inventories/a.yaml": "site: hall\ndevices:\n  - {name: a, adress: 192.0.2.1, kind: swich}\n",
                "inventories/deep/er/b.yaml": "site: hall\ndevices:\n  - {name: a, address: 192.0.2.1, kind: other}\n",
                "inventories/c.yaml": "\tsite: x\n",
            }
        )
    told = [str(problem) for problem in caught.value.problems if not problem.warning]
    assert told == [
        "inventories/a.yaml:3:15: unknown key `adress` (did you mean `address`?)",
        "inventories/a.yaml:3:40: unknown word `swich` (did you mean `switch`?)",
        "inventories/c.yaml:1:1: a tab in the indentation (YAML is indented with spaces)",
        "inventories/deep/er/b.yaml:1:7: two sites are named `hall` (first at inventories/a.yaml:1:7)",
        "opsmon.yaml:1:1: unknown key `langauge` (did you mean `language`?)",
    ]


def test_two_devices_of_one_name_in_two_files_are_both_named(load: Load) -> None:
    device = "devices:\n  - {name: core-1, address: 192.0.2.1, kind: switch}\n"
    with pytest.raises(ConfigError) as caught:
        load({"inventories/a.yaml": "site: a\n" + device, "inventories/b.yaml": "site: b\n" + device})
    told = [str(problem) for problem in caught.value.problems if not problem.warning]
    assert told == ["inventories/b.yaml:3:12: two devices are named `core-1` (first at inventories/a.yaml:3:12)"]


def test_a_parent_in_a_file_that_is_wrong_is_no_mistake_of_its_own(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            {
                "inventories/a.yaml": "site: a\ndevices:\n  - {name: core-1, address: 192.0.2.1, kind: swich}\n",
                "inventories/b.yaml": (
                    "site: b\ndevices:\n  - {name: b-1, address: 192.0.2.2, kind: other, parents: [core-1]}\n"
                ),
            }
        )
    assert [p.path for p in caught.value.problems if not p.warning] == ["inventories/a.yaml"]


def test_two_devices_at_one_address_are_warned_about(load: Load) -> None:
    root = load(
        {
            "inventories/a.yaml": (
                "site: a\ndevices:\n  - {name: a, address: 192.0.2.1, kind: other}\n"
                "  - {name: b, address: 192.0.2.1, kind: other}\n"
            )
        }
    )
    assert "inventories/a.yaml:4:24: warning: `b` has the address of `a` (at inventories/a.yaml:3:12)" in map(
        str, root.warnings
    )


def test_marks_that_no_check_can_see_are_warned_about(load: Load) -> None:
    entry = "  - {name: %s, address: %s, kind: switch, important: [ge1], checks: [%s]%s}\n"
    snmp = ", snmp: {version: 2c, community: public}"
    devices = entry % ("a", "192.0.2.1", "icmp", "") + entry % ("b", "192.0.2.2", "snmp", snmp)
    root = load({"inventories/a.yaml": "site: a\ndevices:\n" + devices})
    told = [str(warning) for warning in root.warnings if "marks interfaces" in str(warning)]
    assert len(told) == 1
    assert told[0].startswith("inventories/a.yaml:3:")
    assert "`a` marks interfaces, and no `snmp` check looks at them" in told[0]


def test_a_yml_file_is_not_passed_over_in_silence(load: Load) -> None:
    root = load({"inventories/a.yml": "site: a\n", "inventories/.b.yaml": "x\t\n"})
    assert "inventories/a.yml: warning: not read (rename it to end in `.yaml`)" in map(str, root.warnings)


def test_unknown_profiles_and_contracts_are_told_where_they_are_named(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            {
                "inventories/a.yaml": (
                    "site: a\ncontract: no-such\ntemplates:\n  t: {profile: genric}\ndevices:\n"
                    "  - {name: a, address: 192.0.2.1, kind: other, use: [t]}\n"
                )
            }
        )
    assert [str(problem) for problem in caught.value.problems if not problem.warning] == [
        "inventories/a.yaml:2:11: no contract `no-such` (known: none)",
        "inventories/a.yaml:4:16: no profile `genric` (did you mean `generic`?)",
    ]


CONTRACT = """\
contract: small
title: {en: small, zh: 小}
term: {from: "2026-01-01", to: "2026-12-31"}
services: {one: {title: {en: one, zh: 一}}}
labels: {venue: [main-hall, bureau]}
clauses: []
"""


def test_a_contract_with_one_service_covers_who_names_none(load: Load) -> None:
    site = "site: a\ncontract: small\ndevices:\n  - {name: a, address: 192.0.2.1, kind: other}\n"
    root = load({"rules/contracts/small.yaml": CONTRACT, "inventories/a.yaml": site})
    assert device_of(root, "a").service == "one"


def test_services_and_labels_that_the_contract_does_not_know_are_told_where_they_are_written(load: Load) -> None:
    site = """\
site: a
contract: small
service: two
labels: {venue: burau}
devices:
  - {name: a, address: 192.0.2.1, kind: other}
  - {name: b, address: 192.0.2.2, kind: other, service: won, labels: {venue: main-hall}}
  - {name: c, address: 192.0.2.3, kind: other}
"""
    with pytest.raises(ConfigError) as caught:
        load({"rules/contracts/small.yaml": CONTRACT, "inventories/a.yaml": site})
    assert [str(problem) for problem in caught.value.problems if problem.path.startswith("inventories")] == [
        "inventories/a.yaml:3:10: `small` has no service `two` (its services: one)",
        "inventories/a.yaml:4:17: warning: `small` knows no `venue` `burau`: its clauses pass it over "
        "(did you mean `bureau`?)",
        "inventories/a.yaml:7:57: `small` has no service `won` (did you mean `one`?)",
    ]


def test_what_is_no_regular_file_is_told_and_not_waited_for(load: Load, tmp_path: Path) -> None:
    (tmp_path / "inventories").mkdir()
    os.mkfifo(tmp_path / "inventories" / "pipe.yaml")
    (tmp_path / "inventories" / "gone.yaml").symlink_to("nowhere")
    with pytest.raises(ConfigError) as caught:
        load({})
    assert [str(problem) for problem in caught.value.problems if problem.path.startswith("inventories/")] == [
        "inventories/gone.yaml: cannot be read: No such file or directory",
        "inventories/pipe.yaml: cannot be read: it is no regular file",
    ]


@pytest.mark.slow
def test_many_ranges_are_refused_before_they_fill_the_memory(load: Load) -> None:
    ranges = "".join(
        f'  - {{name: "d{number}-{{n}}", address: 10.{number}.0.0/16, count: 10000, kind: other}}\n'
        for number in range(12)
    )
    with pytest.raises(ConfigError) as caught:
        load({"inventories/a.yaml": "site: a\nranges:\n" + ranges})
    told = [str(problem) for problem in caught.value.problems if not problem.warning]
    assert [line.partition(" ")[2] for line in told] == [
        "one root holds at most 100000 devices (several roots, or shorter ranges)"
    ] * 2


def test_a_thousand_mistakes_are_told_and_the_rest_counted(load: Load) -> None:
    device = "  - {name: d-%d, address: 192.0.2.1, kind: other, checks: [{tcp: {port: 70000}}]}\n"
    devices = "".join(device % number for number in range(1500))
    with pytest.raises(ConfigError) as caught:
        load({"inventories/a.yaml": "site: a\ndevices:\n" + devices})
    told = [problem for problem in caught.value.problems if not problem.warning]
    assert len(told) == 1001
    assert str(told[-1]) == "~: and 500 more problems"


def test_a_root_without_a_site_is_most_likely_another_directory(load: Load) -> None:
    assert "inventories: warning: there is no inventory file" in str(load({}).warnings[0])


@pytest.mark.parametrize(
    "broken",
    [
        "site: a\nranges:\n  - {name: 'sw-{n}', address: 192.0.2.0/24, count: 0, kind: switch}\n",
        "site: a\nranges:\n  - {name: 'sw-{n}', address: 192.0.2.0/24, count: 1}\n",
        "site: a\ndevices: [\n",
    ],
)
def test_a_parent_that_a_wrong_file_may_hold_is_no_mistake_of_its_own(load: Load, broken: str) -> None:
    good = "site: b\ndevices:\n  - {name: b, address: 192.0.2.9, kind: other, parents: [sw-1]}\n"
    with pytest.raises(ConfigError) as caught:
        load({"inventories/a.yaml": broken, "inventories/b.yaml": good})
    assert {problem.path for problem in caught.value.problems if not problem.warning} == {"inventories/a.yaml"}


def test_ciphers_are_taken_as_devices_and_net_snmp_write_them(load: Load) -> None:
    keys = "auth: {protocol: sha-256, key: password-1}, priv: {protocol: aes128, key: password-2}"
    device = f"{{name: d, address: 192.0.2.1, kind: switch, snmp: {{version: 3, user: u, {keys}}}}}"
    snmp = device_of(load({"inventories/a.yaml": f"site: hall\ndevices:\n  - {device}\n"}), "d").snmp
    assert snmp is not None
    assert snmp.auth is not None
    assert snmp.priv is not None
    assert (snmp.auth.protocol, snmp.priv.protocol) == ("SHA256", "AES")


def test_former_names_are_of_the_device_itself_and_numbered_in_a_range(load: Load) -> None:
    root = load(
        {
            "inventories/hall.yaml": """\
site: hall
devices:
  - {name: core-2, formerly: [core-1, hub], address: 192.0.2.1, kind: switch}
ranges:
  - {name: "cam-{n:03}", formerly: ["kam-{n}"], address: 192.0.2.0/24, first: 11, count: 2, kind: camera}
"""
        }
    )
    assert device_of(root, "core-2").formerly == ("core-1", "hub")
    assert root.inventory.renamed() == {"core-1": "core-2", "hub": "core-2", "kam-11": "cam-011", "kam-12": "cam-012"}


def test_linked_folders_are_read_and_circles_are_refused(load: Load, tmp_path: Path) -> None:
    far = tmp_path / "elsewhere" / "customer"
    far.mkdir(parents=True)
    (far / "b.yaml").write_text("site: b\ndevices:\n  - {name: far, address: 192.0.2.9, kind: other}\n")
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "customer").symlink_to(far)
    (tmp_path / "inventories" / "again").symlink_to(far)
    root = load({"inventories/a.yaml": "site: a\n"})
    assert list(root.inventory.devices) == ["far"]
    assert "inventories/customer: warning: not read again: it is inventories/again" in map(str, root.warnings)
    (far / "back").symlink_to(tmp_path / "inventories")
    with pytest.raises(ConfigError) as caught:
        load({})
    assert [str(problem) for problem in caught.value.problems if not problem.warning] == [
        "inventories/again/back: a link that leads in a circle: back to inventories"
    ]


PLANTED = "planted-secret-17"
OUTSIDE = f"""\
site: far
{PLANTED}: 1
devices:
  - {{name: {PLANTED}-2, address: "{PLANTED}", kind: other, checks: [{PLANTED}]}}
  - {{name: a, address: 192.0.2.1, kind: other, snmp: {{community: {{file: {PLANTED}}}}}}}
"""


@pytest.mark.parametrize("through_folder", [False, True])
@pytest.mark.parametrize(
    "text", [OUTSIDE, f"{PLANTED}", f"a: [{PLANTED}", f"{PLANTED}: \x07", f"- {PLANTED}: &{PLANTED}"]
)
def test_nothing_is_quoted_of_a_file_that_a_link_brings_in(
    load: Load, tmp_path: Path, text: str, through_folder: bool
) -> None:
    far = tmp_path / "far"
    far.mkdir()
    (far / "b.yaml").write_text(text)
    folder = tmp_path / "root" / "inventories"
    folder.mkdir(parents=True)
    (folder / ("x" if through_folder else "b.yaml")).symlink_to(far if through_folder else far / "b.yaml")
    with pytest.raises(ConfigError) as caught:
        load_root(tmp_path / "root", environ={})
    told = [problem for problem in caught.value.problems if problem.path.startswith("inventories/")]
    assert told
    assert PLANTED not in repr(caught.value.problems)
    assert {problem.message for problem in told} == {UNQUOTED}


def test_a_link_to_a_file_of_another_kind_is_refused_wherever_it_is(load: Load, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "token").write_text(f"{PLANTED}\n")
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "b.yaml").symlink_to(tmp_path / "secrets" / "token")
    with pytest.raises(ConfigError) as caught:
        load({})
    assert [str(problem) for problem in caught.value.problems if not problem.warning] == [
        "inventories/b.yaml: a link to what is no YAML file: not read (name its target `….yaml`)"
    ]
    assert PLANTED not in repr(caught.value.problems)


def test_links_that_stay_in_the_root_and_a_folder_that_is_one_itself_are_quoted(load: Load, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    (shared / "..data").mkdir(parents=True)
    (shared / "..data" / "a.yaml").write_text("site: a\nunheard: 1\n")
    (shared / "a.yaml").symlink_to(Path("..data") / "a.yaml")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "inventories").symlink_to(shared)
    with pytest.raises(ConfigError, match="unheard"):
        load_root(tmp_path / "root", environ={})


def test_weak_snmp_is_warned_about_once_with_the_number_of_sites(load: Load) -> None:
    key = "{protocol: %s, key: {env: K}}"
    ways = {
        "none": "{version: 3, user: u}",
        "md5": f"{{version: 3, user: u, auth: {key % 'MD5'}, priv: {key % 'AES'}}}",
        "des": f"{{version: 3, user: u, auth: {key % 'SHA'}, priv: {key % 'DES'}}}",
        "good": f"{{version: 3, user: u, auth: {key % 'SHA256'}, priv: {key % 'AES'}}}",
        "old": "{version: 2c, community: {env: K}}",
    }
    files = {}
    for site in ("a", "b"):
        lines = [f"site: {site}", "devices:"]
        for number, (name, snmp) in enumerate(ways.items(), 1):
            address = f"192.0.2.{number + (10 if site == 'b' else 0)}"
            lines.append(f"  - {{name: {site}-{name}, address: {address}, kind: switch, snmp: {snmp}}}")
        files[f"inventories/{site}.yaml"] = "\n".join(lines) + "\n"
    root = load(files, environ={"K": "long enough"})
    told = [str(one) for one in root.warnings if "SNMPv3" in one.message]
    assert [line.partition(" (")[0] for line in told] == [
        "inventories/a.yaml:3:60: warning: SNMPv3 without `auth`: 2 devices of 2 sites",
        "inventories/a.yaml:4:59: warning: SNMPv3 with `auth` by MD5: 2 devices of 2 sites",
        "inventories/a.yaml:5:59: warning: SNMPv3 with `priv` by DES: 2 devices of 2 sites",
    ]


def test_a_link_to_a_folder_that_is_gone_is_told(load: Load, tmp_path: Path) -> None:
    """A disk that is not mounted must not make a reload drop its devices."""
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "customer").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="inventories/customer: a link that leads nowhere"):
        load({})


@pytest.mark.parametrize("name", ["a.YAML", "a.yaml.txt", "a.yaml~", "a.yml.bak", "a.json"])
def test_a_name_that_somebody_may_believe_is_read_is_told(load: Load, name: str) -> None:
    root = load({f"inventories/{name}": "site: a\n", "inventories/README.md": "words"})
    assert [str(one) for one in root.warnings if one.path.startswith("inventories/")] == [
        f"inventories/{name}: warning: not read (rename it to end in `.yaml`)"
    ]


@pytest.mark.parametrize("folder", ["rules/contracts", "rules/calendars", "probes"])
def test_what_is_not_read_elsewhere_is_told_as_well(load: Load, folder: str) -> None:
    told = map(str, load({f"{folder}/a.yml": "x: y\n", f"{folder}/more/b.yaml": "x: y\n"}).warnings)
    expected = {f"{folder}/a.yml: warning: not read (rename it to end in `.yaml`)"}
    expected.add(f"{folder}/more: warning: not read (files of folders within this one are not looked at)")
    assert expected <= set(told)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("0.0.0.0", "this machine"),
        ("0.1.2.3", "this machine"),
        ("255.255.255.255", "broadcast"),
        ("224.0.0.1", "multicast"),
        ("239.1.2.3", "multicast"),
        ("240.0.0.1", "reserved"),
        ("::", "this machine"),
        ("ff02::1", "multicast"),
        ("::ffff:224.0.0.1", "multicast"),
        ("fe80::1", "needs its interface"),
    ],
)
def test_an_address_that_is_never_a_devices_is_refused(load: Load, address: str, why: str) -> None:
    with pytest.raises(ConfigError, match=rf"can be no device's address \([^)]*{why}"):
        load({"inventories/a.yaml": f'site: a\ndevices:\n  - {{name: a, address: "{address}", kind: other}}\n'})


@pytest.mark.parametrize("network", ["224.0.0.0/24", "0.0.0.0/24", "240.0.0.0/8", "ff02::/64", "fe80::/64"])
def test_a_range_of_such_addresses_is_refused(load: Load, network: str) -> None:
    ranged = f'{{name: "a-{{n}}", address: "{network}", first: 5, count: 3, kind: other}}'
    with pytest.raises(ConfigError, match="holds no devices' addresses"):
        load({"inventories/a.yaml": f"site: a\nranges:\n  - {ranged}\n"})


def test_a_family_that_the_address_is_not_of_is_refused(load: Load) -> None:
    device = "{name: a, address: 192.0.2.1, kind: other, checks: [{icmp: {family: 6}}]}"
    with pytest.raises(ConfigError, match="the check `icmp` wants IPv6"):
        load({"inventories/a.yaml": f"site: a\ndevices:\n  - {device}\n"})
