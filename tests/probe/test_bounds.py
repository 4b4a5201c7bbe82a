"""A stranger's text is cut before anything looks at it, and marks that nobody sees do not get out."""

import pytest

from opsmon.bounds import CELL_CHARS, HEADER_FIELD_CHARS, SYS_DESCR_CHARS
from opsmon.probe.digest import MOST_CHALLENGES, parse_challenges
from opsmon.probe.profile.text import clean_text, number_of, raw_text


@pytest.mark.parametrize("char", ["a", "北", "\U00020000"])
@pytest.mark.parametrize("code", ["utf-8", "gb18030"])
def test_a_cell_is_cut_at_its_bound_in_characters(char: str, code: str) -> None:
    octets = (char * 3_000).encode(code)
    assert raw_text(octets) == char * CELL_CHARS
    assert raw_text(octets, SYS_DESCR_CHARS) == char * SYS_DESCR_CHARS


def test_a_number_of_a_thousand_digits_is_no_mistake() -> None:
    assert number_of(b"9" * 100_000) == float("inf")
    assert number_of(b"1." + b"3" * 100_000) == pytest.approx(4 / 3)


@pytest.mark.parametrize("mark", "\u202e\u2066\u2069\u200b\u200e\u200f\u061c\xad\u2060\U000e0041")
def test_a_label_holds_no_mark_that_turns_or_hides_what_follows(mark: str) -> None:
    assert clean_text(f"up{mark}link {mark}1") == "uplink 1"


def test_a_label_keeps_what_is_written_in_chinese() -> None:
    assert clean_text(" 核心　交换机\t1 ") == "核心　交换机 1"


def test_only_so_much_of_a_challenge_is_read() -> None:
    headers = [f'Digest realm="{number}", nonce="{"A" * 8_000}"' for number in range(100)]
    challenges = parse_challenges(headers)
    assert [challenge.parameters["realm"] for challenge in challenges] == [str(n) for n in range(MOST_CHALLENGES)]
    assert all(len(text) <= HEADER_FIELD_CHARS for one in challenges for text in one.parameters.values())
