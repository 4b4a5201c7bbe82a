"""A sweep of a network in which most addresses are silent and one host answers pings alone: for root on Linux."""

import asyncio

import pytest

from opsmon.discovery.paced_sweep import CLOSED, PacedSweep, SweepTerms
from opsmon.model.device import SnmpAccess
from opsmon.model.secret import Secret
from opsmon.probe.profile.choose import ProfileSet
from tests.support.real.namespace import linked_namespaces, without_raw_sockets
from tests.support.stock import stock_profiles

ADDRESSES = [f"10.77.0.{number}" for number in range(2, 7)]


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def swept(profiles: ProfileSet, addresses: list[str]) -> PacedSweep:
    access = SnmpAccess(community=Secret("public"))
    sweep = PacedSweep([access], profiles, SweepTerms(pace=100, timeout_s=1), lambda _: None)
    asyncio.run(sweep.run(addresses))
    return sweep


def test_silence_is_no_device_and_what_answers_pings_alone_is_told(profiles: ProfileSet) -> None:
    with linked_namespaces() as (near, _), near.entered():
        sweep = swept(profiles, [*ADDRESSES, "fd77::2", "fd77::3", "203.0.113.9"])
    assert [(answer.address, answer.look, answer.why) for answer in sweep.answers] == [
        ("10.77.0.2", None, CLOSED), ("fd77::2", None, CLOSED),
    ]  # fmt: skip
    # There is no way to the last one: our own fault, which says nothing of it.
    assert (sweep.asked, list(sweep.faults.values())) == (8, [1])


def test_a_machine_that_may_not_ping_asks_by_snmp(profiles: ProfileSet) -> None:
    with linked_namespaces() as (near, _), near.entered(), without_raw_sockets():
        near.permit("net.ipv4.ping_group_range", "1 0")
        sweep = swept(profiles, ["10.77.0.2"])
    assert (sweep.pings_refused, sweep.answers, sweep.asked) == ("this machine may not ping", (), 1)
