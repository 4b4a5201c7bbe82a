"""The far end and the root that the tests of this room share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backup.far_end import FarEnd, far_end
from tests.support.backup.rig import Rig, impatient, stock_recipes

STALL_S = 0.7


@pytest.fixture(scope="session")
def far() -> Iterator[FarEnd]:
    with far_end() as end:
        yield end


@pytest.fixture(scope="session")
def recipes() -> object:
    return impatient(stock_recipes(), STALL_S)


@pytest.fixture
def rig(tmp_path: Path, recipes: object) -> Rig:
    return Rig(tmp_path, recipes)  # type: ignore[arg-type]  # a fixture has no type of its own
