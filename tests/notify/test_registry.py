"""Every format of a notification is in the guide, and has golden files to be held to."""

from pathlib import Path

import pytest

from opsmon.notify.registry import FORMATS
from opsmon.notify.spec import WebhookSpec

GUIDE = Path(__file__).parents[2] / "docs" / "notifications.md"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_explained_and_can_be_chosen(name: str) -> None:
    assert f"| `{name}` |" in GUIDE.read_text(encoding="utf-8")
    assert WebhookSpec(name="a", url="http://127.0.0.1/", format=name).resolve().format == name


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_golden_payloads(name: str) -> None:
    assert (Path(__file__).parent / f"test_{name}.py").exists()
    assert list((Path(__file__).parent / "golden").glob("*.json"))
