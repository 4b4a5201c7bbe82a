"""A table of thousands of rows is taken in slices: the loop has turns meanwhile, and a poll that is cut off spoils
nothing."""

import asyncio

import pytest

from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import POLLS_BETWEEN_LABELS, DevicePicture, DevicePoller
from opsmon.probe.profile.rows.table import SLICE
from tests.support.places import REPOSITORY
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

PROBES = REPOSITORY / "probes"
ROWS = 2 * SLICE + 1


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def agent(alias: str) -> RecordedSession:
    """It answers at once: every turn of the loop comes from the work itself."""
    lines = [
        "1.3.6.1.2.1.1.1.0|4|A large switch",
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1",
        "1.3.6.1.2.1.1.3.0|67|360000",
    ]
    for row in range(1, ROWS + 1):
        lines += [f"1.3.6.1.2.1.2.2.1.8.{row}|2|1", f"1.3.6.1.2.1.31.1.1.1.18.{row}|4|{alias}"]
    return RecordedSession(parse_recording("\n".join(lines)))


def aliases(picture: DevicePicture) -> set[str]:
    keys = [key for reading in picture.readings for key in reading.block.keys if key.metric == "ifOperStatus"]
    assert len(keys) == ROWS
    return {dict(key.labels)["ifAlias"] for key in keys}


async def turns_of(poll: "asyncio.Task[DevicePicture]", most: int) -> int:
    turns = 0
    while not poll.done() and turns < most:
        await asyncio.sleep(0)
        turns += 1
    return turns


async def test_the_loop_has_turns_while_a_large_table_is_taken(profiles: ProfileSet) -> None:
    poll = asyncio.create_task(DevicePoller(profiles).poll(agent("to the core")))
    assert await turns_of(poll, 1_000) >= 2 * ROWS // SLICE  # labels, then series
    assert aliases(await poll) == {"to the core"}


async def test_a_poll_that_is_cut_off_anywhere_leaves_rows_and_names_together(profiles: ProfileSet) -> None:
    poller = DevicePoller(profiles)
    await poller.poll(agent("before"))
    for turns in (2, 5):
        for _ in range(POLLS_BETWEEN_LABELS):  # until the labels are read again
            poll = asyncio.create_task(poller.poll(agent(f"after {turns}")))
            await turns_of(poll, turns)
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)
        for _ in range(POLLS_BETWEEN_LABELS + 1):
            picture = await poller.poll(agent(f"after {turns}"))
            assert all(len(reading.values) == len(reading.block) for reading in picture.readings)
        assert aliases(picture) == {f"after {turns}"}
