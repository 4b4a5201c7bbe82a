"""A receiver as people write it down."""

import pytest
from pydantic import ValidationError

from opsmon.model.secret import Secret
from opsmon.notify.spec import WebhookSpec

GOOD = {"name": "oncall", "url": "https://alerts.example/hook?key=1"}


def test_what_is_left_out_has_a_sensible_value() -> None:
    channel = WebhookSpec.model_validate(GOOD).resolve()
    assert (channel.name, channel.format, channel.secret, channel.timeout_s) == ("oncall", "alertmanager", None, 10.0)
    assert channel.url == Secret("https://alerts.example/hook?key=1")
    assert "key=1" not in repr(channel)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "not a name for a receiver"),
        ({"name": "值班"}, "not a name for a receiver"),
        ({"name": "a\r\nX-Evil: 1"}, "not a name for a receiver"),
        ({"name": "a" * 61}, "not a name for a receiver"),
        ({"url": "ftp://alerts.example"}, "not an http or https address"),
        ({"url": "http://"}, "not an http or https address"),
        ({"url": "http://[::1"}, "not an http or https address"),
        ({"format": "pigeon"}, "no such format"),
        ({"timeout": "0s"}, "not a time that one delivery may take"),
        ({"timeout": "2m"}, "not a time that one delivery may take"),
        ({"retries": 3}, "Extra inputs"),
    ],
)
def test_mistakes_are_named(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        WebhookSpec.model_validate(GOOD | wrong)
