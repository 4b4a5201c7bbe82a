"""What follows from a fault, second by second: who is told, what that is worth under the contract, and who has it."""

from typing import Any

import pytest
import yaml

from tests.support.engine.story import Story
from tests.support.places import REPOSITORY

CASES: list[dict[str, Any]] = yaml.safe_load(
    (REPOSITORY / "tests/golden/paging/xicheng-vc-2025.yaml").read_text(encoding="utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_fault_is_told_and_judged_to_the_second(case: dict[str, Any]) -> None:
    assert Story(case).lines(case["happens"], case["until"]) == case["timeline"]
