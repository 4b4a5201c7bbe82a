"""Each way to say a length: beside a clock, in a sentence, as a value, as an age."""

from datetime import timedelta

import pytest

from opsmon.text.duration import age_words, length_words, measured_length, remaining_words, spoken_length


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (750, "12m30s left", "剩 12分30秒"),
        (0.9, "0s left", "剩 0秒"),
        (-5, "5s over", "超时 5秒"),
        (-90_061, "1d1h over", "超时 1天1小时"),
        (86_400 + 59, "1d left", "剩 1天"),
    ],
)
def test_what_is_left_has_two_units_at_the_most(seconds: float, en: str, zh: str) -> None:
    assert (remaining_words(seconds, "en"), remaining_words(seconds, "zh")) == (en, zh)


def test_a_length_in_a_sentence_is_whole_and_counts_in_hours() -> None:
    told = spoken_length(timedelta(days=1, hours=1, minutes=30, seconds=5))
    assert (told.en, told.zh) == ("25 h 30 min 5 s", "25小时30分钟5秒")
    assert (spoken_length(timedelta()).en, spoken_length(timedelta()).zh) == ("0 min", "0分钟")


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (12_600.0, "3.5 h", "3.5 小时"),
        (-90.0, "-1.5 min", "-1.5 分钟"),
        (0.25, "0.25 s", "0.25 秒"),
        (86_400.0, "1 d", "1 天"),
    ],
)
def test_a_measured_length_is_in_the_largest_unit_that_it_fills(seconds: float, en: str, zh: str) -> None:
    assert (measured_length(seconds, "en"), measured_length(seconds, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (-3.0, "0 min", "0 分钟"),
        (7_199.0, "119 min", "119 分钟"),
        (7_200.0, "2 h", "2 小时"),
        (172_799.0, "47 h", "47 小时"),
        (172_800.0, "2 d", "2 天"),
    ],
)
def test_an_age_is_whole(seconds: float, en: str, zh: str) -> None:
    assert (age_words(seconds, "en"), age_words(seconds, "zh")) == (en, zh)


def test_the_language_changes_the_words_alone() -> None:
    for seconds in (0, 59, 60, 3_599, 3_600, 86_399, 86_400, 10**7):
        said = [length_words(seconds, one) for one in ("en", "zh")]
        digits = ["".join(char if char.isdigit() else " " for char in one).split() for one in said]
        assert digits[0] == digits[1]
