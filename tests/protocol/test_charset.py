"""Octets of devices as text: whole, cut inside a character, behind a NUL, marked, and broken within."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.protocol.charset import decode_field, decode_octets

NAME = "主会场核心交换机一号"
# Of these no octet pair begins as a character of UTF-8 does: with others a short text may be sound in both codes.
PLAIN_GBK = [bytes((lead, trail)).decode("gbk") for lead in range(0xB0, 0xC2) for trail in range(0xA1, 0xFF)]
HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=40)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (NAME.encode()[:20], "主会场核心交"),  # two octets of the seventh
        ("上联核心交换机-二龙路主会场".encode()[:32], "上联核心交换机-二龙路"),
        ("上联核心交换机".encode("gbk")[:9], "上联核心"),
        ("上联\U00020000".encode("gb18030")[:7], "上联"),  # a character of four octets
        (b"to " + "上".encode()[:1], "to "),
        ("防火墙".encode("gb18030"), "防火墙"),
        (b"\xef\xbb\xbf" + NAME.encode(), NAME),
        (b"\x84\x31\x95\x33" + NAME.encode("gb18030"), NAME),
        (b"\xff\xfe" + NAME.encode("utf-16-le"), NAME),
        (b"\xfe\xff" + NAME.encode("utf-16-be")[:5], "主会"),
        ("主会场".encode()[:8] + "核心交换机".encode(), "主会核心交换机"),  # two cut texts, one after the other
        (b"", ""),
    ],
)
def test_a_broken_piece_costs_itself_alone(octets: bytes, text: str) -> None:
    assert decode_octets(octets) == text
    assert decode_field(octets) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"GE0/0/1\0\0\0", "GE0/0/1"),
        (b"GE0/0/1\0\xfe\x12garbage", "GE0/0/1"),
        (NAME.encode() + b"\0" + NAME.encode()[1:], NAME),
        (b"\0\0eth0", "eth0"),
        (b"e\0t\0h\0000\0", "eth0"),  # UTF-16 without a mark
        (b"\0e\0t\0h\0000", "eth0"),
        (b"e\0", "e"),
        (b"\0\0\0\0", ""),
    ],
)
def test_a_field_ends_at_its_nul(octets: bytes, text: str) -> None:
    assert decode_field(octets) == text


def test_an_output_goes_on_behind_a_nul() -> None:
    assert decode_octets(b"first\0second") == "first\0second"


@given(HANZI, st.integers(1, 120))
def test_utf_8_that_is_cut_anywhere_is_a_beginning_of_itself(text: str, length: int) -> None:
    cut = text.encode()[:length]
    assert decode_octets(cut) == text[: len(cut) // 3]


@given(st.text(st.sampled_from(PLAIN_GBK), min_size=2, max_size=40), st.integers(1, 80))
def test_gbk_that_is_cut_anywhere_is_a_beginning_of_itself(text: str, length: int) -> None:
    text = "啊" + text
    cut = text.encode("gbk")[:length]
    assert decode_octets(cut) == text[: len(cut) // 2]
