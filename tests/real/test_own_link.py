"""A cable of this machine that is pulled, in namespaces: the silence behind it is ours."""

import time
from collections.abc import Iterator

import pytest

from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.own_link import dead_link
from opsmon.protocol.socket_fault import route_fault
from tests.support.real.namespace import Namespace, linked_namespaces

pytestmark = pytest.mark.real
Link = tuple[Namespace, Namespace]


@pytest.fixture
def link() -> Iterator[Link]:
    with linked_namespaces() as (near, far):
        near.ip("route add default via 10.77.0.2")
        near.ip("-6 route add default via fd77::2")
        yield near, far


def pull(link: Link) -> None:
    """Takes the far end away, and waits until the kernel has noticed: it looks at links once a second at most."""
    near, far = link
    far.ip("link set cable1 down")
    for _ in range(100):
        with near.entered():
            if dead_link("10.77.0.2"):
                return
        time.sleep(0.05)
    pytest.fail("the link is not found dead within 5 s")


@pytest.mark.parametrize("address", ["10.77.0.2", "192.0.2.1", "fd77::2", "2001:db8::1"])
def test_a_link_without_a_carrier_is_a_fault_of_ours(link: Link, address: str) -> None:
    near, _ = link
    with near.entered():
        assert (dead_link(address), route_fault(address)) == ("", None)
    pull(link)
    with near.entered():
        assert dead_link(address) == "cable0"
        fault = route_fault(address)
    assert fault is not None
    assert (fault.outcome, fault.cause) == (Outcome.LOCAL_FAULT, LocalCause.NETWORK)
    assert "the link cable0 of this machine has no carrier" in fault.detail


def test_our_own_addresses_and_what_has_no_route_know_no_dead_link(link: Link) -> None:
    near, _ = link
    pull(link)
    with near.entered():
        assert dead_link("127.0.0.1") == dead_link("::1") == ""
        near.ip("route del default")
        assert dead_link("192.0.2.1") == ""
