"""What the demo says beside the messages."""

from pathlib import Path
from typing import Any

import pytest

from opsmon.demo.words import clock_words, cost_lines, invitation, next_steps, program_words, sign_in_words

CLOCKS: list[dict[str, Any]] = [
    {"clause": "E2", "target": "on_site", "remaining_s": -5.2},
    {"clause": "E1", "target": "acknowledge", "remaining_s": 83.0},
    {"clause": "C5", "target": "acknowledge", "remaining_s": 7_000.0},
    {"clause": "E9", "target": "report", "remaining_s": 30.0},
    {"clause": "E1", "target": "acknowledge", "remaining_s": None},
]
MONTH: dict[str, Any] = {
    "month": "2026-11",
    "penalties": [
        {"clause": "E1", "cny_min": 0, "cny_max": 20375, "why": "half a percent", "why_zh": "千分之五"},
        {"clause": "E2", "cny_min": 0, "cny_max": 20375, "why": "half a percent", "why_zh": "千分之五"},
    ],
    "sum": {"cny_min": 0, "cny_max": 40750},
    "budgets": [{"clause": "E10", "subject": "mcu-1", "used": 1, "limit": 5},
                {"clause": "E10", "subject": "all", "used": 2, "limit": 5}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "E1 acknowledge 1m23s left · E2 on site 5s over"), ("zh", "E1 响应确认 剩 1分23秒 · E2 到场 超时 5秒")],
)
def test_the_clocks_that_press_are_told_on_one_line(language: str, words: str) -> None:
    assert clock_words(CLOCKS, language) == words
    assert clock_words(CLOCKS[2:], language) == ""


def test_a_breach_is_told_with_its_clause_its_cost_and_the_month_so_far() -> None:
    assert list(cost_lines(MONTH, "en")) == [
        "E1: 0 to 20,375 CNY",
        "E2: 0 to 20,375 CNY",
        "(half a percent)",
        "2026-11 so far: 0 to 40,750 CNY; faults: 2 of 5 allowed (E10)",
    ]
    assert "2026-11 本月累计：0 至 40,750 元；故障 2/5 次（E10）" in list(cost_lines(MONTH, "zh"))


def test_a_month_without_a_breach_costs_nothing() -> None:
    month = {**MONTH, "penalties": [], "budgets": [], "sum": {"cny_min": 0, "cny_max": 0}}
    assert list(cost_lines(month, "en")) == ["2026-11 so far: 0 to 0 CNY"]


def test_what_is_to_be_typed_can_be_typed() -> None:
    _, command = invitation(".venv/bin/opsmon", "20261128-3", Path("/srv/with blank"), "en")
    assert command == ".venv/bin/opsmon incidents ack 20261128-3 --root '/srv/with blank'"


def test_the_end_names_what_was_kept() -> None:
    assert not any("/srv/kept" in line for line in next_steps("opsmon", None, "2026-11", "en"))
    kept = next_steps("opsmon", "/srv/kept", "2026-11", "en")
    assert "opsmon report month xicheng-vc-2025 --month 2026-11 --root /srv/kept" in kept


def test_the_program_is_named_as_the_shell_finds_it(tmp_path: Path) -> None:
    (tmp_path / "opsmon").touch()
    python = tmp_path / "python"
    assert program_words(python, str(tmp_path / "opsmon")) == "opsmon"
    assert program_words(python, "/usr/bin/opsmon").endswith(f"{tmp_path.name}/opsmon")
    assert program_words(tmp_path / "elsewhere" / "python", None).endswith("python -m opsmon")


def test_the_sign_in_of_the_demo_is_told_in_both_languages() -> None:
    assert sign_in_words("demo", "k7-long-word", "en") == "Sign in as demo: k7-long-word"
    assert sign_in_words("demo", "k7-long-word", "zh") == "登录：用户名 demo，密码 k7-long-word"
