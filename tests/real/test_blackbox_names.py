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
from opsmon.metrics.catalogue import meaning_of
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName
from opsmon.model.sample import Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.http import HttpSpec
from opsmon.probe.kind.icmp import IcmpSpec
from opsmon.probe.kind.tcp import TcpSpec
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.resolver import Resolver
from tests.support.port import free_port
from tests.support.probe.certificate import new_pair
from tests.support.probe.context import NoDriver, device_with
from tests.support.probe.tcp_server import serving
from tests.support.probe.web_server import web_server
from tests.support.programs import require, require_root

pytestmark = pytest.mark.real

MODULES = """
modules:
  icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}
  http: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [ready]}}
  https: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4, tls_config: {insecure_skip_verify: true}}}
  trusted: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4, tls_config: {ca_file: FOLDER/root.pem}}}
  moved: {prober: http, timeout: 5s, http: {follow_redirects: false, valid_status_codes: [302]}}
  tcp: {prober: tcp, timeout: 5s, tcp: {preferred_ip_protocol: ip4, query_response: [{expect: "^220 "}]}}
"""
TYPE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)
Series = dict[str, float]
# The label by which we tell the checks of a device apart; the rest blackbox_exporter gives from a later version than
# Debian's on.
LABELS_OURS_ALONE = ("check", "serialnumber")
OURS_ALONE = {
    "probe_timeout_seconds",
    'probe_tls_cipher_info{cipher="TLS_AES_256_GCM_SHA384"}',
    'probe_tls_cipher_info{cipher="TLS_AES_128_GCM_SHA256"}',
}


@asynccontextmanager
async def blackbox(folder: Path) -> AsyncIterator[str]:
    program, port = require("prometheus-blackbox-exporter"), free_port()
    config = folder / "blackbox.yml"
    config.write_text(MODULES.replace("FOLDER", str(folder)), encoding="ascii")
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", stderr=pipe
    )
    assert server.stderr
    try:
        async with asyncio.timeout(60):
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
    assert {name: meaning_of(name).kind for name, _ in TYPE.findall(text)} == dict(TYPE.findall(text))
    return {name: float(value) for name, value in re.findall(r"^([^#].*) (\S+)$", text, re.MULTILINE)}


def ours(sample: Sample) -> Series:
    """The series as text, without what Debian's version does not have."""
    found = {}
    for reading in sample.readings:
        for key, value in zip(reading.block.keys, reading.values, strict=True):
            labels = ",".join(f'{name}="{text}"' for name, text in key.labels if name not in LABELS_OURS_ALONE)
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
    assert mine.keys() ^ peer.keys() <= OURS_ALONE
    for name in ("probe_success", "probe_ip_protocol", "probe_ip_addr_hash", "probe_icmp_reply_hop_limit"):
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
    assert mine.keys() ^ peer.keys() <= OURS_ALONE
    same_values(mine, peer)
    assert mine["probe_success"] == peer["probe_success"] == success


def same_values(mine: Series, peer: Series) -> None:
    """Everything that is no time is the same number."""
    told = {name for name in mine.keys() & peer.keys() if "duration" not in name and "lookup" not in name}
    assert {name: mine[name] for name in told} == {name: peer[name] for name in told}


async def test_a_page_over_tls_says_the_same_by_the_same_names(tmp_path: Path) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="ready", headers={"Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"})

    clock = WallClock()
    context = ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock))
    root = new_pair("authority.example", lasts=timedelta(hours=1))
    served = new_pair("doors.example", issuer=root, lasts=timedelta(hours=3))
    authority = str(root.write_certificate(tmp_path / "root.pem"))
    async with web_server(page, served, tmp_path) as port, blackbox(tmp_path) as url:
        device, check = named(device_with("http", HttpSpec(port=port, authority=authority)), "web")
        mine = ours(await run_check(device, check, context))
        peer = await theirs(url, "trusted", f"https://127.0.0.1:{port}/")
    assert mine.keys() ^ peer.keys() <= OURS_ALONE
    same_values(mine, peer)
    assert mine["probe_ssl_last_chain_expiry_timestamp_seconds"] < mine["probe_ssl_earliest_cert_expiry"]


async def test_a_redirect_is_counted_alike(tmp_path: Path) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    clock = WallClock()
    context = ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock))
    async with web_server(page) as port, blackbox(tmp_path) as url:
        spec = HttpSpec(scheme="http", port=port)
        mine = ours(await run_check(*named(device_with("http", spec), "http"), context))
        peer = await theirs(url, "moved", f"http://127.0.0.1:{port}/")
    same_values(mine, peer)
    assert mine["probe_http_redirects"] == 1.0


@pytest.mark.parametrize(("greeting", "failed"), [(b"220 ready\r\n", 0.0), (b"500 busy\r\n", 1.0)])
async def test_a_port_says_the_same_by_the_same_names(greeting: bytes, failed: float, tmp_path: Path) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)

    clock = WallClock()
    context = ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock))
    async with serving(greet) as port, blackbox(tmp_path) as url:
        device, check = named(device_with("tcp", TcpSpec(port=port, expect="^220 ")), "tcp")
        mine = ours(await run_check(device, check, context))
        peer = await theirs(url, "tcp", f"127.0.0.1:{port}")
    assert mine.keys() ^ peer.keys() <= OURS_ALONE
    same_values(mine, peer)
    assert mine["probe_failed_due_to_regex"] == failed


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
