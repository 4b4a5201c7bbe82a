"""Pages and lists for Prometheus, fetched as it fetches them."""

import gzip

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.web.scene import Client, WebScene

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"


@pytest.mark.parametrize("path", ["/metrics", "/metrics/site/erlong-hall", "/metrics/device/mcu-1"])
@pytest.mark.parametrize("accept", [OPENMETRICS, PROTOBUF, "*/*", "application/json"])
async def test_it_is_always_the_plain_text_format(client: Client, path: str, accept: str) -> None:
    answer = await client.get(path, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == TEXT
    text = await answer.text()
    assert text.endswith("\n")
    assert list(text_string_to_metric_families(text))


async def test_a_site_shows_all_of_its_devices_and_no_others(client: Client) -> None:
    text = await (await client.get("/metrics/site/erlong-hall")).text()
    (up,) = [family for family in text_string_to_metric_families(text) if family.name == "opsmon_device_up"]
    assert {sample.labels["instance"]: sample.value for sample in up.samples} == {
        "core-1": 1, "mcu-1": 1, "会议终端-1": 1,
    }  # fmt: skip
    assert 'probe_icmp_duration_seconds{instance="mcu-1",phase="rtt"} 0.0015\n' in text


async def test_a_device_that_went_down_says_so_and_nothing_else(scene: WebScene, client: Client) -> None:
    assert "probe_icmp_duration_seconds" in await (await client.get("/metrics/device/mcu-1")).text()
    scene.dies("mcu-1")
    text = await (await client.get("/metrics/device/mcu-1")).text()
    assert 'opsmon_device_up{instance="mcu-1"} 0\n' in text
    assert "probe_icmp_duration_seconds" not in text
    assert 'opsmon_device_info{instance="mcu-1",vendor="Example"' in text


async def test_numbers_that_are_too_old_are_not_shown(scene: WebScene, client: Client) -> None:
    scene.clock.at = scene.clock.at.replace(minute=30)
    text = await (await client.get("/metrics/device/mcu-1")).text()
    assert "probe_icmp_duration_seconds" not in text


@pytest.mark.parametrize(("offer", "squeezed"), [("gzip", True), ("deflate, GZIP;q=0.5", True), ("gzip;q=0", False)])
async def test_pages_are_squeezed_for_those_who_can_take_it(client: Client, offer: str, squeezed: bool) -> None:
    plain = await (await client.get("/metrics/site/lab", headers={"Accept-Encoding": "identity"})).read()
    async with client.session.get(
        client.make_url("/metrics/site/lab"), headers={"Accept-Encoding": offer}, auto_decompress=False
    ) as answer:
        body = await answer.read()
        assert (answer.headers.get("Content-Encoding") == "gzip") is squeezed
    assert (gzip.decompress(body) if squeezed else body) == plain


async def test_a_head_request_gets_the_head(client: Client) -> None:
    answer = await client.head("/metrics/site/lab")
    assert (answer.status, await answer.read()) == (200, b"")


async def test_sites_and_devices_are_discovered(client: Client) -> None:
    answer = await client.get("/sd/sites")
    assert answer.content_type == "application/json"
    assert int(answer.headers["X-Prometheus-Refresh-Interval-Seconds"]) > 0
    hall, lab = await answer.json()
    assert hall["targets"] == [f"{client.host}:{client.port}"]
    assert hall["labels"]["site"] == "erlong-hall"
    assert hall["labels"]["__meta_opsmon_contract"] == "xicheng-vc-2025"
    devices = await (await client.get("/sd/devices")).json()
    assert [group["labels"]["instance"] for group in devices] == ["core-1", "mcu-1", "会议终端-1", "ups-1"]
    for group in (hall, lab, *devices):
        page = await client.get(group["labels"]["__metrics_path__"])
        assert page.status == 200
        assert all(isinstance(value, str) for value in group["labels"].values())


async def test_the_daemon_tells_of_itself(scene: WebScene, client: Client) -> None:
    scene.dies("mcu-1")
    text = await (await client.get("/metrics")).text()
    samples = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    contract = ("contract", "xicheng-vc-2025")
    assert samples["opsmon_incidents_open", (contract, ("severity", "ordinary"))] == 1
    assert samples["opsmon_incidents_open", (contract, ("severity", "emergency"))] == 0
    assert samples["opsmon_clocks", (("clause", "E2"), contract, ("state", "running"))] == 1
    assert 0 < samples["opsmon_clock_remaining_seconds", (("clause", "E2"), contract)] < 180
    assert samples["opsmon_notifications_total", (("channel", "oncall"), ("result", "delivered"))] == 3
    assert samples["opsmon_notifications_total", (("channel", "oncall"), ("result", "dead"))] == 0
    assert samples["opsmon_config_last_reload_successful", ()] == 1
    assert samples["opsmon_devices", (("state", "down"),)] == 1
    scene.daemon.wait(600)
    text = await (await client.get("/metrics")).text()
    overdue = [line for line in text.splitlines() if line.startswith("opsmon_clock_remaining_seconds{")]
    assert float(overdue[0].rpartition(" ")[2]) < 0
    assert "20261120-1" not in text
