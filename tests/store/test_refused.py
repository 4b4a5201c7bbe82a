"""A batch that the database refuses by a rule of its tables: given up at once and told, where it was tried for ever."""

import asyncio
from datetime import UTC, datetime

import pytest

from opsmon.clock import WallClock
from opsmon.errors import StoreRefusedError
from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import IncidentId
from opsmon.pipeline.journal_writer import JournalWriter
from opsmon.store.outbox import NewDelivery
from tests.support.store.place import StorePlace

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
EVENT = DiagnosisAttached(NOW, IncidentId("20261120-1"), "a finding")
DELIVERY = NewDelivery("d-1", "oncall", "k", "{}")


async def test_a_batch_that_can_never_be_written_is_given_up_and_leaves_nothing_behind(
    place: StorePlace, caplog: pytest.LogCaptureFixture
) -> None:
    store = await asyncio.to_thread(place.open)
    writer = JournalWriter(store, WallClock())
    async with asyncio.timeout(60):
        with pytest.raises(StoreRefusedError, match="the store refuses a row: "):
            await writer.write([EVENT], [DELIVERY, DELIVERY])
    assert writer.trouble.startswith("the store refuses a row: ")
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert told.endswith("could not write 1 event; stopping, restart needed")
    assert (store.head.seq, store.due(NOW)) == (0, ())
    await writer.write([EVENT], [DELIVERY])
    assert (store.head.seq, len(store.due(datetime.now(UTC)))) == (1, 1)
    store.close()


def test_messages_without_an_event_are_owed_once_however_often_they_are_committed(place: StorePlace) -> None:
    """As after a commit whose answer was lost."""
    store = place.open()
    other = NewDelivery("d-2", "oncall", "another", "{}")
    store.commit([], [DELIVERY], NOW)
    store.commit([], [DELIVERY, other], NOW)
    assert [one.id for one in store.due(NOW)] == ["d-1", "d-2"]
    store.close()
