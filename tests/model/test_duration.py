"""Durations as people write them."""

import pytest

from opsmon.model.duration import format_duration, parse_duration_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30.0),
        ("5m", 300.0),
        ("1h30m", 5400.0),
        ("250ms", 0.25),
        ("2d", 172_800.0),
        ("1.5h", 5400.0),
        ("90", 90.0),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("wrong", ["", "s", "5 minutes", "-5s", "5x", "1h-3m", True, None, -1.0, float("nan")])
def test_what_is_no_duration_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration_s(wrong)  # type: ignore[arg-type]  # what a YAML file may hold


@pytest.mark.parametrize(
    ("seconds", "text"), [(30, "30s"), (0.25, "0.25s"), (60, "1m"), (5400, "1h30m"), (3661, "1h1m1s")]
)
def test_a_duration_is_written_as_it_is_read(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text
    assert parse_duration_s(text) == seconds
