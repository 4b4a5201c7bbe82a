"""A sweep against agents at the far end of the wire: what it finds, at which pace, and what stays when it stops."""

import asyncio
import contextlib
import time
from dataclasses import replace

import pytest

from opsmon.discovery.found import DeviceLook
from opsmon.discovery.paced_sweep import PacedSweep, SweepTerms
from opsmon.model.device import Kind, SnmpAccess
from opsmon.model.secret import Secret
from opsmon.probe.profile.choose import ProfileSet
from tests.support.discovery.network import COMMUNITY, Box, Network, Port, cdp_row, mac, ring_of_six, running_network
from tests.support.stock import stock_profiles

TERMS = SweepTerms(pace=1000, timeout_s=30, pings_first=False)


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def access(port: int, community: str = COMMUNITY) -> SnmpAccess:
    return SnmpAccess(port=port, community=Secret(community))


async def looks(network: Network, profiles: ProfileSet, addresses: list[str]) -> list[DeviceLook]:
    sweep = PacedSweep([access(network.port)], profiles, TERMS, lambda _: None)
    await sweep.run(addresses)
    assert [answer.address for answer in sweep.answers] == addresses
    return [answer.look for answer in sweep.answers if answer.look is not None]


async def test_who_answers_is_recognised_and_asked_for_its_neighbours(profiles: ProfileSet) -> None:
    boxes = ring_of_six()
    with running_network({address: box.agent() for address, box in boxes.items()}) as network:
        gateway, *_, last = await looks(network, profiles, list(boxes))
    assert (gateway.system_name, gateway.profile, gateway.kind) == ("gw", "h3c-comware", Kind.ROUTER)
    assert (gateway.serial, gateway.interfaces) == ("SER0001", 6)
    assert gateway.reason.en == "its sysObjectID begins with 1.3.6.1.4.1.25506"
    assert [(one.port, one.name, one.remote_port) for one in gateway.neighbours] == [
        ("Gi1/0/1", "dist-a", "Gi1/0/1"), ("Gi1/0/2", "dist-b", "Gi1/0/1"),
    ]  # fmt: skip
    assert last.neighbours == ()


async def test_what_neighbours_are_told_by_is_read_whatever_its_form(profiles: ProfileSet) -> None:
    told = Box("a", mac(1), hears=[Port(1, mac(2), "Gi0/1", "b", "192.0.2.7", abilities=0x14)])
    cisco = Box("c", more=cdp_row(2, "d.example.net(FOX1)", "Gi0/2", "192.0.2.8"))
    with running_network({"127.0.13.1": told.agent(), "127.0.13.2": cisco.agent()}) as network:
        by_lldp, by_cdp = await looks(network, profiles, ["127.0.13.1", "127.0.13.2"])
    (heard,) = by_lldp.neighbours
    assert (heard.addresses, heard.abilities, heard.protocol) == (
        ("192.0.2.7",), frozenset(["wlan-ap", "telephone"]), "LLDP",
    )  # fmt: skip
    (heard,) = by_cdp.neighbours
    assert (heard.port, heard.name, heard.addresses, heard.protocol) == (
        "Gi1/0/2", "d.example.net", ("192.0.2.8",), "CDP",
    )  # fmt: skip


async def test_accesses_are_tried_in_order_until_one_is_taken(profiles: ProfileSet) -> None:
    with running_network({"127.0.13.3": Box("a").agent()}) as network:
        wrong, right = access(network.port, "not-this-one"), access(network.port)
        sweep = PacedSweep([wrong, right], profiles, replace(TERMS, timeout_s=2), lambda _: None)
        await sweep.run(["127.0.13.3"])
    assert [(answer.access, answer.look is not None) for answer in sweep.answers] == [(1, True)]


async def test_no_more_addresses_are_begun_than_the_pace_allows(profiles: ProfileSet) -> None:
    """Closed ports answer at once, so that nothing but the pace takes time."""
    with running_network({"127.0.13.4": Box("a").agent()}) as network:
        terms = replace(TERMS, pace=50)
        sweep = PacedSweep([access(network.port)], profiles, terms, lambda _: None)
        began_s = time.monotonic()
        await sweep.run([f"127.0.13.{number}" for number in range(101, 121)])
    assert time.monotonic() - began_s >= 19 / 50
    assert (sweep.asked, sweep.answers) == (20, ())


async def test_what_was_found_stays_when_the_sweep_is_stopped(profiles: ProfileSet) -> None:
    """The first address answers; what stops the sweep is the word that it was asked, an hour before the next."""
    asked = asyncio.Event()
    with running_network({"127.0.13.5": Box("a").agent()}) as network:
        terms = replace(TERMS, pace=1 / 3600)
        sweep = PacedSweep([access(network.port)], profiles, terms, lambda _: asked.set())
        work = asyncio.create_task(sweep.run(["127.0.13.5", "127.0.13.6"]))
        await asked.wait()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    assert [answer.address for answer in sweep.answers] == ["127.0.13.5"]
    assert sweep.asked == 1
