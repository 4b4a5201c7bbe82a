"""How the work of a pattern grows is judged from the pattern: what is known of famous ones, and what time shows."""

import re

import pytest

from opsmon.pattern.cost import degree_of, slow_at
from opsmon.pattern.growth import EXPONENTIAL


@pytest.mark.parametrize(
    ("pattern", "degree"),
    [
        ("a+", 1),
        (r"^\s*x", 1),
        (r"\s*x", 2),  # a search begins at every blank
        (r"(?<!\s)\s*x", 1),
        (r"(?m)^\s*x", 2),  # \s reads line breaks
        (r"(?m)^[ \t]*x", 1),
        (r"\b\w+x", 1),
        (r"\w+\w+$", 3),
        (r"^\w+\w+$", 2),
        (r"^\w++\w+$", 1),
        (r"release:(\S+)", 1),  # matches where it begins
        (r"release:(\S+) ", 2),  # release:release:release:
        (r"AXIS .*Camera", 2),
        (r"^(?>.*?AXIS ).*Camera", 1),
        (r"Software:\s*(.+?)\s*$", 3),
        (r"\bserver\s+.*\bkey\s+x", 2),
        (r"^(?:a|b|ab)(c|bcd)*$", 1),
        (r"^(a*)*$", EXPONENTIAL),
        (r"^(\w+\s?)*$", EXPONENTIAL),
        (r"^(?:a|a[bc]|\w)*$", EXPONENTIAL),
        (r'^"(?:[^"\\]|\\.)*"$', 1),
        (r'^"(?:[a-z]\w|[^"])*"$', EXPONENTIAL),
        (r'^"(?:[a-z]\w|[^"])*+"$', 1),
        (r"^a(?!.*x)b", 1),
        (r"^\w+(?!\w*x)!", 2),
    ],
)
def test_the_power_of_the_growth(pattern: str, degree: int) -> None:
    assert degree_of(pattern) == degree


def test_a_pattern_that_is_tried_at_one_place_is_judged_so() -> None:
    assert degree_of(r"\s*x") == 2
    assert degree_of(r"\s*x", anchored=True) == 1


def test_flags_count() -> None:
    assert degree_of(r"a.*x\n.*y", re.DOTALL) > degree_of(r"a.*x\n.*y")
    assert degree_of(r"[a-z]+[A-Z]+!", re.IGNORECASE) == 3
    assert degree_of(r"[a-z]+[A-Z]+!") == 2


@pytest.mark.parametrize(
    ("bound", "slow"), [(512, False), (1_024, False), (2_048, True)], ids=["a cell", "a header field", "sysDescr"]
)
def test_a_bound_decides_whether_the_square_is_too_much(bound: int, slow: bool) -> None:
    assert bool(slow_at(r"AXIS .*Camera", bound)) is slow
    assert not slow_at(r"^(?>.*?AXIS ).*Camera", bound)


def test_the_reason_says_what_may_happen() -> None:
    assert "the square of the length, and 2048 characters" in slow_at(r"\s*x", 2_048)
    assert "more and more ways" in slow_at(r"^(a*)*$", 10)
    with pytest.raises(re.error):
        slow_at("(", 10)
