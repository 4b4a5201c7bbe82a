"""Our webhooks beside a real Alertmanager's for the same alert: the same keys, types and fingerprint."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from opsmon.notify.kind.alertmanager import payload_of
from opsmon.notify.words.voice import RenderContext
from tests.support.notify.alerts import AT_RISK, DOWN, RECOVERED
from tests.support.notify.receiver import answer, receiver
from tests.support.real.prometheus import serving

pytestmark = pytest.mark.real
CONFIG = """\
route: {{receiver: oncall, group_wait: 1s, group_interval: 1s, group_by: [alertname, incident]}}
receivers:
  - name: oncall
    webhook_configs: [{{url: "{url}"}}]
"""


@contextlib.asynccontextmanager
async def alertmanager(folder: Path, hook: str) -> AsyncIterator[str]:
    (folder / "alertmanager.yml").write_text(CONFIG.format(url=hook))
    flags = (f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'data'}")
    async with serving("prometheus-alertmanager", *flags, "--cluster.listen-address=") as url:
        yield url


async def post_alert(url: str, alert: dict[str, Any]) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(20):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.post(f"{url}/api/v2/alerts", json=[alert]) as taken:
                    if taken.status == 200:
                        return
            await asyncio.sleep(0.2)


def types_of(value: Any) -> Any:
    """The shape of a JSON value, with the free parts (labels and annotations) as one word."""
    if isinstance(value, dict):
        return {key: "texts" if key in FREE else types_of(one) for key, one in value.items()}
    return [types_of(one) for one in value] if isinstance(value, list) else type(value).__name__


FREE = frozenset({"labels", "annotations", "groupLabels", "commonLabels", "commonAnnotations"})


async def test_ours_has_the_shape_of_alertmanagers_own(tmp_path: Path) -> None:
    async with receiver(answer(200)) as hook, alertmanager(tmp_path, hook.url) as url:
        for number, notify in enumerate((DOWN, AT_RISK, RECOVERED), start=1):
            ours = json.loads(payload_of(notify, "oncall", RenderContext(console_url=url)))
            alert = ours["alerts"][0]
            now = datetime.now(UTC)
            told = {key: alert[key] for key in ("labels", "annotations", "generatorURL")}
            told["startsAt"] = (now - timedelta(minutes=1)).isoformat()
            if alert["status"] == "resolved":
                told["endsAt"] = (now - timedelta(seconds=1)).isoformat()
            await post_alert(url, told)
            theirs = json.loads((await hook.until(number, within_s=20))[-1].body)
            assert types_of(ours) == types_of(theirs)
            assert ours["version"] == theirs["version"]
            assert ours["status"] == theirs["status"]
            assert alert["fingerprint"] == theirs["alerts"][0]["fingerprint"]
            assert alert["labels"] == theirs["alerts"][0]["labels"]
            assert alert["annotations"] == theirs["alerts"][0]["annotations"]  # what a person is shown of it
            if alert["status"] == "firing":
                assert alert["endsAt"] == theirs["alerts"][0]["endsAt"]
