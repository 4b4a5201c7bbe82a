"""How a page stands, in the lines of `opsmon incidents show`."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opsmon.cli.incidents.render_page import page_lines

ZONE = ZoneInfo("Asia/Shanghai")
PAGE: dict[str, Any] = {
    "state": "calling", "untold": False, "holder": "", "pause": None, "until": None, "next": None,
    "step": 2, "steps": 3, "round": 1, "rounds": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "zh", "en"),
    [
        ({}, "第 2/3 步，第 1/2 轮", "step 2 of 3, round 1 of 2"),
        ({"state": "ended", "steps": 0, "rounds": 0}, "目前没有适用的预案", "no plan takes it now"),
    ],
)
def test_a_page_says_at_which_step_it_is_or_that_no_plan_takes_it(changed: dict[str, Any], zh: str, en: str) -> None:
    for language, wanted in (("zh", zh), ("en", en)):
        (line,) = page_lines(PAGE | changed, language, ZONE)
        assert wanted in line
        assert "/0" not in line
        assert "of 0" not in line
