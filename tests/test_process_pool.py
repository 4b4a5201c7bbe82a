"""Work in a process of its own ends at its limit whatever it does, and the next work is done all the same."""

import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest

from opsmon.errors import BackupError
from opsmon.process_pool import BoundedPool, BrokenWorkError, BusyError, OverrunError

PATIENCE_S = 30.0
LIMIT_S = 0.3
ENDLESS = "a" * 60 + "b"


@pytest.fixture
def pool() -> Iterator[BoundedPool]:
    made = BoundedPool(2)
    yield made
    made.close()


def ignore_everything() -> None:
    """Work that does not want to end."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    re.search(r"(a+)+$", ENDLESS)


def refuse(text: str) -> str:
    raise BackupError(f"refused: {text}")


def break_down(text: str) -> str:
    return text[int(text)]


def print_and_give_pid() -> int:
    print("between the answers")
    return os.getpid()


def call_until_busy(pool: BoundedPool) -> None:
    for _ in range(10_000):
        pool.call(LIMIT_S / 3, len, "abc")


def test_a_result_comes_back_and_the_process_is_used_again(pool: BoundedPool) -> None:
    first = pool.call(PATIENCE_S, print_and_give_pid)
    assert first == pool.call(PATIENCE_S, print_and_give_pid) != os.getpid()


def test_texts_of_32_mb_go_both_ways(pool: BoundedPool) -> None:
    text = "\udcff" + "中" * (32 * 1_048_576 // 3)
    assert pool.call(PATIENCE_S, str.swapcase, text) == text


def test_a_pattern_that_would_never_end_is_ended(pool: BoundedPool) -> None:
    with pytest.raises(OverrunError, match=r"within 0\.3 s"):
        pool.call(LIMIT_S, re.search, r"(a+)+$", ENDLESS)
    assert pool.call(PATIENCE_S, len, "abc") == 3


def test_work_that_ignores_signals_is_killed(pool: BoundedPool) -> None:
    began = time.monotonic()
    with pytest.raises(OverrunError):
        pool.call(LIMIT_S, ignore_everything)
    assert time.monotonic() - began < PATIENCE_S


def test_errors_of_ours_come_through_and_others_without_what_was_worked_on(pool: BoundedPool) -> None:
    with pytest.raises(BackupError, match="refused: it"):
        pool.call(PATIENCE_S, refuse, "it")
    with pytest.raises(BrokenWorkError) as broken:
        pool.call(PATIENCE_S, break_down, "S3cret")
    assert "ValueError" in str(broken.value)
    assert "in break_down" in str(broken.value)
    assert "S3cret" not in str(broken.value)
    assert pool.call(PATIENCE_S, len, "abc") == 3


def test_a_process_that_died_while_it_waited_is_replaced(pool: BoundedPool) -> None:
    pid = pool.call(PATIENCE_S, os.getpid)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert pool.call(PATIENCE_S, os.getpid) != pid


def test_who_finds_no_process_free_is_told(pool: BoundedPool) -> None:
    began = Event()

    def occupy() -> None:
        began.set()
        with pytest.raises(OverrunError):
            pool.call(4 * LIMIT_S, re.search, r"(a+)+$", ENDLESS)

    threads = [Thread(target=occupy) for _ in range(2)]
    for thread in threads:
        thread.start()
    began.wait(PATIENCE_S)
    with pytest.raises(BusyError):
        call_until_busy(pool)
    for thread in threads:
        thread.join(PATIENCE_S)


def test_many_threads_share_two_processes(pool: BoundedPool) -> None:
    with ThreadPoolExecutor(8) as threads:
        pids = set(threads.map(lambda _: pool.call(PATIENCE_S, os.getpid), range(40)))
    assert len(pids) <= 2


def test_closing_leaves_no_process_behind() -> None:
    pool = BoundedPool(1)
    pid = pool.call(PATIENCE_S, os.getpid)
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
