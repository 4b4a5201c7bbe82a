"""`opsmon netbox import | diff | write` against a NetBox on loopback, in the shapes of two of its versions."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from opsmon.backup.status import BackupStatus, BackupStatuses
from opsmon.config.root import load_root
from opsmon.model.name import DeviceName, SiteName
from tests.support.cli.said import Opsmon
from tests.support.ledger.fake_netbox import OLD_TOKEN, TOKEN, FakeNetbox, running_netbox

SETTINGS = """\
language: en
netbox:
  url: {url}
  token: {{env: NETBOX_TOKEN}}
  kinds: {{conference: mcu}}
  profiles: {{comware-7: acme}}
  labels: {{venue: venue}}
  without_tags: [no-monitor]
  write: {{opsmon_name: name, opsmon_profile: profile, opsmon_backup: last_backup}}
"""


@pytest.fixture(params=[("4.6", TOKEN), ("3.5", OLD_TOKEN)], ids=["4.6", "3.5"])
def netbox(request: pytest.FixtureRequest) -> Iterator[FakeNetbox]:
    version, token = request.param
    with running_netbox(fleet(FakeNetbox(version, token))) as running:
        yield running


@pytest.fixture
def newest() -> Iterator[FakeNetbox]:
    with running_netbox(fleet(FakeNetbox())) as running:
        yield running


def fleet(made: FakeNetbox) -> FakeNetbox:
    made.add(11, "core-9", "192.0.2.101/24", role="Core Router", serial="SER11", platform="Comware 7", tags=["Core"])
    made.add(12, "access 2", "192.0.2.102/24", asset_tag="A-12", description="二层  弱电间\n")
    made.add(13, "mcu-9", "2001:db8::9/64", role="Conference", site="Annex")
    made.add(14, "shelf", None, role="Patch Panel")
    made.add(15, None, "192.0.2.105/24", role="Something Else")
    made.add(16, "spare", "192.0.2.106/24", status="inventory")
    made.add(17, "lab", "192.0.2.107/24", tags=["no-monitor"])
    made.devices[11]["custom_fields"]["venue"] = {"value": "main", "label": "main-hall"}
    return made


@pytest.fixture
def site(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (root / "probes" / "acme.yaml").write_text("name: acme\ntitle: Acme\nkind: switch\nmatch: [{sysdescr: Acme}]\n")
    monkeypatch.setenv("NETBOX_TOKEN", TOKEN)
    return root


def settle(root: Path, netbox: FakeNetbox, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "opsmon.yaml").write_text(SETTINGS.format(url=netbox.url), encoding="utf-8")
    monkeypatch.setenv("NETBOX_TOKEN", netbox.token)


def test_its_devices_become_sites_that_load(
    command: Opsmon, site: Path, netbox: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(site, netbox, monkeypatch)
    said = command("netbox", "import", "--root", site, "--yes", "--json")
    assert said.code == 0, said.err
    assert said.json["written"] == ["inventories/hall-one.yaml", "inventories/annex.yaml"]
    assert said.json["rows"] == {"total": 5, "taken": 4, "left_out": 1, "refused": 0, "no_device": 0}
    assert f"NetBox {netbox.version}" in said.err
    devices = load_root(site).inventory.devices
    core, access, mcu = (devices[DeviceName(name)] for name in ("core-9", "access-2", "mcu-9"))
    assert (core.kind, core.profile, core.labels["venue"], core.labels["tags"]) == (
        "router", "acme", "main-hall", "core",
    )  # fmt: skip
    assert (access.address, access.title, access.kind) == ("192.0.2.102", "二层 弱电间", "switch")
    assert (mcu.address, mcu.kind, mcu.site) == ("2001:db8::9", "mcu", "annex")
    assert dict(access.labels) == {
        "netbox": "12", "vendor": "H3C", "model": "S5130-28S", "asset": "A-12", "location": "R1 U12",
        "role": "access-switch",
    }  # fmt: skip
    assert devices[DeviceName("192.0.2.105")].kind == "other"


def test_nothing_is_written_before_yes_and_the_token_is_nowhere(
    command: Opsmon, site: Path, netbox: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(site, netbox, monkeypatch)
    said = command("netbox", "import", "--root", site, "--dry-run", "--snmp", "env:SNMP_HALL")
    assert said.code == 0
    assert "would write inventories/hall-one.yaml: 3 devices" in said.out
    assert "5 rows = 4 taken (4 devices) + 1 left out" in said.out
    assert "community: {env: SNMP_HALL}" in said.out
    assert netbox.token not in said.out + said.err
    assert [file.name for file in (site / "inventories").iterdir()] == ["hall.yaml"]


def test_every_page_is_asked_for_and_no_link_is_followed(
    command: Opsmon, site: Path, newest: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`next` of this NetBox leads to another machine, and a token must not go there."""
    settle(site, newest, monkeypatch)
    newest.page = 2
    assert command("netbox", "import", "--root", site, "--json").json["rows"]["total"] == 5
    assert [query["offset"] for _, query in newest.asked] == [["0"], ["2"], ["4"]]
    assert {query["status"][0] for _, query in newest.asked} == {"active"}


