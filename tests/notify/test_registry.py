"""Every format of a notification is in the guide, and has golden files to be held to."""

from pathlib import Path

import pytest

from opsmon.engine.effect import Notify
from opsmon.notify.registry import FIRING, FORMATS
from opsmon.notify.spec import WebhookSpec
from tests.support.notify.alerts import AT_RISK, DOWN, RECOVERED, ZH
from tests.support.places import REPOSITORY

GUIDE = REPOSITORY / "docs" / "notifications.md"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_explained_and_can_be_chosen(name: str) -> None:
    assert f"| `{name}` |" in GUIDE.read_text(encoding="utf-8")
    assert (
        WebhookSpec.model_validate({"name": "a", "url": "http://127.0.0.1/", "format": name}).resolve().format == name
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_golden_payloads(name: str) -> None:
    assert (Path(__file__).parent / f"test_{name}.py").exists()
    assert list((Path(__file__).parent / "golden").glob("*.json"))


def test_of_every_format_it_is_known_whether_a_body_tells_of_a_fault() -> None:
    assert FIRING.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("notify", "firing"), [(DOWN, True), (RECOVERED, False), (AT_RISK, True)])
def test_a_body_tells_whether_something_is_wrong_now(name: str, notify: Notify, *, firing: bool) -> None:
    assert FIRING[name](FORMATS[name](notify, "oncall", ZH)) is firing
