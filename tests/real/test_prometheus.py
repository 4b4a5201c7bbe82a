"""Real Prometheus and promtool on what we serve: it passes the linter, and our sites are found and scraped."""

import asyncio
import contextlib
import json
import subprocess
import time
from array import array
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from opsmon.metrics.catalogue import CATALOGUE, INTERFACES
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.web.server import make_application
from tests.support.places import REPOSITORY
from tests.support.port import free_port
from tests.support.programs import require
from tests.support.real.prometheus import prometheus, serving, until_known
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


def agent_config(folder: Path, opsmon_port: int, central: str) -> Path:
    """The configuration of an agent that we ship, pointed at the console and a Prometheus here, and made impatient."""
    text = (DEPLOY / "prometheus" / "agent.yml").read_text(encoding="utf-8")
    for ours, here in {
        "127.0.0.1:9876": f"127.0.0.1:{opsmon_port}",
        "https://prometheus.example.org": central,
        "scrape_interval: 1m": "scrape_interval: 1s",
        "max_backoff: 30s": "max_backoff: 1s",
    }.items():
        assert ours in text
        text = text.replace(ours, here)
    path = folder / "agent.yml"
    path.write_text(text, encoding="utf-8")
    return path


async def test_an_agent_sends_on_what_it_read_while_the_line_was_cut(scene: WebScene, tmp_path: Path) -> None:
    port = free_port()
    nothing = tmp_path / "central.yml"
    nothing.write_text("global: {}\n", encoding="utf-8")
    async with (
        TestServer(make_application(scene.parts)) as server,
        aiohttp.ClientSession() as http,
    ):
        assert server.port is not None
        config = agent_config(tmp_path, server.port, f"http://127.0.0.1:{port}")
        agent = "--enable-feature=agent", f"--config.file={config}", f"--storage.agent.path={tmp_path / 'agent'}"
        async with serving("prometheus", *agent, "--storage.remote.flush-deadline=1s") as url:
            await until_scraped(http, url)
            cut_until_s = time.time()
            central = f"--config.file={nothing}", f"--storage.tsdb.path={tmp_path / 'tsdb'}"
            async with serving("prometheus", *central, "--web.enable-remote-write-receiver", port=port) as there:
                query = 'min_over_time(timestamp(probe_success{instance="core-1",place="example-hall"})[10m:1s])'
                (first,) = await until_known(http, there, query)
                assert float(first["value"][1]) <= cut_until_s
                (down,) = await until_known(http, there, 'opsmon_device_state{instance="mcu-1",state="down"}')
                assert down["value"][1] == "1"


async def until_scraped(http: aiohttp.ClientSession, agent: str) -> None:
    """Until the agent, which answers no queries, has taken samples of the page that has core-1."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{agent}/api/v1/targets") as answer:
                    targets = (await answer.json())["data"]["activeTargets"]
                health = {one["labels"]["site"]: one["health"] for one in targets if "site" in one["labels"]}
                if health.get("erlong-hall") == "up":  # each site is a target of its own
                    return
            await asyncio.sleep(0.2)  # another program gives no event


def test_the_agents_configuration_is_valid() -> None:
    promtool = require("promtool", "prometheus")
    file = str(DEPLOY / "prometheus" / "agent.yml")
    done = subprocess.run([promtool, "check", "config", "--agent", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
