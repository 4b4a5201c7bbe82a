"""What the catalogue promises comes out of something: every name is given by a profile, a check, or the page itself."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from opsmon.metrics.catalogue import CATALOGUE, DEVICES, PROBES, exposed_name
from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName
from opsmon.model.sample import Identity, Outcome, Sample, SeriesBlock
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.icmp import IcmpSpec
from opsmon.probe.kind.onvif import CLOCK_BLOCK
from opsmon.probe.kind.rtsp import rtsp_block
from opsmon.probe.kind.ssh import ssh_block
from opsmon.probe.profile.definition.metric import METRICS
from opsmon.probe.profile.remark import REMARKS
from opsmon.probe.profile.rows.uplink import UPLINK
from opsmon.probe.schedule.ping_counts import SentAndLost
from opsmon.protocol.icmp.echo import Echo
from tests.support.places import GOLDEN
from tests.support.probe.certificate import new_pair
from tests.support.probe.context import device_with
from tests.support.probe.http_check import check as page_check
from tests.support.probe.scripted_pinger import ping
from tests.support.probe.web_server import greet, web_server

PROFILES = GOLDEN / "profiles"
WEB = CheckName("web")


def names_of(blocks: Iterable[SeriesBlock]) -> set[str]:
    return {exposed_name(key.metric) for block in blocks for key in block.keys}


def blocks_of(*samples: Sample) -> Iterable[SeriesBlock]:
    return (reading.block for sample in samples for reading in sample.readings)


def test_every_metric_of_profiles_is_in_the_picture_of_some_device() -> None:
    seen = {
        series.partition("{")[0]
        for file in PROFILES.glob("*.json")
        for series in json.loads(file.read_text(encoding="utf-8"))["series"]
    }
    cases = yaml.safe_load((GOLDEN / "profile_cases.yaml").read_text(encoding="utf-8"))
    seen |= {
        series.partition("{")[0] for case in cases for series, value in case["series"].items() if value is not None
    }
    assert seen >= METRICS.keys()


async def test_every_metric_of_checks_comes_from_a_run(context: ProbeContext, tmp_path: Path) -> None:
    pair = new_pair("doors.example")
    authority = str(pair.write_certificate(tmp_path / "own.pem"))
    async with web_server(greet, pair, tmp_path) as port:
        page = await page_check(context, port, scheme="https", authority=authority)
    pinged, _ = await ping(context, IcmpSpec(), Echo(0.01, 61))
    assert page.outcome is pinged.outcome is Outcome.OK
    assert names_of(blocks_of(page, pinged)) == PROBES.keys()


async def test_every_metric_of_devices_comes_from_a_profile_a_check_or_the_page(context: ProbeContext) -> None:
    device = replace(device_with("icmp", IcmpSpec(count=2, interval=0.01)), important=frozenset({"Gi0/1"}))
    pinged, _ = await ping(context, IcmpSpec(count=2, interval=0.01), Echo(0.01, 61), Echo(0.01, 61))
    now = datetime.now(UTC)
    sample = Sample(device.name, device.checks[0].name, Outcome.OK, now, now, 0.1, readings=pinged.readings)
    report = DeviceReport(
        device, DeviceState.UP, (sample,), Identity(vendor="Acme"), {"contract_on_site_limit": 1800.0}
    )
    text = "".join(PageWriter().write([report], now))
    from_page = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    counted = SentAndLost().counted(sample, Echo(0.01, 61))
    from_checks = names_of((*blocks_of(counted), CLOCK_BLOCK, rtsp_block(WEB), ssh_block(WEB, ("load",))))
    from_profiles = {exposed_name(metric) for metric in (*METRICS, UPLINK, *REMARKS)}
    assert from_page | from_checks | from_profiles >= DEVICES.keys()
    assert (from_page | from_checks | from_profiles) <= CATALOGUE.keys()
