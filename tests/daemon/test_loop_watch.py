"""Who held the loop is named: the task, or the callback and whose datagram it read, with the line; once a minute."""

import asyncio
import logging
import re
import socket
import threading
import time
from collections.abc import AsyncIterator

import pytest

from opsmon.daemon.loop_watch import BEAT_S, HELD_S, MACHINE, MAX_NAMES, OTHERS, LoopWatch

HOG_S = 2 * BEAT_S + HELD_S  # held for longer than a beat, so that it is seen wherever it begins
PATIENCE_S = 20.0
BACKTRACKING = re.compile(r"(?:a+)+$")


@pytest.fixture
async def watch() -> AsyncIterator[LoopWatch]:
    made = LoopWatch(tell_every_s=0.0)
    made.start()
    yield made
    made.stop()


def spin() -> None:
    end = time.monotonic() + HOG_S
    while time.monotonic() < end:
        pass


def search_hostile_text() -> None:
    """Holds the interpreter in one call of `re` for long enough, on any machine."""
    began, length = time.monotonic(), 18
    while time.monotonic() - began < HOG_S:
        length += 1
        BACKTRACKING.search("a" * length + "b")


def holders(watch: LoopWatch) -> dict[str, int]:
    """Without what a slow machine adds."""
    return {by: times for by, times in watch.holds.items() if by not in (MACHINE, OTHERS)}


async def held(watch: LoopWatch, times: int = 1) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while sum(holders(watch).values()) < times:  # noqa: ASYNC110 - the watch has a thread of its own
            await asyncio.sleep(BEAT_S / 5)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "opsmon.daemon.loop_watch"]


async def test_a_check_that_holds_the_interpreter_is_named(watch: LoopWatch, caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        search_hostile_text()

    await asyncio.create_task(check(), name="check http of cam-1")
    await held(watch)
    assert holders(watch) == {"check http of cam-1": 1}
    assert watch.held_s["check http of cam-1"] > HELD_S
    (line,) = [line for line in lines(caplog) if "was held: for " in line and ", by check http of cam-1: " in line]
    assert re.search(r"test_loop_watch\.py:\d+ search_hostile_text < test_loop_watch\.py:\d+ check", line)


async def test_a_task_without_a_name_is_named_by_its_coroutine(watch: LoopWatch) -> None:
    async def keep_accounts() -> None:
        spin()

    await asyncio.create_task(keep_accounts())
    await held(watch)
    (by,) = holders(watch)
    assert by.endswith("keep_accounts")


async def test_a_callback_is_named_with_whose_datagram_it_read(watch: LoopWatch) -> None:
    class Reader(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
            spin()

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Reader, local_addr=("127.0.0.1", 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", transport.get_extra_info("sockname"))
        await held(watch)
    transport.close()
    (by,) = holders(watch)
    assert by.endswith("of 127.0.0.1"), by


async def test_a_call_into_c_is_named(watch: LoopWatch) -> None:
    asyncio.get_running_loop().call_soon(time.sleep, HOG_S)
    await held(watch)
    assert holders(watch) == {"sleep": 1}


async def test_a_crowd_of_small_tasks_is_no_single_holder(watch: LoopWatch, caplog: pytest.LogCaptureFixture) -> None:
    async def small() -> None:
        time.sleep(0.03)  # noqa: ASYNC251 - this is what is to be found

    await asyncio.gather(*(asyncio.create_task(small(), name=f"check {n}") for n in range(round(HOG_S / 0.03))))
    async with asyncio.timeout(PATIENCE_S):
        while not watch.holds[OTHERS]:  # noqa: ASYNC110 - the watch has a thread of its own
            await asyncio.sleep(BEAT_S / 5)
    assert holders(watch) == {}
    assert any("tasks at once, most often check " in line for line in lines(caplog))


async def test_it_is_told_once_a_minute_and_counted_each_time(caplog: pytest.LogCaptureFixture) -> None:
    watch = LoopWatch()
    watch.start()
    for times in (1, 2, 3):
        asyncio.get_running_loop().call_soon(spin)
        await held(watch, times)
    watch.stop()
    assert holders(watch) == {"spin": 3}
    assert len(lines(caplog)) == 1


async def test_names_are_bounded(watch: LoopWatch) -> None:
    watch.holds = {OTHERS: 0, **{f"check {n}": 1 for n in range(MAX_NAMES)}}
    asyncio.get_running_loop().call_soon(spin)
    async with asyncio.timeout(PATIENCE_S):
        while not watch.holds[OTHERS]:  # noqa: ASYNC110 - the watch has a thread of its own
            await asyncio.sleep(BEAT_S / 5)
    assert "spin" not in watch.holds


async def test_nothing_is_said_of_a_loop_that_runs(watch: LoopWatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await asyncio.sleep(3 * BEAT_S)
    assert holders(watch) == {}
    assert [line for line in lines(caplog) if MACHINE not in line and OTHERS not in line] == []


async def test_its_thread_ends_with_it() -> None:
    watch = LoopWatch()
    watch.start()
    assert any(thread.name == "loop-watch" for thread in threading.enumerate())
    watch.stop()
    watch.stop()
    assert not any(thread.name == "loop-watch" for thread in threading.enumerate())
