"""The outbox against a receiver that fails at random, with restarts in between: nothing lost, nothing overtaken."""

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsmon.clock import WallClock
from opsmon.model.secret import Secret
from opsmon.notify.channel import Channel
from opsmon.notify.lane.outbox import OutboxWorker
from opsmon.store.outbox import NewDelivery
from opsmon.store.store import open_store
from tests.support.notify.receiver import Receiver, answer, hang, receiver, reset

INCIDENTS, ALERTS, RESTARTS, MAX_FAILURES = 12, 3, 4, 2
URL = "sqlite:///opsmon.db"


class Moody:
    """Takes what it is sent more often than not; else it fails in one of the ways that receivers fail."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._attempts: Counter[str] = Counter()
        self.taken: list[tuple[str, bytes]] = []
        self.there: Receiver | None = None

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        assert self.there is not None
        request = self.there.asked[writer]
        delivery = request.headers["x-opsmon-delivery"]
        self._attempts[delivery] += 1
        mood = self._random.random()
        if mood < 0.7 or self._attempts[delivery] > MAX_FAILURES:
            self.taken.append((delivery, request.body))
            # Sometimes it takes the delivery and dies before it says so: then the same comes again.
            await (reset if mood < 0.1 else answer(200))(writer)
        else:
            await self._random.choice([answer(500), answer(429), answer(302), reset, hang])(writer)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.slow
async def test_everything_arrives_in_order_whatever_happens(tmp_path: Path, seed: int) -> None:
    moody = Moody(seed)
    rows = [
        NewDelivery(
            f"i{incident}-{alert}-oncall", "oncall", f"i{incident}", f'{{"incident": {incident}, "n": {alert}}}'
        )
        for alert in range(1, ALERTS + 1)
        for incident in range(INCIDENTS)
    ]
    async with receiver(moody) as there:
        moody.there = there
        channel = Channel("oncall", Secret(there.url), timeout_s=0.5)
        store = open_store(URL, tmp_path)
        store.commit([], rows, datetime.now(UTC))
        for turn in range(RESTARTS + 1):
            worker = OutboxWorker(store, [channel], WallClock())
            task = asyncio.create_task(worker.run())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.4 if turn < RESTARTS else 60):
                    while store.backlog():  # noqa: ASYNC110 - the store gives no event
                        await asyncio.sleep(0.02)
            task.cancel()  # in the middle of whatever it does
            with contextlib.suppress(asyncio.CancelledError):
                await task
            store.close()
            store = open_store(URL, tmp_path)
        assert store.backlog() == {}
        store.close()
    assert {delivery for delivery, _ in moody.taken} == {row.id for row in rows}
    bodies = {row.id: row.body.encode() for row in rows}
    assert all(body == bodies[delivery] for delivery, body in moody.taken)
    order: defaultdict[str, list[int]] = defaultdict(list)
    for delivery, _ in moody.taken:
        incident, number, _ = delivery.split("-")
        order[incident].append(int(number))
    for numbers in order.values():
        assert numbers == sorted(numbers)
