"""Real Prometheus and promtool on what we serve: it passes the linter, and our sites are found and scraped."""

import json
import subprocess
from array import array
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from opsmon.metrics.catalogue import CATALOGUE, INTERFACES
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.web.server import make_application
from tests.support.places import REPOSITORY
from tests.support.programs import require
from tests.support.real.prometheus import prometheus, until_known
from tests.support.web.scene import WebScene, everything_answers

pytestmark = pytest.mark.real
DEPLOY = REPOSITORY / "deploy"


@pytest.fixture
def scene(tmp_path: Path) -> WebScene:
    made = WebScene(tmp_path)
    everything_answers(made)
    made.dies("mcu-1")
    return made


def page_of(scene: WebScene, name: str) -> str:
    if name == "daemon":
        return scene.parts.pages.daemon().decode()
    pieces = scene.parts.pages.site(name)
    assert pieces is not None
    return "".join(pieces)


@pytest.mark.parametrize("name", ["daemon", "erlong-hall"])
def test_promtool_finds_nothing_to_complain_of(scene: WebScene, name: str) -> None:
    promtool = require("promtool", "prometheus")
    page = page_of(scene, name)
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_promtool_would_complain_of_a_broken_page(scene: WebScene) -> None:
    promtool = require("promtool", "prometheus")
    page = page_of(scene, "erlong-hall").replace("# TYPE probe_success gauge", "# TYPE probe_success nonsense")
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    assert done.returncode != 0


def impatient_config(folder: Path, opsmon_port: int) -> Path:
    """The scrape configuration that we ship, pointed at the console and made impatient."""
    config = (DEPLOY / "prometheus" / "opsmon.yml").read_text(encoding="utf-8")
    assert "127.0.0.1:9876" in config
    config = config.replace("127.0.0.1:9876", f"127.0.0.1:{opsmon_port}")
    path = folder / "prometheus.yml"
    path.write_text(f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n{config}")
    return path


async def test_prometheus_finds_the_sites_and_scrapes_them(scene: WebScene, tmp_path: Path) -> None:
    async with (
        TestServer(make_application(scene.parts)) as server,
        aiohttp.ClientSession() as http,
    ):
        assert server.port is not None
        async with prometheus(impatient_config(tmp_path, server.port), tmp_path / "tsdb") as url:
            found = await until_known(http, url, 'opsmon_device_up{site="erlong-hall"}')
            assert {one["metric"]["instance"]: one["value"][1] for one in found} == {
                "core-1": "1", "mcu-1": "0", "会议终端-1": "1",
            }  # fmt: skip
            assert {one["metric"]["job"] for one in found} == {"opsmon-devices"}
            (ups,) = await until_known(http, url, 'probe_success{instance="ups-1"}')
            assert ups["metric"]["site"] == "lab"
            assert await until_known(http, url, 'opsmon_clock_remaining_seconds{clause="E2"}')
            targets = await until_known(http, url, "up == 1")
            assert len(targets) == 3
            async with http.get(f"{url}/api/v1/targets", params={"state": "active"}) as answer:
                errors = [target["lastError"] for target in (await answer.json())["data"]["activeTargets"]]
            assert errors == ["", "", ""], json.dumps(errors)


def test_the_whole_catalogue_passes_but_for_the_names_that_are_not_ours(scene: WebScene) -> None:
    """IF-MIB's counters have no `_total`, and snmp_exporter's dashboards want them so; nothing else may be wrong."""
    promtool = require("promtool", "prometheus")
    block = SeriesBlock(tuple(SeriesKey(name) for name in CATALOGUE))
    scene.ping("core-1", Outcome.OK, Reading(block, array("d", [1.0] * len(block))))
    page = page_of(scene, "erlong-hall")
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if line]
    assert complaints
    foreign = {name for name in CATALOGUE if name in INTERFACES}
    assert [line for line in complaints if line.split(" ")[0] not in foreign] == []
