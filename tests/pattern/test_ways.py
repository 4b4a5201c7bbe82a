"""Bounded repetitions and alternatives are counted where a search is to be quick for certain."""

import re

import pytest

from opsmon.pattern.cost import MAX_STEPS, degree_of, most_steps
from opsmon.pattern.growth import EXPONENTIAL
from opsmon.pattern.ways import MAX_WAYS


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        ("(a|ab){0,20}c", 2**20),
        ("(?:a?){50}a{50}", 2**50),
        (".{0,99}x.{0,99}y.{0,99}z", 100**3),
        ("(?:(?:a|bb){1,3}){0,10}", 8**10),
        ("(a+)+$", MAX_WAYS),
        ("(?=(?:a|ab){20}c)", 2**20),
    ],
)
def test_what_may_take_long_is_counted(pattern: str, least: int) -> None:
    assert most_steps(re.compile(pattern), 30) >= min(least, MAX_WAYS) > MAX_STEPS


@pytest.mark.parametrize("pattern", ["Welcome", r"(?m)^\d+ users$", r"(?P<load>\d{1,3}\.\d\d)", "OK|ready|bereit"])
def test_what_people_write_is_quick_on_a_page(pattern: str) -> None:
    assert most_steps(re.compile(pattern), 50_000) <= MAX_STEPS


def test_the_square_is_quick_on_a_line_and_not_on_a_page() -> None:
    square = re.compile(r"\s+x")
    assert most_steps(square, 1_000) <= MAX_STEPS < most_steps(square, 20_000)


@pytest.mark.parametrize("pattern", ["(a|a)+x", "(?:ab|ab|c)*x", "(?:x(?:b?)?)+y", "(?:a(?:|))+x", "((a|a)b?)+x"])
def test_loops_that_read_nothing_in_two_ways_are_refused(pattern: str) -> None:
    assert degree_of(pattern) == EXPONENTIAL


@pytest.mark.parametrize("pattern", ["(?:a|ab)x", "(?:ab?)+x", "(?:a|)x", "(a|a)x", "(?:x|y)+z"])
def test_nothing_in_one_way_is_no_harm(pattern: str) -> None:
    assert degree_of(pattern) < EXPONENTIAL


def test_octets_are_judged_too() -> None:
    assert most_steps(re.compile(rb"(a|a)+x"), 40) == MAX_WAYS
