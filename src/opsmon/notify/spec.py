"""One item of `webhooks:` in `opsmon.yaml`."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from opsmon.model.secret import Secret
from opsmon.notify.channel import Channel
from opsmon.notify.registry import FORMATS
from opsmon.spec import Seconds, SecretField, Spec, wrong

_LONGEST_TIMEOUT_S = 60.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def _check_name(text: str) -> str:
    """It travels in a header, as a part of the delivery's id."""
    if not _NAME.fullmatch(text):
        raise wrong(
            "not a name for a receiver", "up to 60 ASCII letters, digits, `.`, `_` and `-`, a letter or digit first"
        )
    return text


def _check_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise wrong("not an http or https address")
    return text


def _check_format(text: str) -> str:
    if text not in FORMATS:
        raise wrong("no such format", f"one of: {', '.join(FORMATS)}")
    return text


def _check_timeout(seconds: float) -> float:
    if not 0 < seconds <= _LONGEST_TIMEOUT_S:
        raise wrong("not a time that one delivery may take", "more than nothing and at most `60s`")
    return seconds


class WebhookSpec(Spec):
    """A receiver of notifications over HTTP."""

    name: Annotated[str, AfterValidator(_check_name)]
    url: Annotated[str, AfterValidator(_check_url)]
    format: Annotated[str, AfterValidator(_check_format)] = "alertmanager"
    secret: SecretField | None = None
    timeout: Annotated[Seconds, AfterValidator(_check_timeout)] = 10.0
    counts: bool = False

    def resolve(self) -> Channel:
        """The channel that the item describes."""
        return Channel(self.name, Secret(self.url), self.format, self.secret, self.timeout, self.counts)
