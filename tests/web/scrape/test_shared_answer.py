"""Answers that several readers have in common: whole for each, made once, and kept for no longer than a moment."""

import asyncio
from collections.abc import Iterator

import pytest

from opsmon.web.scrape.shared_answer import (
    MOST_KEPT,
    MOST_OF_ALL,
    SHARED_FOR_S,
    CutOffError,
    RecentAnswers,
    SharedAnswer,
)
from tests.support.virtual_time import VirtualLoop

PIECE = 64 * 1024
INVENTORY, OTHER = object(), object()


class Maker:
    """Pieces that can be told apart; counts those that were made."""

    def __init__(self, pieces: int, size: int = PIECE) -> None:
        self.made = 0
        self._pieces, self._size = pieces, size

    def __call__(self) -> Iterator[bytes]:
        for number in range(self._pieces):
            self.made += 1
            yield b"%08d" % number * (self._size // 8)
            yield b""

    @property
    def whole(self) -> bytes:
        return b"".join(b"%08d" % number * (self._size // 8) for number in range(self._pieces))


async def read(answer: SharedAnswer) -> bytes:
    return b"".join([piece async for piece in answer.read()])


async def test_readers_at_once_and_afterwards_get_the_whole_of_what_is_made_once() -> None:
    maker = Maker(5)
    answer = SharedAnswer(maker())
    assert list(await asyncio.gather(read(answer), read(answer))) == [maker.whole] * 2
    assert await read(answer) == maker.whole
    assert maker.made == 5


async def test_who_joins_in_the_middle_begins_at_the_beginning() -> None:
    maker = Maker(4)
    answer = SharedAnswer(maker())
    first = answer.read()
    got = [await anext(first), await anext(first)]
    assert await read(answer) == maker.whole
    assert b"".join([*got, *[piece async for piece in first]]) == maker.whole
    assert maker.made == 4


async def test_an_answer_is_made_at_the_pace_of_its_quickest_reader() -> None:
    maker = Maker(10)
    reader = SharedAnswer(maker()).read()
    await anext(reader)
    for _ in range(20):
        await asyncio.sleep(0)
    assert maker.made == 1
    await anext(reader)
    assert maker.made == 2


async def test_of_a_long_answer_the_beginning_is_let_go_and_who_is_still_there_is_cut_off() -> None:
    maker = Maker(2 * MOST_KEPT // PIECE)
    answer = SharedAnswer(maker())
    slow = answer.read()
    await anext(slow)
    assert await read(answer) == maker.whole
    assert answer.octets <= MOST_KEPT
    assert not answer.has_beginning
    with pytest.raises(CutOffError):
        await anext(slow)


async def test_a_single_reader_is_never_too_slow() -> None:
    maker = Maker(3 * MOST_KEPT // PIECE)
    got = []
    async for piece in SharedAnswer(maker()).read():
        got.append(piece)
        await asyncio.sleep(0)
    assert b"".join(got) == maker.whole


async def test_what_fails_is_whole_for_nobody() -> None:
    def breaks() -> Iterator[bytes]:
        yield b"the beginning"
        raise ZeroDivisionError

    answer = SharedAnswer(breaks())
    other = answer.read()
    assert await anext(other) == b"the beginning"
    with pytest.raises(ZeroDivisionError):
        await read(answer)
    with pytest.raises(CutOffError):
        await anext(other)
    assert not answer.has_beginning


def recent(loop: VirtualLoop) -> RecentAnswers:
    return RecentAnswers(loop.time)


def run(loop: VirtualLoop, answers: RecentAnswers, made_of: object = INVENTORY, key: str = "page") -> SharedAnswer:
    async def ask() -> SharedAnswer:
        return answers.of((key,), made_of, Maker(1))

    return loop.run_until_complete(ask())


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def test_within_a_second_it_is_the_same_answer_and_later_a_new_one(loop: VirtualLoop) -> None:
    answers = recent(loop)
    first = run(loop, answers)
    loop.block(SHARED_FOR_S * 0.9)
    assert run(loop, answers) is first
    loop.block(SHARED_FOR_S * 0.2)
    assert run(loop, answers) is not first


def test_another_page_or_inventory_is_another_answer(loop: VirtualLoop) -> None:
    answers = recent(loop)
    first = run(loop, answers)
    assert run(loop, answers, key="other") is not first
    assert run(loop, answers) is first
    assert run(loop, answers, OTHER) is not first


def test_what_lost_its_beginning_is_given_to_nobody_else(loop: VirtualLoop) -> None:
    answers = recent(loop)

    async def ask() -> tuple[SharedAnswer, SharedAnswer]:
        long = answers.of(("page",), INVENTORY, Maker(MOST_KEPT // PIECE + 1))
        await read(long)
        return long, answers.of(("page",), INVENTORY, Maker(1))

    first, second = loop.run_until_complete(ask())
    assert first is not second


def test_nothing_is_kept_for_longer_though_nobody_asks(loop: VirtualLoop) -> None:
    answers = recent(loop)

    async def ask_and_wait() -> None:
        await read(answers.of(("page",), INVENTORY, Maker(3)))
        assert answers.octets == 3 * PIECE
        await asyncio.sleep(SHARED_FOR_S * 1.1)

    loop.run_until_complete(ask_and_wait())
    assert answers.octets == 0


def test_what_is_kept_together_is_bounded(loop: VirtualLoop) -> None:
    answers = recent(loop)

    async def ask() -> None:
        for number in range(3 * MOST_OF_ALL // MOST_KEPT):
            await read(answers.of((number,), INVENTORY, Maker(MOST_KEPT // PIECE)))
            assert answers.octets <= MOST_OF_ALL
        assert await read(answers.of((number,), INVENTORY, Maker(1))) != b""

    loop.run_until_complete(ask())
    assert answers.octets > MOST_OF_ALL // 2
