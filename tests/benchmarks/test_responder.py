"""The far end of the SNMP benchmarks: what would distort a measurement if it were otherwise."""

from benchmarks._snmp_responder import IF_X_ENTRY, Lameness, objects_at
from opsmon.demo import ber

SYS_UP_TIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
IF_HC_IN_OCTETS = (*IF_X_ENTRY, 6, 48)
EPOCHS = range(0, 20_000, 500)


def number_at(oid: tuple[int, ...], epoch: int) -> int:
    value = objects_at(epoch, 48)[oid]
    assert isinstance(value, bytes)
    return int.from_bytes(ber.read(value)[1], "big")


def test_the_uptime_never_goes_back() -> None:
    """A poller takes that for a restart, and surveys the device anew."""
    uptimes = [number_at(SYS_UP_TIME, epoch) for epoch in EPOCHS]
    assert uptimes == sorted(set(uptimes))


def test_the_counters_only_rise() -> None:
    octets = [number_at(IF_HC_IN_OCTETS, epoch) for epoch in EPOCHS]
    assert octets == sorted(set(octets))


def test_about_the_share_of_addresses_is_lame_and_always_the_same_ones() -> None:
    lameness = Lameness(0.1, 0.5, 0.0)
    addresses = [bytes((127, 1, high, low)) for high in range(40) for low in range(250)]
    waits = [lameness.wait_s(address) for address in addresses]
    assert 800 < waits.count(0.5) < 1_200
    assert waits.count(0.5) + waits.count(0.0) == len(addresses)
    assert waits == [lameness.wait_s(address) for address in addresses]


def test_a_lame_device_may_lose_its_answers() -> None:
    assert Lameness(1.0, 0.5, 1.0).wait_s(b"\x7f\1\1\1") is None
    assert Lameness(0.0, 0.5, 1.0).wait_s(b"\x7f\1\1\1") == 0.0
