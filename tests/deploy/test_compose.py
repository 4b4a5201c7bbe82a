"""The files of `deploy/compose`: what they mount is here, all listen on loopback, opsmon is no root there."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.places import REPOSITORY
from tests.support.programs import require

COMPOSE = REPOSITORY / "deploy" / "compose"
CONTAINERFILE = (COMPOSE / "Containerfile").read_text("utf-8")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


SERVICES = read(COMPOSE / "compose.yaml")["services"]


def test_every_file_that_is_mounted_is_here() -> None:
    sources = [mount.split(":")[0] for service in SERVICES.values() for mount in service["volumes"]]
    shipped = [source for source in sources if source.startswith((".", "/"))]
    assert len(shipped) >= 5
    assert [source for source in shipped if not (COMPOSE / source).exists()] == []
    assert (COMPOSE / SERVICES["opsmon"]["build"]["context"] / SERVICES["opsmon"]["build"]["dockerfile"]).resolve() == (
        COMPOSE / "Containerfile"
    )


def test_all_share_the_network_of_the_host_and_listen_on_loopback() -> None:
    assert {service["network_mode"] for service in SERVICES.values()} == {"host"}
    told = [word.partition("=")[2] for service in SERVICES.values() for word in service.get("command", ())]
    listening = [value for value in told if re.fullmatch(r"[\d.]+:\d+", value)]
    assert len(listening) == 2
    assert all(value.startswith("127.0.0.1:") for value in listening)
    assert SERVICES["grafana"]["environment"]["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"


def test_opsmon_is_no_root_and_can_write_its_own_root_alone() -> None:
    opsmon = SERVICES["opsmon"]
    assert (opsmon["cap_drop"], opsmon["read_only"]) == (["ALL"], True)
    (written,) = [mount for mount in opsmon["volumes"] if not mount.endswith(":ro")]
    assert written.endswith(":/var/lib/opsmon")
    last_stage = CONTAINERFILE.split("\nFROM ")[-1]
    assert re.findall(r"^USER (\w+)$", last_stage, re.MULTILINE) == ["opsmon"]


def test_prometheus_is_told_the_jobs_that_deploy_has_elsewhere() -> None:
    beside = read(REPOSITORY / "deploy" / "prometheus" / "opsmon.yml")
    assert read(COMPOSE / "prometheus.yml")["scrape_configs"] == beside["scrape_configs"]


@pytest.mark.real
def test_promtool_takes_it() -> None:
    promtool = require("promtool", "prometheus")
    done = subprocess.run(
        [promtool, "check", "config", COMPOSE / "prometheus.yml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
