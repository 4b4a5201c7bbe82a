"""What the engine does not decide is in the journal all the same: who had it done, before it is done."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.model.access_event import OperationRequested
from opsmon.model.account import Role
from opsmon.store.outbox import OwedDelivery
from opsmon.web.server import make_application
from tests.support.web.fleet import Fleet
from tests.support.web.scene import Client

AT = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class FakeChannels:
    """The lanes at the far end: what they were asked for."""

    asked: list[str] = field(default_factory=list)

    async def send_test(self, channel: str, person: str) -> str:
        self.asked.append(f"test {channel} {person}")
        return "d-1"

    async def try_again(self, delivery: str) -> bool:
        self.asked.append(f"again {delivery}")
        return True

    async def outcome(self, delivery: str) -> OwedDelivery | None:
        return OwedDelivery(delivery, "oncall", "20261120-1", "waiting", 1, "", AT, AT)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
def channels(fleet: Fleet) -> FakeChannels:
    made = FakeChannels()
    fleet.scene.parts = replace(fleet.scene.parts, channel_port=made)
    return made


@pytest.fixture
async def port(fleet: Fleet, channels: FakeChannels) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(fleet.scene.parts))) as made:
        yield made


ASKED = (
    ("/api/v1/channels/oncall/test", '{"person": "p-a"}', "channel_test", "oncall", 201),
    ("/api/v1/deliveries/d-7/again", "{}", "delivery_retry", "d-7", 201),
    ("/d/core-1/probe", "", "device_probe", "core-1", 303),
)


@pytest.mark.parametrize(("path", "body", "operation", "subject", "status"), ASKED)
async def test_it_is_in_the_journal_with_who_came_in(
    fleet: Fleet, port: Client, path: str, body: str, operation: str, subject: str, status: int
) -> None:
    answer = await port.post(path, data=body, headers=fleet.headers(Role.ADMIN), allow_redirects=False)
    assert answer.status == status, await answer.text()
    (noted,) = [entry.event for entry in fleet.scene.store.read() if isinstance(entry.event, OperationRequested)]
    assert (noted.operation, noted.subject, noted.account) == (operation, subject, "made-1")
    assert noted.via == "token:made-1@127.0.0.1"


@pytest.mark.parametrize(("path", "body", "operation", "subject", "status"), ASKED)
async def test_nothing_is_done_that_cannot_be_written_down(
    fleet: Fleet, channels: FakeChannels, port: Client, path: str, body: str, operation: str, subject: str, status: int
) -> None:
    headers = fleet.headers(Role.ADMIN)
    before = fleet.held()
    fleet.scene.daemon.store_is_full = True
    answer = await port.post(path, data=body, headers=headers, allow_redirects=False)
    assert answer.status == 503, await answer.text()
    assert (channels.asked, fleet.held()) == ([], before)
