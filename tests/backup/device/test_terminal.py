"""What a terminal would show of what a device sends, also of one that means harm."""

import pytest

from opsmon.backup.device.terminal import MAX_DRAWN_CHARS, render


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[3Db", "b"),
        ("abc\x1b[2D\x1b[Kx", "ax"),
        ("a\x1b[" + "9" * 5_000 + "D", "a[" + "9" * 5_000 + "D"),  # no number that a screen knows, and none of Python's
        ("a\x1b[" + "9" * 5_000 + "K", "a[" + "9" * 5_000 + "K"),
        ("a\x1b[\u0663Db", "a[\u0663Db"),  # a digit, and none of ECMA-48
    ],
)
def test_a_sequence_with_an_absurd_number_is_text(raw: str, shown: str) -> None:
    assert render(raw) == shown


def test_a_line_that_no_pager_draws_keeps_its_text() -> None:
    text = "x" * MAX_DRAWN_CHARS
    assert render(f"{text}\x1b[1K\x08\r") == f"{text}[1K"
    assert render(f"first\n{text}\x1b[1K\nlast\x08\x1b[K") == f"first\n{text}[1K\nlas"