def test_filters_that_are_typed_stand_for_those_of_the_settings(
    command: Opsmon, site: Path, newest: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(site, newest, monkeypatch)
    said = command("netbox", "import", "--root", site, "--site", "annex", "--role", "conference", "--json")
    assert [one["site"] for one in said.json["sites"]] == ["annex"]
    (_, query), *_ = newest.asked
    assert (query["site"], query["role"], query["tag__n"]) == (["annex"], ["conference"], ["no-monitor"])
    wrong = command("netbox", "import", "--root", site, "--site", "anex")
    assert wrong.code == 2
    assert "anex is not one of the available choices" in wrong.err


def test_a_comparison_tells_what_netbox_changes(
    command: Opsmon, site: Path, newest: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(site, newest, monkeypatch)
    assert command("netbox", "import", "--root", site, "--yes").code == 0
    newest.devices[11]["serial"] = "SER99"
    newest.add(18, "new-1", "192.0.2.108/24")
    changes = {one["device"]: one for one in command("netbox", "diff", "--root", site, "--json").json}
    assert changes["core-9"]["fields"] == {"labels.serial": {"here": "SER11", "there": "SER99"}}
    assert (changes["new-1"]["change"], changes["mcu-1"]["change"]) == ("added", "removed")


def test_labels_go_back_once_and_only_where_they_differ(
    command: Opsmon, site: Path, netbox: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(site, netbox, monkeypatch)
    assert command("netbox", "import", "--root", site, "--yes").code == 0
    good = BackupStatus(DeviceName("core-9"), SiteName("hall-one"), good_at=datetime(2026, 11, 28, 20, tzinfo=UTC))
    BackupStatuses(site).write(good)
    shown = command("netbox", "write", "--root", site, "--json").json
    assert (shown["written"], netbox.patched, shown["unknown"]) == (0, [], ["shelf"])
    said = command("netbox", "write", "--root", site, "--yes")
    assert said.code == 0, said.err
    assert "wrote 4 of 4 devices, 0 are as they should be; 1 are not in this inventory" in said.out
    fields = netbox.devices[11]["custom_fields"]
    # The day is that of the root's time zone, which is eight hours ahead.
    assert (fields["opsmon_name"], fields["opsmon_profile"], fields["opsmon_backup"]) == (
        "core-9", "acme", "2026-11-29",
    )  # fmt: skip
    assert fields["venue"] == {"value": "main", "label": "main-hall"}
    assert netbox.devices[14]["custom_fields"]["opsmon_name"] is None
    fields["opsmon_backup"] = "2026-11-29T00:00:00+08:00"  # as a field of dates with times gives it back
    again = command("netbox", "write", "--root", site, "--yes")
    assert "wrote" not in again.out
    assert "would write 0 of 4 devices, 4 are as they should be" in again.out
    assert len(netbox.patched) == 1


def test_a_device_that_only_shares_an_address_is_not_told(
    command: Opsmon, site: Path, newest: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(site, newest, monkeypatch)
    newest.devices = {}
    newest.add(31, "CORE-1", "192.0.2.1/24")
    newest.add(32, "some other box", "192.0.2.11/24")
    shown = command("netbox", "write", "--root", site, "--json").json
    assert {one["netbox"] for one in shown["changes"]} == {31}
    assert shown["unknown"] == ["some other box"]


def test_a_field_that_netbox_does_not_have_is_told_before_anything_is_written(
    command: Opsmon, site: Path, newest: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(site, newest, monkeypatch)
    for device in newest.devices.values():
        del device["custom_fields"]["opsmon_profile"]
    said = command("netbox", "write", "--root", site, "--yes")
    assert said.code == 2
    assert "NetBox has no custom field opsmon_profile for devices" in said.err
    assert newest.patched == []
    newest.may_write = False
    (site / "opsmon.yaml").write_text(SETTINGS.format(url=newest.url).replace("opsmon_profile: profile, ", ""))
    assert command("netbox", "import", "--root", site, "--yes").code == 0
    refused = command("netbox", "write", "--root", site, "--yes")
    assert refused.code == 2
    assert "You do not have permission" in refused.err


HTML = "<html>sign in, please</html>"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (web.Response(status=403, text=json.dumps({"detail": "Token expired"}), content_type="application/json"),
         "Token expired"),
        (web.Response(status=401, text=HTML, content_type="text/html"), "refuses the token"),
        (web.Response(status=200, text=HTML, content_type="text/html"), "does not answer as NetBox"),
        (web.Response(status=302, headers={"Location": "https://sso.example/"}), "sends us to https://sso.example/"),
        (web.Response(status=404, text=HTML, content_type="text/html"), "does not answer as NetBox"),
        (web.Response(status=502, text=HTML, content_type="text/html"), "NetBox answers 502"),
        (web.Response(status=200, text="[]", content_type="application/json"), "does not answer as NetBox"),
        (web.Response(status=200, text='{"count": 1, "results": [{"id": "x"}]}', content_type="application/json",
                      headers={"API-Version": "4.6"}),
         "does not answer as NetBox"),
    ],
    ids=["expired", "unauthorized", "page", "redirect", "missing", "gateway", "list", "other"],
)  # fmt: skip
def test_every_failure_says_what_to_do_and_holds_no_token(
    command: Opsmon, site: Path, newest: FakeNetbox, monkeypatch: pytest.MonkeyPatch, answer: web.Response, told: str
) -> None:
    settle(site, newest, monkeypatch)
    newest.instead = answer
    said = command("netbox", "import", "--root", site)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert TOKEN not in said.err


def test_where_nobody_answers_or_nothing_is_set_it_says_so(
    command: Opsmon, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "it names no NetBox" in command("netbox", "diff", "--root", site).err
    with running_netbox(FakeNetbox()) as gone:
        settle(site, gone, monkeypatch)
    assert "cannot be reached" in command("netbox", "diff", "--root", site).err
    monkeypatch.delenv("NETBOX_TOKEN")
    said = command("netbox", "diff", "--root", site)
    assert (said.code, "NETBOX_TOKEN is not set" in said.err) == (2, True)
    settings = SETTINGS.format(url="http://netbox.example")
    (site / "opsmon.yaml").write_text(settings)
    assert "the token must not go in clear" in command("check", "--root", site).out
