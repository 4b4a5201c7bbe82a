"""The h323 check against listeners that wait, hang up, and speak."""

import asyncio
import socket

import pytest

from opsmon.model.sample import Outcome
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.h323 import H323Spec, is_tpkt
from opsmon.probe.schedule.run_check import run_check
from tests.support.probe.context import device_with
from tests.support.probe.tcp_server import Talk, hang_up, serving, stay_silent


def speaking(octets: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await writer.drain()

    return talk


@pytest.mark.parametrize(
    ("talk", "outcome"),
    [
        (stay_silent, Outcome.OK),
        (speaking(bytes.fromhex("0300000708027d00")), Outcome.OK),
        (hang_up, Outcome.DEGRADED),
        (speaking(b"HTTP/1.1 400"), Outcome.PROTOCOL),
        (speaking(b"\x03\x00"), Outcome.PROTOCOL),
    ],
    ids=["waits", "tpkt", "hangs up", "http", "cut"],
)
async def test_a_listener_is_judged_by_what_it_does(context: ProbeContext, talk: Talk, outcome: Outcome) -> None:
    async with serving(talk) as port:
        device = device_with("h323", H323Spec(port=port, watch=0.3))
        sample = await run_check(device, device.checks[0], context)
    assert sample.outcome is outcome


async def test_a_closed_port_is_refused(context: ProbeContext) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        device = device_with("h323", H323Spec(port=closed.getsockname()[1]))
        assert (await run_check(device, device.checks[0], context)).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("header", "right"),
    [("03000007", True), ("0300ffff", True), ("03000006", False), ("02000007", False), ("030000", False), ("", False)],
)
def test_a_tpkt_header_is_known(header: str, right: bool) -> None:
    assert is_tpkt(bytes.fromhex(header)) is right
