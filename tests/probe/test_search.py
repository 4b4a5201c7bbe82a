"""A hostile answer and an unlucky `expect` end a check at a limit; meanwhile everything else goes on."""

import asyncio
import re

import pytest
from aiohttp import web

from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.http import HttpSpec
from opsmon.probe.kind.tcp import MAX_ANSWER_BYTES, TcpSpec
from opsmon.probe.schedule.run_check import run_check
from opsmon.probe.search import MAX_AT_ONCE_BYTES, Searches
from opsmon.protocol.http.message import MAX_BODY_BYTES
from tests.support.probe.context import device_with
from tests.support.probe.tcp_server import serving
from tests.support.probe.web_server import web_server

ENDLESS = r"(?:a+)+$"  # on a text of `a` and one `b` at its end it tries more ways than there are atoms
SQUARE = r"a+x"  # allowed on a line; on a page of one line it takes hours
HOSTILE = b"a" * (MAX_BODY_BYTES - 1) + b"b"
GBK = "text/html; charset=gbk"


async def check_page(context: ProbeContext, body: bytes, expect: str, timeout_s: float = 2.0) -> Sample:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": GBK})

    async with web_server(answer) as port:
        device = device_with("http", HttpSpec(scheme="http", port=port, expect=expect), timeout_s=timeout_s)
        return await run_check(device, device.checks[0], context)


@pytest.mark.parametrize("expect", [ENDLESS, SQUARE])
async def test_a_hostile_page_is_our_own_fault_at_the_limit(context: ProbeContext, expect: str) -> None:
    async def quick_one() -> Sample:
        return await check_page(context, b"all is well", "well", timeout_s=10.0)

    slow, quick = await asyncio.gather(check_page(context, HOSTILE, expect), quick_one())
    assert slow.outcome is Outcome.LOCAL_FAULT
    assert slow.detail == "looking for `expect` took more than 0.5 s and was ended: `opsmon check` says why"
    assert quick.outcome is Outcome.OK


async def test_a_page_of_a_mib_is_searched_whole_in_the_code_that_it_declares(context: ProbeContext) -> None:
    body = b"x" * (MAX_BODY_BYTES - 8) + "门禁正常".encode("gbk")
    sample = await check_page(context, body, "门禁正常$", timeout_s=20.0)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")
    sample = await check_page(context, body, "故障", timeout_s=20.0)
    assert (sample.outcome, sample.detail) == (Outcome.DEGRADED, "the page does not hold what is expected")


async def test_who_finds_all_processes_busy_is_not_blamed_either(context: ProbeContext) -> None:
    samples = await asyncio.gather(*(check_page(context, HOSTILE, ENDLESS) for _ in range(6)))
    assert {sample.outcome for sample in samples} == {Outcome.LOCAL_FAULT}
    assert {sample.detail.partition(" ")[0] for sample in samples} == {"looking", "other"}


async def test_an_answer_over_tcp_is_bounded_too(context: ProbeContext) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"a" * 5_000 + b"b")
        await writer.drain()

    async with serving(talk) as port:
        device = device_with("tcp", TcpSpec(port=port, expect=r"(?:a+)+c"))
        sample = await run_check(device, device.checks[0], context)
    assert sample.outcome is Outcome.LOCAL_FAULT


async def test_a_server_that_drips_is_searched_a_hundred_times_not_for_each_octet(context: ProbeContext) -> None:
    """Its octets come one by one, with a turn of the loop between them."""
    searched = []

    class Counting(Searches):
        async def in_octets(self, expect: re.Pattern[bytes], heard: bytes, timeout_s: float) -> bool:
            searched.append(len(heard))
            return await super().in_octets(expect, heard, timeout_s)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2_000):
            writer.write(b".")
            await asyncio.sleep(0)
        writer.write(b"." * (MAX_ANSWER_BYTES - 2_005) + b"login")
        await writer.drain()

    counting = ProbeContext(context.clock, context.pinger, context.snmp, context.resolver, searches=Counting())
    async with serving(drip) as port:
        device = device_with("tcp", TcpSpec(port=port, expect="login"), timeout_s=20.0)
        sample = await run_check(device, device.checks[0], counting)
    assert sample.outcome is Outcome.OK
    assert len(searched) < 200


async def test_what_is_quick_needs_no_process(context: ProbeContext) -> None:
    searches = context.searches
    assert await searches.groups(re.compile(r"load (?P<one>\d+)"), "load 3", 1.0) == {"one": "3"}
    assert await searches.groups(re.compile("never"), "load 3", 1.0) is None
    assert await searches.in_page(re.compile("x"), b"x" * MAX_AT_ONCE_BYTES, "", 1.0)
    assert searches._pool is None
