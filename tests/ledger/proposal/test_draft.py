"""What a sweep's answers come to beside an inventory: names, kinds by what neighbours say, devices of pings alone."""

from dataclasses import replace

from opsmon.discovery.found import DeviceLook, HostAnswer, Neighbour
from opsmon.ledger.proposal.accesses import AccessWords, accesses_of
from opsmon.ledger.proposal.document import Heading, document_of
from opsmon.ledger.proposal.draft import ProposalDraft, draft_of
from opsmon.model.device import Device, Inventory, Kind, Site, SnmpAccess
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.text.bilingual import Text
from tests.support.places import REPOSITORY

SITE = SiteName("hall")
LOOK = DeviceLook("core-1", Kind.SWITCH, "acme", Text("why"), object_id="1.3.6.1.4.1.99999.1")


def inventory(*devices: Device) -> Inventory:
    return Inventory({SITE: Site(SITE)}, {device.name: device for device in devices})


def names(draft: ProposalDraft) -> list[str]:
    return [one.name for one in draft.proposed]


def answers(*looks: DeviceLook) -> list[HostAnswer]:
    return [HostAnswer(f"192.0.2.{number}", 0, look) for number, look in enumerate(looks, 1)]


def test_names_are_unique_valid_and_without_a_domain() -> None:
    said = ["core-1.example.net", "Switch", "Switch", "二层 交换机", "", "sw.1", "-", "CORE-2"]
    old = Device(DeviceName("core-2"), SITE, "192.0.2.99", Kind.ROUTER, formerly=(DeviceName("sw.1"),))
    draft = draft_of(answers(*(replace(LOOK, system_name=one) for one in said)), inventory(old))
    assert names(draft) == [
        "core-1", "Switch-192.0.2.2", "Switch-192.0.2.3", "二层-交换机", "host-192.0.2.5", "sw.1-192.0.2.6",
        "host-192.0.2.7", "CORE-2-192.0.2.8",
    ]  # fmt: skip


def test_what_answers_pings_alone_is_told_by_its_neighbours() -> None:
    heard = Neighbour("Gi0/7", "phone-7", "eth0", addresses=("192.0.2.7",), abilities=frozenset(["telephone"]))
    switch = replace(LOOK, neighbours=(heard,))
    pinged = HostAnswer("192.0.2.7", why=Text("no agent", "无代理"))
    draft = draft_of([*answers(switch), pinged, replace(pinged, address="192.0.2.8")], inventory())
    assert [(one.name, one.kind) for one in draft.pinged] == [("phone-7", Kind.PHONE), ("host-192.0.2.8", Kind.OTHER)]
    assert [way.to for way in draft.tree.parents["phone-7"]] == ["core-1"]
    accesses = accesses_of(AccessWords(), inventory(), REPOSITORY)
    text = document_of(draft, Heading("new", []), accesses, with_pinged=False)
    assert "# - name: phone-7  # answers pings; no agent; 192.0.2.1 hears it on Gi0/7 as phone-7\n" in text
    assert "#   parents: [core-1]\n" in text


def test_a_factory_name_does_not_make_a_device_known_of_another_kind() -> None:
    ups = Device(DeviceName("Switch"), SITE, "192.0.2.50", Kind.UPS)
    draft = draft_of(answers(replace(LOOK, system_name="switch")), inventory(ups))
    assert (draft.known, names(draft)) == ((), ["switch-192.0.2.1"])
    switch = replace(ups, kind=Kind.SWITCH)
    (known,) = draft_of(answers(replace(LOOK, system_name="switch")), inventory(switch)).known
    assert known.differences == (("address", "192.0.2.50", "192.0.2.1"),)


def test_the_accesses_of_the_inventory_are_tried_the_most_used_first() -> None:
    def device(number: int, community: str) -> Device:
        access = SnmpAccess(community=Secret(community), port=1000 + number)
        return Device(DeviceName(f"d{number}"), SITE, f"192.0.2.{number}", Kind.SWITCH, snmp=access)

    found = accesses_of(AccessWords(), inventory(device(1, "rare"), device(2, "usual"), device(3, "usual")), REPOSITORY)
    assert [one.access.community.reveal() for one in found if one.access.community] == ["usual", "rare"]
    assert [one.written["community"] for one in found] == [{"env": "SNMP_COMMUNITY"}, {"env": "SNMP_COMMUNITY_2"}]
    (usual,) = accesses_of(AccessWords(port=1161), inventory(), REPOSITORY)
    assert usual.written == {"version": "2c", "community": "public", "port": 1161}


def test_devices_of_several_accesses_each_load_with_their_own() -> None:
    """Fields of the site's access that another one lacks are taken away: they are merged key by key."""
    words = AccessWords(("{version: 3, user: ops, auth: {protocol: SHA, key: long enough}}",), port=161)
    (user,) = accesses_of(words, inventory(), REPOSITORY)
    (public,) = accesses_of(AccessWords(), inventory(), REPOSITORY)
    looks = [replace(LOOK, system_name=f"s{number}") for number in range(3)]
    found = [HostAnswer(f"192.0.2.{number}", int(number == 2), look) for number, look in enumerate(looks)]
    text = document_of(draft_of(found, inventory()), Heading("new", []), [public, user], with_pinged=False)
    assert "community: null" in text
    assert "long enough" not in text
    assert "key: {env: SNMP_KEY_1}" in text
