"""The guide to the metrics names every one of them, with the type and the words that the pages give."""

import re
from pathlib import Path

import pytest

from opsmon.metrics.catalogue import CATALOGUE
from opsmon.probe.profile.definition.metric import METRICS
from tests.support.places import REPOSITORY
from tests.support.web.scene import WebScene

GUIDE = REPOSITORY / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(\w+)` \|(.*?)\|(.*)\|$", re.MULTILINE)


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[str, str]]:
    return {
        name: (second.strip(), text.strip()) for name, second, text in ROW.findall(GUIDE.read_text(encoding="utf-8"))
    }


def test_every_metric_of_a_device_is_in_the_guide(rows: dict[str, tuple[str, str]]) -> None:
    expected = {name: (metric.kind, metric.help) for name, metric in CATALOGUE.items()}
    wrong = [
        f"| `{name}` | {kind} | {text} |" for name, (kind, text) in expected.items() if rows.get(name) != (kind, text)
    ]
    assert wrong == [], "docs/metrics.md wants these lines"


def test_every_metric_of_the_daemon_is_in_the_guide(tmp_path: Path, rows: dict[str, tuple[str, str]]) -> None:
    page = WebScene(tmp_path).parts.pages.daemon().decode()
    told = set(re.findall(r"^# TYPE (opsmon_\w+) ", page, re.MULTILINE))
    assert len(told) > 10
    assert told <= set(rows)


def test_whatever_a_profile_may_measure_has_a_type_and_a_meaning() -> None:
    missing = [name for name in METRICS if f"opsmon_{name}" not in CATALOGUE]
    assert missing == []
