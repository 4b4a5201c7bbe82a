"""The sip check against SIPp answering OPTIONS, over UDP and TCP, at an IPv4 and an IPv6 address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opsmon.model.sample import Outcome
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.sip import SipSpec
from opsmon.probe.schedule.run_check import run_check
from tests.support.port import free_port
from tests.support.probe.context import device_with
from tests.support.programs import require

pytestmark = pytest.mark.real

SCENARIO = Path(__file__).with_name("sipp_options.xml")


@asynccontextmanager
async def sipp(address: str, transport: str, folder: Path) -> AsyncIterator[int]:
    """SIPp with the scenario, until the test is through with it."""
    program, port, quiet = require("sipp", "sip-tester"), free_port(), asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(
        program, "-sf", str(SCENARIO), "-i", address, "-p", str(port), "-t", f"{transport[0]}1", "-nostdin",
        cwd=folder, stdout=quiet, stderr=quiet,
    )  # fmt: skip
    try:
        yield port
    finally:
        server.kill()
        await server.wait()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_terminal_that_answers_options_is_ok(
    context: ProbeContext, transport: str, address: str, tmp_path: Path
) -> None:
    async with sipp(address, transport, tmp_path) as port:
        spec = SipSpec.model_validate({"port": port, "transport": transport, "user": "1001", "status": [200]})
        device = device_with("sip", spec, address=address, timeout_s=5.0)
        async with asyncio.timeout(60):
            # SIPp tells nobody when it begins to listen.
            while (sample := await run_check(device, device.checks[0], context)).outcome is Outcome.REFUSED:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")
    assert sample.facts["status"] == "200 OK"
    assert sample.facts["server"] == "test terminal"
    assert "OPTIONS" in sample.facts["methods"]
