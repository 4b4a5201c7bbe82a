"""Our webhooks beside a real Alertmanager's for the same alert: the same keys, types and fingerprint."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from opsmon.notify.kind.alertmanager import payload_of
from opsmon.notify.words.voice import RenderContext
from tests.support.daemon.house import Daemon, house_in
from tests.support.notify.alerts import AT_RISK, DOWN, RECOVERED
from tests.support.notify.receiver import Receiver, answer, receiver
from tests.support.port import free_port
from tests.support.real.prometheus import serving

pytestmark = pytest.mark.real
CONFIG = """\
route: {{receiver: oncall, group_wait: 1s, group_interval: 1s, group_by: [alertname, incident]}}
receivers:
  - name: oncall
    webhook_configs: [{{url: "{url}"}}]
"""


@contextlib.asynccontextmanager
async def alertmanager(folder: Path, hook: str, port: int = 0) -> AsyncIterator[str]:
    flags = _configured(folder, hook)
    async with serving("prometheus-alertmanager", *flags, "--cluster.listen-address=", port=port) as url:
        yield url


def _configured(folder: Path, hook: str) -> tuple[str, ...]:
    folder.mkdir(exist_ok=True)
    (folder / "alertmanager.yml").write_text(CONFIG.format(url=hook))
    return f"--config.file={folder / 'alertmanager.yml'}", f"--storage.path={folder / 'data'}"


async def post_alert(url: str, alert: dict[str, Any]) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(60):
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
            theirs = json.loads((await hook.until(number, within_s=60))[-1].body)
            assert types_of(ours) == types_of(theirs)
            assert ours["version"] == theirs["version"]
            assert ours["status"] == theirs["status"]
            assert alert["fingerprint"] == theirs["alerts"][0]["fingerprint"]
            assert alert["labels"] == theirs["alerts"][0]["labels"]
            assert alert["annotations"] == theirs["alerts"][0]["annotations"]  # what a person is shown of it
            if alert["status"] == "firing":
                assert alert["endsAt"] == theirs["alerts"][0]["endsAt"]


ONCALL = """\
channels:
  am: {kind: alertmanager-v2, url: ["http://127.0.0.1:FIRST", "http://127.0.0.1:SECOND"], timeout: 5s}
"""
Told = dict[str, Any]


async def alerts_of(url: str) -> dict[str, Told]:
    """What an Alertmanager holds, by device; nothing while it is not there."""
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/api/v2/alerts") as answer:
            return {one["labels"]["device"]: one for one in await answer.json() if "device" in one["labels"]}
    except aiohttp.ClientError:
        return {}


async def until_held(url: str, ready: Callable[[dict[str, Told]], bool]) -> dict[str, Told]:
    async with asyncio.timeout(120):
        while not ready(found := await alerts_of(url)):  # noqa: ASYNC110 - another program gives no event
            await asyncio.sleep(0.1)
    return found


async def until_member(daemon: Daemon, member: int, *, is_up: bool) -> None:
    line = f'opsmon_channel_member_up{{channel="am",member="{member}"}}'
    async with asyncio.timeout(120):
        while await daemon.metric(line) != is_up:  # noqa: ASYNC110 - the daemon is on the far side of a process
            await asyncio.sleep(0.2)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def told_of(there: Receiver) -> list[Told]:
    """The alerts in the notices of an Alertmanager, in order."""
    return [alert for request in there.received for alert in json.loads(request.body)["alerts"]]


async def until_told(there: Receiver, device: str, status: str) -> Told:
    def found() -> Told | None:
        fit = (one for one in told_of(there) if (one["labels"]["device"], one["status"]) == (device, status))
        return next(fit, None)

    async with asyncio.timeout(120), there.arrived:
        await there.arrived.wait_for(lambda: found() is not None)
    one = found()
    assert one is not None
    return one


@pytest.mark.slow
async def test_every_member_hears_of_what_fires_and_ends_also_one_that_was_away(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    async with (
        receiver(answer(200)) as one, receiver(answer(200)) as other, house_in(tmp_path) as house,
        alertmanager(tmp_path / "am-1", one.url, ports[0]) as first,
    ):  # fmt: skip
        text = ONCALL.replace("FIRST", str(ports[0])).replace("SECOND", str(ports[1]))
        (house.root / "rules" / "oncall.yaml").write_text(text, encoding="utf-8")
        async with alertmanager(tmp_path / "am-2", other.url, ports[1]) as second:
            daemon = await house.start()
            for member in (1, 2):
                await until_member(daemon, member, is_up=True)  # seen before anything is wrong
            await house.mcu.die()
            told = [await until_told(there, "mcu", "firing") for there in (one, other)]
            held = [(await until_held(url, lambda found: "mcu" in found))["mcu"] for url in (first, second)]
        await until_member(daemon, 2, is_up=False)
        await house.nvr.die()
        await until_told(one, "nvr", "firing")
        again = (await until_held(first, lambda found: "nvr" in found))["mcu"]
        assert await daemon.metric('opsmon_channel_member_up{channel="am",member="1"}') == 1
        assert await daemon.metric('opsmon_channel_up{channel="am"}') == 1
        async with alertmanager(tmp_path / "am-2", other.url, ports[1]) as second:
            await house.mcu.live()
            ends = [await until_told(there, "mcu", "resolved") for there in (one, other)]
            missed = await until_held(second, lambda found: "nvr" in found)
            await until_member(daemon, 2, is_up=True)
        assert await daemon.end() == 0
    (ours,) = [one for _, one in house.receiver.seen if (one["labels"]["device"], one["status"]) == ("mcu", "firing")]
    for theirs in told:
        assert types_of(ours) == types_of(theirs)
        assert theirs["labels"] == ours["labels"]
        assert theirs["fingerprint"] == ours["fingerprint"]
        assert theirs["endsAt"] == ours["endsAt"]
        assert theirs["generatorURL"] == ours["generatorURL"]
        assert moment(theirs["startsAt"]) == moment(ours["startsAt"])
    assert [one["fingerprint"] for one in held] == [ours["fingerprint"]] * 2
    assert moment(again["endsAt"]) > moment(held[0]["endsAt"])  # sent again while it fires
    assert all(moment(end["endsAt"]) > moment(end["startsAt"]) for end in ends)
    assert missed["nvr"]["status"]["state"] == "active"
