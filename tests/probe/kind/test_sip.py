"""The sip check against devices that answer late, wrongly, to others, or not at all."""

import asyncio
import socket

import pytest
from pydantic import ValidationError

from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.sip import SipSpec
from opsmon.probe.schedule.run_check import run_check
from tests.support.probe.context import device_with
from tests.support.probe.sip_terminal import response, terminal
from tests.support.probe.tcp_server import serving


async def check(context: ProbeContext, port: int, *, timeout_s: float = 4.0, **settings: object) -> Sample:
    device = device_with("sip", SipSpec.model_validate({"port": port, **settings}), timeout_s=timeout_s)
    return await run_check(device, device.checks[0], context)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (b"200 OK", Outcome.OK),
        (b"401 Unauthorized", Outcome.OK),
        (b"404 Not Found", Outcome.OK),
        (b"405 Method Not Allowed", Outcome.OK),
        (b"503 Service Unavailable", Outcome.DEGRADED),
        (b"603 Decline", Outcome.DEGRADED),
    ],
)
async def test_whoever_answers_lives(context: ProbeContext, status: bytes, outcome: Outcome) -> None:
    async with terminal(lambda request, _: [response(request, status)]) as (port, _):
        sample = await check(context, port)
        strict = await check(context, port, status=[200])
    assert sample.outcome is outcome
    assert sample.facts["status"] == status.decode()
    assert strict.outcome is (Outcome.OK if status == b"200 OK" else Outcome.DEGRADED)


async def test_a_lost_request_is_repeated(context: ProbeContext) -> None:
    async with terminal(lambda request, number: [response(request)] if number == 2 else []) as (port, device):
        sample = await check(context, port)
    assert sample.outcome is Outcome.OK
    assert device.requests == 2
    assert 0.5 <= sample.duration_s < 1.5


@pytest.mark.parametrize(
    "changed",
    [
        {"Via": b"SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKother"},
        {"Call_ID": b"other@opsmon"},
        {"CSeq": b"2 OPTIONS"},
        {"CSeq": b"1 INVITE"},
    ],
)
async def test_an_answer_to_something_else_is_passed_over(context: ProbeContext, changed: dict[str, bytes]) -> None:
    async with terminal(lambda request, _: [response(request, **changed)]) as (port, _):
        assert (await check(context, port, timeout_s=0.3)).outcome is Outcome.DEGRADED
    async with terminal(lambda request, _: [response(request, **changed), response(request)]) as (port, _):
        assert (await check(context, port)).outcome is Outcome.OK


async def test_a_device_that_says_nothing_at_all_is_a_timeout(context: ProbeContext) -> None:
    async with terminal(lambda request, _: []) as (port, _):
        assert (await check(context, port, timeout_s=0.3)).outcome is Outcome.TIMEOUT


async def test_a_provisional_answer_is_waited_through(context: ProbeContext) -> None:
    async with terminal(lambda request, _: [response(request, b"100 Trying"), response(request)]) as (port, _):
        assert (await check(context, port)).facts["status"] == "200 OK"


@pytest.mark.parametrize("datagram", [b"\n", b"\0", b"HTTP/1.1 200", b"SIP/2.0 200 OK\r\nbroken\r\n\r\n"])
async def test_nonsense_is_a_protocol_fault(context: ProbeContext, datagram: bytes) -> None:
    async with terminal(lambda request, _: [datagram]) as (port, _):
        assert (await check(context, port)).outcome is Outcome.PROTOCOL


async def test_a_closed_port_is_refused_at_once(context: ProbeContext) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    sample = await check(context, port)
    assert sample.outcome is Outcome.REFUSED
    assert sample.duration_s < 1.0


async def test_over_tcp_the_answer_is_read_from_the_stream(context: ProbeContext) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        writer.write(response(request, b"100 Trying") + response(request)[:20])
        await writer.drain()
        writer.write(response(request)[20:])

    async with serving(talk) as port:
        assert (await check(context, port, transport="tcp")).outcome is Outcome.OK


async def test_over_tcp_hanging_up_is_a_protocol_fault(context: ProbeContext) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with serving(talk) as port:
        assert (await check(context, port, transport="tcp")).outcome is Outcome.PROTOCOL


@pytest.mark.parametrize("wrong", [{"transport": "tls"}, {"user": "a b"}, {"user": "a\r\nb"}, {"status": [99]}])
def test_a_wrong_spec_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SipSpec.model_validate(wrong)
