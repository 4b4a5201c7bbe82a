"""Ids that people were told of never come again, whatever happens to the store."""

import asyncio
import shutil
from pathlib import Path

import pytest

from opsmon.errors import StoreGoneError
from opsmon.layout import INCIDENT_NUMBERS
from opsmon.pipeline.loop import Pipeline
from opsmon.pipeline.number_mark import NumberMark
from opsmon.pipeline.recovery import load_world
from opsmon.store.store import open_store
from tests.support.pipeline.house import RULES, URL, PipelineHouse


class MarkedHouse(PipelineHouse):
    """A house that keeps a mark beside its store, as the daemon does."""

    def start(self) -> None:
        self.store = open_store(URL, self.root)
        mark = NumberMark(self.root)
        world = load_world(self.store, RULES, self.clock.now(), mark.load())
        self.pipeline = Pipeline(
            world, self.store, self.clock, render=lambda _: (), perform=self.perform, mark=mark
        )  # fmt: skip
        self.pipeline.starting = ""


def delete_store(root: Path) -> None:
    for path in root.glob("var/opsmon.db*"):
        path.unlink()


async def test_a_store_that_is_lost_numbers_on(tmp_path: Path) -> None:
    house = MarkedHouse(tmp_path)
    async with house.running():
        first = await house.kill_mcu()
    delete_store(tmp_path)
    async with house.running():
        second = await house.kill_mcu()
    assert (first[-2:], second[-2:]) == ("-1", "-2")


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"20261120": "x"}', "\x00"])
def test_a_mark_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert NumberMark(tmp_path).load() == {}
    (tmp_path / "var").mkdir()
    (tmp_path / INCIDENT_NUMBERS).write_text(text)
    assert NumberMark(tmp_path).load() == {}
    NumberMark(tmp_path).save({"20261120": 7})
    assert NumberMark(tmp_path).load() == {"20261120": 7}


async def test_a_store_that_is_deleted_under_the_loop_ends_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    house = MarkedHouse(tmp_path)
    house.start()
    delete_store(tmp_path)
    running = asyncio.create_task(house.pipeline.run())
    killing = asyncio.create_task(house.kill_mcu())
    with pytest.raises(StoreGoneError):
        await running
    killing.cancel()
    assert house.pipeline.not_ready
    assert "was deleted while we use it" in caplog.text


async def test_a_folder_that_is_lost_with_store_and_mark_leaves_the_mark(tmp_path: Path) -> None:
    house = MarkedHouse(tmp_path)
    async with house.running():
        first = await house.kill_mcu()
    house.start()
    shutil.rmtree(tmp_path / "var")
    running = asyncio.create_task(house.pipeline.run())
    reviving = asyncio.create_task(house.heal_mcu())
    with pytest.raises(StoreGoneError):
        await running
    reviving.cancel()
    assert NumberMark(tmp_path).load() == {first[:8]: 1}
