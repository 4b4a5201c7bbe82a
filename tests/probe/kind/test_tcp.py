"""The tcp check against servers that accept, refuse, fall silent, hang up and talk too much."""

import asyncio
import socket

import pytest
from pydantic import ValidationError

from opsmon.model.device import Device
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.tcp import MAX_ANSWER_BYTES, TcpSpec
from opsmon.probe.schedule.run_check import run_check
from tests.support.probe.context import device_with
from tests.support.probe.tcp_server import hang_up, serving, stay_silent


async def check(device: Device, context: ProbeContext) -> Sample:
    return await run_check(device, device.checks[0], context)


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for part in (b"220 mail.exa", b"mple \x07ready\r\n250 more\r\n"):
        writer.write(part)
        await writer.drain()


async def echo_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.readline())


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 8192)
        await writer.drain()


async def test_an_open_port_is_ok_and_carries_the_series_every_check_has(context: ProbeContext) -> None:
    async with serving(hang_up) as port:
        sample = await check(device_with("tcp", TcpSpec(port=port)), context)
    assert sample.outcome is Outcome.OK
    reading = sample.readings[0]
    named = dict(zip((key.metric for key in reading.block.keys), reading.values, strict=True))
    assert named["probe_success"] == 1.0
    assert named["probe_duration_seconds"] == sample.duration_s > 0


async def test_a_closed_port_is_refused(context: ProbeContext) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        sample = await check(device_with("tcp", TcpSpec(port=closed.getsockname()[1])), context)
    assert sample.outcome is Outcome.REFUSED
    assert "ECONNREFUSED" in sample.detail
    assert sample.readings[0].values[0] == 0.0


async def test_a_port_that_takes_no_connection_is_a_timeout(context: ProbeContext) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()):  # fills the backlog: further SYNs are dropped
            device = device_with("tcp", TcpSpec(port=full.getsockname()[1]), timeout_s=0.3)
            sample = await check(device, context)
    assert sample.outcome is Outcome.TIMEOUT
    assert 0.3 <= sample.duration_s < 1.0


async def test_an_expected_banner_may_come_in_parts_and_is_kept_fit_to_show(context: ProbeContext) -> None:
    async with serving(greet) as port:
        sample = await check(device_with("tcp", TcpSpec(port=port, expect="^220 .*example")), context)
    assert sample.outcome is Outcome.OK
    assert sample.facts["banner"] == "220 mail.example ·ready"


async def test_what_is_sent_arrives(context: ProbeContext) -> None:
    async with serving(echo_line) as port:
        sample = await check(device_with("tcp", TcpSpec(port=port, send="ping\n", expect="^ping")), context)
    assert sample.outcome is Outcome.OK


async def test_another_banner_is_degraded_and_shown(context: ProbeContext) -> None:
    async with serving(greet) as port:
        sample = await check(device_with("tcp", TcpSpec(port=port, expect="^SSH-")), context)
    assert sample.outcome is Outcome.DEGRADED
    assert "220 mail.example" in sample.detail


async def test_silence_where_an_answer_is_expected_is_slow_not_silent(context: ProbeContext) -> None:
    async with serving(stay_silent) as port:
        sample = await check(device_with("tcp", TcpSpec(port=port, expect="."), timeout_s=0.2), context)
    assert sample.outcome is Outcome.DEGRADED
    assert "too slowly" in sample.detail


async def test_an_endless_answer_is_cut_off(context: ProbeContext) -> None:
    async with serving(flood) as port:
        sample = await check(device_with("tcp", TcpSpec(port=port, expect="never")), context)
    assert sample.outcome is Outcome.DEGRADED
    assert len(sample.detail) < 300 < MAX_ANSWER_BYTES


async def test_a_name_that_does_not_resolve_is_our_own_fault(context: ProbeContext) -> None:
    sample = await check(device_with("tcp", TcpSpec(port=1), address="no-such-host.invalid"), context)
    assert sample.outcome is Outcome.LOCAL_FAULT
    assert sample.readings[0].values[0] != sample.readings[0].values[0]  # absent, not 0


@pytest.mark.parametrize("wrong", [{"port": 0}, {"port": 80, "expct": "x"}, {"port": 80, "expect": "("}, {}])
def test_a_wrong_spec_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TcpSpec.model_validate(wrong)
