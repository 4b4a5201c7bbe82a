"""Our pings and pages beside blackbox_exporter's own, on the same target: the same names, labels and verdicts."""

import asyncio
import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from opsmon.clock import WallClock
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName
from opsmon.model.sample import Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.http import HttpSpec
from opsmon.probe.icmp import IcmpSpec
from opsmon.probe.icmp_pinger import FleetPinger
from opsmon.probe.resolver import Resolver
from opsmon.probe.worker import run_check
from tests.probe.certificate import new_pair
from tests.probe.conftest import NoDriver, device_with
from tests.probe.test_http import web_server
from tests.real.openssh import free_port
from tests.real.programs import require, require_root

pytestmark = pytest.mark.real

MODULES = """
modules:
  icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}
  http: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [ready]}}
  https: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4, tls_config: {insecure_skip_verify: true}}}
"""
Series = dict[str, float]


@asynccontextmanager
async def blackbox(folder: Path) -> AsyncIterator[str]:
    program, port = require("prometheus-blackbox-exporter"), free_port()
    config = folder / "blackbox.yml"
    config.write_text(MODULES, encoding="ascii")
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", stderr=pipe
    )
    assert server.stderr
    try:
        async with asyncio.timeout(20):
            while b"istening on" not in await server.stderr.readline():
                assert server.returncode is None
        yield f"http://127.0.0.1:{port}/probe"
    finally:
        server.kill()
        await server.communicate()


async def theirs(url: str, module: str, target: str) -> Series:
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, params={"module": module, "target": target}) as page,
    ):
        text = await page.text()
    return {name: float(value) for name, value in re.findall(r"^(\S+) (\S+)$", text, re.MULTILINE)}


def ours(sample: Sample) -> Series:
    """The series as text, without the label by which we tell the checks of one device apart."""
    found = {}
    for reading in sample.readings:
        for key, value in zip(reading.block.keys, reading.values, strict=True):
            labels = ",".join(f'{name}="{text}"' for name, text in key.labels if name != "check")
            if not math.isnan(value):  # NaN is absent
                found[f"{key.metric}{{{labels}}}" if labels else key.metric] = value
    return found


def named(device: Device, name: str) -> tuple[Device, Check]:
    check = replace(device.checks[0], name=CheckName(name))
    return replace(device, checks=(check,)), check


async def test_a_ping_says_the_same_by_the_same_names(tmp_path: Path) -> None:
    require_root()
    clock = WallClock()
    pinger = FleetPinger(clock)
    context = ProbeContext(clock, pinger, NoDriver(), Resolver(clock))
    device, check = named(device_with("icmp", IcmpSpec(), address="127.0.0.3"), "icmp")
    mine = ours(await run_check(device, check, context))
    pinger.close()
    async with blackbox(tmp_path) as url:
        peer = await theirs(url, "icmp", "127.0.0.3")
    assert mine.keys() <= peer.keys()
    for name in ("probe_success", "probe_ip_protocol", "probe_icmp_reply_hop_limit"):
        assert mine[name] == peer[name]
    assert 0 < mine['probe_icmp_duration_seconds{phase="rtt"}'] < 0.5


@pytest.mark.parametrize(("text", "success"), [("ready", 1.0), ("broken", 0.0)])
async def test_a_page_says_the_same_by_the_same_names(text: str, success: float, tmp_path: Path) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=text)

    clock = WallClock()
    context = ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock))
    async with web_server(page) as port, blackbox(tmp_path) as url:
        spec = HttpSpec(scheme="http", port=port, expect="ready")
        device, check = named(device_with("http", spec), "http")
        mine = ours(await run_check(device, check, context))
        peer = await theirs(url, "http", f"http://127.0.0.1:{port}/")
    assert mine.keys() <= peer.keys()
    for name in ("probe_http_status_code", "probe_http_ssl", "probe_http_version", "probe_failed_due_to_regex"):
        assert mine[name] == peer[name]
    assert mine["probe_success"] == peer["probe_success"] == success


async def test_a_certificate_ends_at_the_same_moment(tmp_path: Path) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="ready")

    clock = WallClock()
    context = ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock))
    served = new_pair("doors.example", lasts=timedelta(hours=3))
    async with web_server(page, served, tmp_path) as port, blackbox(tmp_path) as url:
        device, check = named(device_with("http", HttpSpec(port=port, verify=False)), "web")
        mine = ours(await run_check(device, check, context))
        peer = await theirs(url, "https", f"https://127.0.0.1:{port}/")
    assert mine["probe_ssl_earliest_cert_expiry"] == peer["probe_ssl_earliest_cert_expiry"]
    assert mine["probe_http_ssl"] == peer["probe_http_ssl"] == 1.0
