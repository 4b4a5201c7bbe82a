"""Which answers are one device with several addresses, and which only look like it."""

from dataclasses import replace

from opsmon.discovery.found import DeviceLook, HostAnswer
from opsmon.discovery.twins import as_devices
from opsmon.model.device import Kind
from opsmon.text.bilingual import Text

LOOK = DeviceLook("core-1", Kind.SWITCH, "acme", Text("why"), object_id="1.3.6.1.4.1.99999.1")


def groups(*looks: DeviceLook | None) -> list[list[int]]:
    answers = [HostAnswer(f"192.0.2.{number}", 0 if look else None, look) for number, look in enumerate(looks)]
    return [[int(address.rpartition(".")[2]) for address in one.addresses] for one in as_devices(answers)]


def test_the_same_engine_or_bridge_is_the_same_device() -> None:
    engine, bridge = (replace(LOOK, marks=frozenset([mark])) for mark in ("engine 80001", "mac 020000000001"))
    assert groups(engine, bridge, engine, bridge) == [[0, 2], [1, 3]]


def test_a_factory_engine_id_makes_no_twins_of_devices_with_other_serial_numbers_or_names() -> None:
    shared = replace(LOOK, marks=frozenset(["engine 80001"]))
    assert groups(replace(shared, serial="A"), replace(shared, serial="B")) == [[0], [1]]
    assert groups(shared, replace(shared, system_name="core-2")) == [[0], [1]]
    assert groups(shared, replace(shared, object_id="1.3.6.1.4.1.1")) == [[0], [1]]
    bridges = [replace(shared, marks=frozenset(["engine 80001", f"mac 02000000000{n}"])) for n in (1, 2)]
    assert groups(*bridges) == [[0], [1]]


def test_name_and_serial_number_together_are_enough_and_a_name_alone_is_not() -> None:
    assert groups(replace(LOOK, serial="A"), replace(LOOK, serial="A")) == [[0, 1]]
    assert groups(LOOK, LOOK) == [[0], [1]]


def test_an_address_on_the_interfaces_of_the_other_counts_where_both_are_called_the_same() -> None:
    owner = replace(LOOK, own_addresses=frozenset(["192.0.2.0", "192.0.2.1"]))
    assert groups(LOOK, owner) == [[0, 1]]
    assert groups(replace(LOOK, system_name="other"), owner) == [[0], [1]]
    assert groups(replace(LOOK, system_name=""), replace(owner, system_name="")) == [[0], [1]]


def test_what_answers_pings_alone_is_nobodys_twin() -> None:
    assert groups(None, LOOK, None) == [[0], [1], [2]]
