"""The dashboards of Grafana as files: made by their source, with ids that last, complete, in both languages."""

import json
import re
from typing import Any

import pytest
import yaml

from deploy.grafana.source.files import written
from opsmon.metrics.catalogue import CATALOGUE
from opsmon.web.routes import ALL_ROUTES
from tests.support.places import REPOSITORY
from tests.support.real.dashboards import FOLDER, panels_of

FILES = written()
METRIC = re.compile(r"\b(?:opsmon|probe|process|if[A-Z])\w*")
HAN = re.compile(r"[\u4e00-\u9fff]|^(?:opsmon|Ping|SNMP|UPS)")


def shown(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILES[name])
    return found


def test_the_files_are_what_their_source_makes() -> None:
    there = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert there == FILES, "make them again: python -m deploy.grafana.source"


def test_the_ids_are_those_that_links_and_bookmarks_hold() -> None:
    ids = {json.loads(text)["uid"] for text in FILES.values()}
    assert ids == {
        "opsmon-wall", "opsmon-site", "opsmon-device", "opsmon-power", "opsmon-clocks", "opsmon-budgets",
        "opsmon-itself",
    }  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_panel_asks_the_chosen_source_and_has_its_title_in_both_languages(name: str) -> None:
    for panel in panels_of(shown(name)):
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        assert panel["targets"], panel["title"]
        assert HAN.search(panel["title"]), panel["title"]
        assert re.search("[A-Za-z]", panel["title"]), panel["title"]


@pytest.mark.parametrize("name", FILES)
def test_every_metric_that_is_asked_for_is_one_that_is_documented(name: str) -> None:
    documented = (REPOSITORY / "docs" / "metrics.md").read_text("utf-8")
    for panel in panels_of(shown(name)):
        for target in panel["targets"]:
            bare = re.sub(r'"[^"]*"|\bby \([^)]*\)|\bon \([^)]*\)|\bwithout \([^)]*\)', "", target["expr"])
            for metric in METRIC.findall(bare):
                known = metric in CATALOGUE or metric.startswith("process_")
                base = metric.removesuffix("_sum").removesuffix("_count").removesuffix("_bucket")
                assert known or f"`{base}`" in documented, metric


@pytest.mark.parametrize("name", FILES)
def test_links_lead_to_dashboards_that_exist_and_to_the_console(name: str) -> None:
    dashboard = shown(name)
    for uid in re.findall(r"/d/([a-z-]+)", FILES[name]):
        if uid.startswith("opsmon-"):
            assert f"{uid}.json" in FILES
    (console,) = [link["url"] for link in dashboard["links"] if link["type"] == "link"]
    page = console.removeprefix("${console}").partition("?")[0]
    assert any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), page) for route in ALL_ROUTES), page
    assert [one["name"] for one in dashboard["templating"]["list"]][:2] == ["datasource", "console"]


@pytest.mark.parametrize("name", FILES)
def test_panels_do_not_lie_on_each_other(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels_of(shown(name)):
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_provisioning_is_in_the_form_that_grafana_reads() -> None:
    folder = FOLDER.parent / "provisioning"
    (provider,) = yaml.safe_load((folder / "dashboards" / "opsmon.yml").read_text("utf-8"))["providers"]
    assert provider["type"] == "file"
    assert set(provider) <= {
        "name", "orgId", "folder", "type", "disableDeletion", "allowUiUpdates", "updateIntervalSeconds", "options",
    }  # fmt: skip
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text("utf-8"))["datasources"]
    assert (source["type"], source["access"]) == ("prometheus", "proxy")
