"""What is nearly an IPv4 address is no host name, and host names with many digits stay what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.config.inventory.address import is_address, is_host_name, meant_by

PARTS = st.integers(0, 255).map(str)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10.0.0.1-5", "a range of addresses belongs in `ranges:`"),
        ("192.168.1.1o", "did you mean `192.168.1.10`?"),
        ("192.168.l.1", "did you mean `192.168.1.1`?"),
        ("1O.0.0.1o", "did you mean `10.0.0.10`?"),
        ("192.168.1.x", "an IPv4 address is four numbers of 0 to 255"),
        ("10.0.0.3000o", "an IPv4 address is four numbers of 0 to 255"),
    ],
)
def test_a_slip_in_an_address_is_no_host_name(text: str, hint: str) -> None:
    assert not is_host_name(text)
    assert meant_by(text) == hint


@pytest.mark.parametrize(
    "name",
    [
        "12306.cn",
        "360.cn",
        "3.cn",
        "1.1.1.1.nip.io",
        "core.3f",
        "10-0-0-1.example.com",
        "4.3.2.example",
        "7.0.0.127.in-addr.arpa",
    ],
)
def test_host_names_with_digits_stay_host_names(name: str) -> None:
    assert is_host_name(name)
    assert meant_by(name) == ""


@given(st.tuples(PARTS, PARTS, PARTS, PARTS), st.integers(0, 3), st.sampled_from("oOlIx"))
def test_an_address_with_one_wrong_letter_is_neither(parts: tuple[str, ...], at: int, letter: str) -> None:
    text = ".".join(f"{part}{letter}" if place == at else part for place, part in enumerate(parts))
    assert not is_host_name(text)
    assert not is_address(text)
    assert meant_by(text)
