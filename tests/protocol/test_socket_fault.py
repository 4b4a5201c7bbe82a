"""Whose fault an error of a socket is."""

import errno

import pytest

from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.socket_fault import fault_of, is_own_address, route_fault


@pytest.mark.parametrize(
    ("number", "at_once", "outcome", "cause"),
    [
        (errno.ECONNREFUSED, False, Outcome.REFUSED, None),
        (errno.ECONNREFUSED, True, Outcome.REFUSED, None),
        (errno.ECONNRESET, False, Outcome.REFUSED, None),
        (errno.EPIPE, False, Outcome.REFUSED, None),
        (errno.EHOSTDOWN, False, Outcome.REFUSED, None),
        (errno.ETIMEDOUT, False, Outcome.TIMEOUT, None),
        (errno.EHOSTUNREACH, False, Outcome.REFUSED, None),
        (errno.ENETUNREACH, False, Outcome.REFUSED, None),
        (errno.EHOSTUNREACH, True, Outcome.LOCAL_FAULT, LocalCause.NETWORK),
        (errno.ENETUNREACH, True, Outcome.LOCAL_FAULT, LocalCause.NETWORK),
        (errno.ENETDOWN, False, Outcome.LOCAL_FAULT, LocalCause.NETWORK),
        (errno.EADDRNOTAVAIL, False, Outcome.LOCAL_FAULT, LocalCause.NETWORK),
        (errno.EAFNOSUPPORT, False, Outcome.LOCAL_FAULT, LocalCause.NETWORK),
        (errno.ENOBUFS, False, Outcome.LOCAL_FAULT, LocalCause.RESOURCES),
        (errno.EMFILE, False, Outcome.LOCAL_FAULT, LocalCause.RESOURCES),
        (errno.ENFILE, False, Outcome.LOCAL_FAULT, LocalCause.RESOURCES),
        (errno.ENOMEM, False, Outcome.LOCAL_FAULT, LocalCause.RESOURCES),
        (errno.EAGAIN, True, Outcome.LOCAL_FAULT, LocalCause.RESOURCES),
        (errno.EPERM, False, Outcome.LOCAL_FAULT, LocalCause.PERMISSION),
        (errno.EACCES, False, Outcome.LOCAL_FAULT, LocalCause.PERMISSION),
        (errno.EXDEV, False, Outcome.LOCAL_FAULT, LocalCause.NETWORK),  # nobody thought of it: not the device's
    ],
)
def test_each_errno_has_one_owner(number: int, at_once: bool, outcome: Outcome, cause: LocalCause | None) -> None:
    fault = fault_of(OSError(number, ""), "port 22", at_once=at_once)
    assert (fault.outcome, fault.cause) == (outcome, cause)
    assert fault.detail.startswith("port 22: ")
    assert errno.errorcode[number] in fault.detail


def test_an_end_that_asyncio_tells_without_a_number_is_the_far_ends() -> None:
    assert fault_of(ConnectionResetError("Connection lost"), "port 22").outcome is Outcome.REFUSED


def test_the_routing_table_says_where_nothing_can_be_sent() -> None:
    assert route_fault("127.0.0.1") is None
    fault = route_fault("fe80::1%nosuchlink")
    assert fault is not None
    assert fault.outcome is Outcome.LOCAL_FAULT


def test_an_address_of_this_machine_is_known() -> None:
    assert is_own_address("127.0.0.1")
    assert not is_own_address("192.0.2.1")
