"""`/d/DEVICE/chart/METRIC`: parts of the day by links and by a form, gaps that stay gaps, and where older data is."""

import re
from array import array
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.metrics.catalogue import exposed_name
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome, Reading
from opsmon.model.secret import Secret
from opsmon.web.frame.links import ConsoleLinks
from opsmon.web.server import make_application
from opsmon.web.settings import PortSettings
from tests.support.web.scene import PING, START, TOKEN, Client, WebScene

ZH = {"Accept-Language": "zh", "Authorization": f"Bearer {TOKEN}"}
PAGE = "/d/mcu-1/chart/probe_icmp_duration_seconds"


def half_a_day(scene: WebScene) -> None:
    """A ping each five minutes for twelve hours, an hour of which nothing was measured; the tenth hour is slow."""
    for minutes in range(0, 720, 5):
        scene.clock.at = START + timedelta(minutes=minutes, seconds=1)
        if not 300 <= minutes < 360:
            took_s = 0.2 if 600 <= minutes < 660 else 0.002
            scene.ping("mcu-1", Outcome.OK, Reading(PING, array("d", [1.0, took_s])))


async def seen(client: Client, path: str, status: int = 200) -> str:
    answer = await client.get(path, headers=ZH)
    assert answer.status == status
    return await answer.text()


def runs(page: str) -> int:
    """How many pieces the line is in."""
    (line,) = re.findall(r'class="line" d="([^"]*)"', page)
    return str(line).count("M")


async def test_a_curve_of_the_day_leads_to_its_parts(scene: WebScene, client: Client) -> None:
    half_a_day(scene)
    assert f'href="{PAGE}"' in await seen(client, "/d/mcu-1")
    whole = await seen(client, PAGE)
    assert runs(whole) == 2  # the hour of which nothing is known stays a gap
    assert 'viewBox="0 0 288 100"' in whole
    assert "data-live" in whole
    link = next(one for one in re.findall(r'href="([^"]*chart[^"]*)"', whole) if ">2 小时<" in whole.split(one)[1][:40])
    closer = await seen(client, link.replace("&amp;", "&"))
    assert 'viewBox="0 0 24 100"' in closer
    assert "200.0 ms" in closer


async def test_a_part_that_was_chosen_stays_where_it_is(scene: WebScene, client: Client) -> None:
    half_a_day(scene)
    part = await seen(
        client, f"{PAGE}?from=2026-11-20T16:00&to=2026-11-20T18:00"
    )  # of the zone: ten in Beijing is START
    assert 'viewBox="0 0 25 100"' in part
    assert "data-live" not in part
    assert "200.0 ms" not in part
    assert f"{START.timestamp() * 1000 + 6 * 3_600_000:.0f}" in part
    later = re.search(r'href="([^"]*)">更晚', part)
    assert later is not None
    assert "200.0 ms" in await seen(client, later[1].replace("&amp;", "&"))
    dragged = await seen(client, f"{PAGE}?from=2026-11-20T08:00:00.000Z&to=2026-11-20T10:00:00.000Z&part=live")
    assert dragged == await seen(client, f"{PAGE}?from=2026-11-20T16:00&to=2026-11-20T18:00&part=live")


async def test_a_part_without_a_value_says_so(scene: WebScene, client: Client) -> None:
    half_a_day(scene)
    page = await seen(client, f"{PAGE}?from=2026-11-20T15:05&to=2026-11-20T15:50")
    assert "这段时间没有测量值" in page


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("from=yesterday", 422), ("to=99999-01-01T00:00", 422), ("from=2026-11-20T20:00&to=2026-11-20T19:00", 422),
        ("from=0001-01-01T00:00&to=0001-01-01T01:00", 422), ("from=1999-01-01T00:00", 200),
        ("to=2999-01-01T00:00", 200), ("from=2026-11-20T19:00&to=2026-11-20T19:00", 200), ("hours=2", 422),
    ],
)  # fmt: skip
async def test_what_is_asked_is_cut_to_the_day_or_refused(
    scene: WebScene, client: Client, asked: str, status: int
) -> None:
    half_a_day(scene)
    await seen(client, f"{PAGE}?{asked}", status)


async def test_what_has_no_curve_is_not_there(scene: WebScene, client: Client) -> None:
    half_a_day(scene)
    for path in ("/d/mcu-1/chart/nothing", "/d/mcu-1/chart/probe_success", "/d/no/chart/probe_icmp_duration_seconds"):
        await seen(client, path, 404)


async def test_older_data_is_found_under_the_same_names(tmp_path: Path) -> None:
    scene = WebScene(tmp_path, PortSettings(token=Secret(TOKEN)))
    links = ConsoleLinks("https://grafana.example/g", "https://prometheus.example", exposed_name)
    half_a_day(scene)
    async with TestClient(TestServer(make_application(replace(scene.parts, links=links)))) as client:
        pages = [await seen(client, path) for path in ("/d/mcu-1", "/s/erlong-hall", f"{PAGE}?from=2026-11-20T16:00")]
    found = [[one.replace("&amp;", "&") for one in re.findall(r'href="(https:[^"]*)"', page)] for page in pages]
    (device,), (site,), (closer, graph) = found
    assert device == (
        "https://grafana.example/g/d/opsmon-device?var-site=erlong-hall&var-device=mcu-1&from=now-7d&to=now"
    )
    assert site == "https://grafana.example/g/d/opsmon-site?var-site=erlong-hall&from=now-7d&to=now"
    assert parse_qs(urlsplit(closer).query)["from"] == [f"{START.timestamp() * 1000 + 6 * 3_600_000:.0f}"]
    assert parse_qs(urlsplit(graph).query)["g0.expr"] == ['probe_icmp_duration_seconds{instance="mcu-1"}']


def test_a_metric_of_a_profile_has_another_name_in_prometheus() -> None:
    links = ConsoleLinks(prometheus="https://prometheus.example", name_of=exposed_name)
    assert "opsmon_device_cpu_ratio" in links.graph(DeviceName('a"b'), "device_cpu_ratio")
    assert ConsoleLinks().graph(DeviceName("a"), "device_cpu_ratio") == ""
