"""Alertmanager's v2 API: what is wrong now, sent again and again to every member, as Prometheus does.

An alert that nobody sends again ends by itself there after four minutes, so what was lost with a dead daemon ends too.
What is over is sent with its end for five minutes, for members that were away meanwhile. Nothing is kept in the outbox:
the next round says how things stand then.

Each member has rounds of its own, so that one that hangs delays no other. Where nothing is wrong it is sent an empty
list, so that one that is down is seen before it is needed.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from opsmon.clock import Clock
from opsmon.engine.alerts.changes import is_covered
from opsmon.engine.alerts.notify import as_of
from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.world import World
from opsmon.notify.channel import PageChannel
from opsmon.notify.kind.alertmanager import annotations_of, labels_of, rfc3339
from opsmon.notify.lane.lane import DEAD, DELIVERED, RETRIED
from opsmon.notify.wire.webhook import fault_without_address, new_session
from opsmon.notify.words.voice import RenderContext
from opsmon.throttled_log import ThrottledLog

EVERY_S = 60.0
LIVES_FOR = timedelta(minutes=4)
TOLD_RESOLVED_FOR = timedelta(minutes=5)
AT_ONCE = 500  # alerts in one request
_NOTHING = b"[]"
log = logging.getLogger(__name__)
Alert = dict[str, Any]


def firing_alerts(world: World, voice: RenderContext, now: datetime) -> Iterator[Alert]:
    """Every alert that is told of the world: one of each open incident, one of each clock at risk or breached."""
    for incident in world.incidents.open_incidents():
        if not is_covered(world, incident) and world.alerts_sent.get(incident.id):
            told = Notify(now, AlertKind.INCIDENT, AlertStatus.FIRING, incident, None, 0, incident.starts_at)
            yield _alert(as_of(told, world), voice, now)
    for name, statuses in world.clock_statuses.items():
        incident_of_clock = world.incidents.by_id.get(name)
        for status in statuses.values() if incident_of_clock is not None else ():
            if status.alert is not None and incident_of_clock is not None:
                since = status.alert_since or incident_of_clock.starts_at
                told = Notify(now, status.alert, AlertStatus.FIRING, incident_of_clock, status.last, 0, since)
                yield _alert(as_of(told, world), voice, now)


def _alert(told: Notify, voice: RenderContext, now: datetime) -> Alert:
    return {
        "labels": labels_of(told),
        "annotations": annotations_of(told, voice),
        "startsAt": rfc3339(told.starts_at),
        "endsAt": rfc3339(now + LIVES_FOR),
        "generatorURL": f"{voice.console_url}/api/v1/incidents/{told.incident.id}",
    }


class AlertmanagerFeed:
    """One channel of the kind `alertmanager-v2`. `ups`: whether each member took what it was sent last."""

    def __init__(self, channel: PageChannel, world: Callable[[], World], voice: RenderContext, clock: Clock) -> None:
        self.channel, self._world, self._voice, self._clock = channel, world, voice, clock
        self._sent: dict[str, Alert] = {}
        self._over: dict[str, tuple[datetime, Alert]] = {}
        self._changed = tuple(asyncio.Event() for _ in channel.urls)
        self._throttled = ThrottledLog(log, clock.monotonic)
        self.ups = dict.fromkeys(range(len(channel.urls)), True)
        self.idle = asyncio.Event()
        self.idle.set()  # what is not sent now is sent by the next round
        self.tries_all_now = False
        self.results = {DELIVERED: 0, RETRIED: 0, DEAD: 0}

    def wake(self) -> None:
        """Something changed: the next round comes now."""
        for changed in self._changed:
            changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with new_session() as http, asyncio.TaskGroup() as members:
            for place in self.ups:
                members.create_task(self._serve(http, place))

    async def _serve(self, http: aiohttp.ClientSession, place: int) -> None:
        """Every member is told the same, whether or not another took it."""
        while True:
            self._changed[place].clear()
            await self._send_all(http, place, _bodies(self.alerts(self._clock.now())))
            await self._pause(self._changed[place])

    async def _pause(self, changed: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(EVERY_S):
                await changed.wait()
            await asyncio.sleep(1.0)  # what fails together goes together
        except TimeoutError:
            return

    def alerts(self, now: datetime) -> list[Alert]:
        """What fires now, and what was over in the last five minutes."""
        firing = {_key(alert): alert for alert in firing_alerts(self._world(), self._voice, now)}
        for key, alert in self._sent.items():
            if key not in firing:
                self._over[key] = now, {**alert, "endsAt": rfc3339(now)}
        self._over = {
            key: (since, alert)
            for key, (since, alert) in self._over.items()
            if key not in firing and now - since <= TOLD_RESOLVED_FOR
        }
        self._sent = firing
        return [*firing.values(), *(alert for _, alert in self._over.values())]

    async def _send_all(self, http: aiohttp.ClientSession, place: int, bodies: Iterable[bytes]) -> None:
        for body in bodies:
            self.ups[place] = await self._send(http, place, body)
            if body != _NOTHING:
                self.results[DELIVERED if self.ups[place] else RETRIED] += 1
            if not self.ups[place]:
                return  # the next round brings all of it again

    async def _send(self, http: aiohttp.ClientSession, place: int, body: bytes) -> bool:
        """Whether the member took it; one that did not gets the whole at the next round."""
        url, sort = self.channel.urls[place].reveal(), f"{self.channel.name}: member {place + 1} took no alerts"
        headers = {"Content-Type": "application/json", "User-Agent": "opsmon"}
        try:
            async with (
                asyncio.timeout(self.channel.timeout_s),
                http.post(_endpoint(url), data=body, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status < 300:
                    return True
                self._throttled.tell(sort, f"HTTP {answer.status}")
        except TimeoutError:
            self._throttled.tell(sort, f"no answer within {self.channel.timeout_s:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            self._throttled.tell(sort, fault_without_address(error))
        return False


def _bodies(alerts: Sequence[Alert]) -> list[bytes]:
    """At least one."""
    parts = [alerts[at : at + AT_ONCE] for at in range(0, len(alerts), AT_ONCE)] or [()]
    return [json.dumps(part, ensure_ascii=False).encode("utf-8", "replace") for part in parts]


def _key(alert: Alert) -> str:
    labels: Mapping[str, str] = alert["labels"]
    return json.dumps(labels, sort_keys=True, ensure_ascii=False)


def _endpoint(url: str) -> str:
    """The member's address with the path of the API, where it has none of its own."""
    return url if "/api/" in url else url.rstrip("/") + "/api/v2/alerts"
