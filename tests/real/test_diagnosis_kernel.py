"""Diagnoses over real paths: through a router, into a black hole, into a refusal, and without permission."""

import time
from collections.abc import Iterator

import pytest

from opsmon.probe.diagnosis import BURST, MAX_S, Hop, examine
from tests.support.real.namespace import Namespace, linked_namespaces, without_raw_sockets

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def near() -> Iterator[Namespace]:
    with linked_namespaces() as (near, far):
        near.permit("net.ipv4.ping_group_range", "0 0")
        far.permit("net.ipv4.ip_forward", "1")
        near.ip("route add default via 10.77.0.2")
        far.ip("link add hole0 type veth peer name hole1")  # a cable that ends nowhere
        far.ip("link set hole0 up")
        far.ip("link set hole1 up")
        far.ip("addr add 10.78.1.254/24 dev hole0")
        far.ip("neigh add 10.78.1.1 lladdr 02:00:00:00:00:01 dev hole0")
        far.ip("route add unreachable 10.78.2.0/24")
        yield near


def test_a_living_device_is_reached(near: Namespace) -> None:
    with near.entered():
        diagnosis = examine("10.77.0.2")
    assert [hop.address for hop in diagnosis.hops] == ["10.77.0.2"]
    assert len(diagnosis.rtts_ms) == diagnosis.sent == BURST


def test_a_black_hole_shows_the_router_before_it_and_does_not_take_long(near: Namespace) -> None:
    began_s = time.monotonic()
    with near.entered():
        diagnosis = examine("10.78.1.1")
    assert diagnosis.hops[0].address == "10.77.0.2"
    assert diagnosis.hops[1:] == (Hop(2), Hop(3), Hop(4))
    assert diagnosis.rtts_ms == ()
    assert time.monotonic() - began_s < MAX_S


def test_a_router_that_refuses_ends_the_path(near: Namespace) -> None:
    with near.entered():
        diagnosis = examine("10.78.2.1")
    assert [hop.address for hop in diagnosis.hops if hop.address] == ["10.77.0.2"]


def test_an_ordinary_user_gets_the_pings_and_the_reason_for_the_missing_path(near: Namespace) -> None:
    with near.entered(), without_raw_sockets():
        diagnosis = examine("10.77.0.2")
    assert len(diagnosis.rtts_ms) == BURST
    assert diagnosis.hops == ()
    assert "cap_net_raw" in diagnosis.path_fault


def test_a_diagnosis_of_a_daemon_that_ends_is_cut_short(near: Namespace) -> None:
    began_s = time.monotonic()
    asked = iter([False])  # the first hop is asked, then the daemon ends
    with near.entered():
        diagnosis = examine("10.78.1.1", lambda: next(asked, True))
    assert [hop.address for hop in diagnosis.hops] == ["10.77.0.2"]
    assert diagnosis.sent == 0
    assert time.monotonic() - began_s < 1.0


def test_who_may_not_ping_is_told_so(near: Namespace) -> None:
    near.permit("net.ipv4.ping_group_range", "1 0")
    try:
        with near.entered(), without_raw_sockets():
            diagnosis = examine("10.77.0.2")
    finally:
        near.permit("net.ipv4.ping_group_range", "0 0")
    assert "ping_group_range" in diagnosis.burst_fault
    assert diagnosis.sent == 0
