"""The rtsp check against GStreamer's RTSP server: open, with Basic and with Digest login."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from opsmon.model.sample import Outcome, Sample
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.rtsp import RtspSpec
from opsmon.probe.schedule.run_check import run_check
from tests.support.places import REPOSITORY
from tests.support.probe.context import device_with
from tests.support.programs import missing

pytestmark = pytest.mark.real

SCRIPT = REPOSITORY / "tests/support/real/gstreamer_rtsp_server.py"
SYSTEM_PYTHON = "/usr/bin/python3"
USER, PASSWORD = "patrol", "pa$$: wörd"


@asynccontextmanager
async def rtsp_server(method: str) -> AsyncIterator[int]:
    pipe = asyncio.subprocess.PIPE
    try:
        server = await asyncio.create_subprocess_exec(SYSTEM_PYTHON, str(SCRIPT), method, stdout=pipe, stderr=pipe)
    except FileNotFoundError:
        missing("no system Python")
    assert server.stdout
    async with asyncio.timeout(30):
        port = await server.stdout.readline()
    if not port:
        _, said = await server.communicate()
        missing(f"no GStreamer RTSP server (Debian: gir1.2-gst-rtsp-server-1.0): {said.decode()[-200:]}")
    try:
        yield int(port)
    finally:
        server.kill()
        await server.communicate()


async def check(context: ProbeContext, spec: RtspSpec) -> Sample:
    device = device_with("rtsp", spec, timeout_s=15.0)
    return await run_check(device, device.checks[0], context)


def spec_of(port: int, path: str = "/live", password: str | None = PASSWORD, **more: object) -> RtspSpec:
    login = {"username": USER, "password": Secret(password)} if password else {}
    return RtspSpec.model_validate({"port": port, "path": path, **login, **more})


async def test_an_open_stream_is_described(context: ProbeContext) -> None:
    async with rtsp_server("open") as port:
        picture = await check(context, spec_of(port, password=None))
        both = await check(context, spec_of(port, "/av", password=None, media=["video", "audio"]))
        silent = await check(context, spec_of(port, "/live", password=None, media=["video", "audio"]))
        wrong = await check(context, spec_of(port, "/other", password=None))
        options = await check(context, spec_of(port, "/other", password=None, describe=False))
    assert (picture.outcome, picture.facts["stream"]) == (Outcome.OK, "video JPEG")
    assert "GStreamer" in picture.facts["server"]
    assert "DESCRIBE" in picture.facts["methods"]
    assert (both.outcome, both.facts["stream"]) == (Outcome.OK, "video JPEG, audio PCMA")
    assert list(both.readings[1].values) == [1.0, 1.0, 0.0]
    assert (silent.outcome, silent.detail) == (Outcome.DEGRADED, "the stream has no audio")
    assert (wrong.outcome, wrong.detail[:24]) == (Outcome.DEGRADED, "there is no such stream ")
    assert options.outcome is Outcome.OK


@pytest.mark.parametrize("method", ["basic", "digest"])
async def test_a_guarded_stream_wants_the_right_login(context: ProbeContext, method: str) -> None:
    async with rtsp_server(method) as port:
        right = await check(context, spec_of(port))
        wrong = await check(context, spec_of(port, password="guess-guess"))
        without = await check(context, spec_of(port, password=None))
    assert (right.outcome, right.detail) == (Outcome.OK, "")
    assert (wrong.outcome, without.outcome) == (Outcome.AUTH, Outcome.AUTH)
    assert "guess" not in repr(wrong)
    assert "has none" in without.detail
