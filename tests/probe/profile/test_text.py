"""What octets mean: texts in three encodings, and numbers in texts that carry their units."""

import re

import pytest

from opsmon.probe.profile.text import MAX_VALUE_CHARS, clean_text, number_of, raw_text
from opsmon.protocol.snmp.session import SnmpValue


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"GigabitEthernet0/0/1", "GigabitEthernet0/0/1"),
        ("核心交换机".encode(), "核心交换机"),
        ("核心交换机".encode("gb18030"), "核心交换机"),
        ("交换".encode(), "交换"),  # six octets that GB 18030 would read as three other characters
        (b"caf\xe9\xff", "caf\xe9\xff"),  # neither of the two: Latin-1
        (b"name\0\0\0", "name"),
        (b"", ""),
    ],
)
def test_octets_are_utf_8_else_gb_18030_else_latin_1(octets: bytes, text: str) -> None:
    assert raw_text(octets) == text


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (7, 7.0),
        (b"7", 7.0),
        (b"52 PERCENT", 52.0),
        (b" 38% of maximum", 38.0),
        (b"23,5", 23.5),
        (b"-12.5 C", -12.5),
        (b"357.762 MB", 357.762 * 2**20),
        (b"2 GiB", 2.0 * 2**30),
        (b"", None),
        (b"N/A", None),
        (b"\0\0", None),
        (b"e5", None),
        (None, None),
        ((1, 3, 6), None),
        (float("nan"), None),
        (1.5, 1.5),
    ],
)
def test_numbers_are_found_in_values_of_every_type(raw: SnmpValue | None, number: float | None) -> None:
    assert number_of(raw) == number


def test_a_pattern_names_the_part_that_is_the_number() -> None:
    pattern = re.compile(r"([\d.]+)\s*%")
    assert number_of(b"cpu-usage: 1.52%", pattern) == 1.52
    assert number_of(b"cpu-usage: none", pattern) is None


def test_a_negative_size_of_31_bits_is_mended() -> None:
    assert number_of(-1_000_000_000, unsigned=True) == 3_294_967_296.0
    assert number_of(-1_000_000_000) == -1_000_000_000.0


def test_a_label_is_one_clean_line_of_bounded_length() -> None:
    assert clean_text("a\r\n b\0\tc\x7f") == "a b c"
    assert len(clean_text("x" * 5000)) == MAX_VALUE_CHARS
    assert clean_text("\ud800bad") == "bad"
