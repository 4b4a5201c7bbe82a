"""What people and devices write, as it is shown."""

from hypothesis import given
from hypothesis import strategies as st

from opsmon.model.visible import visible
from opsmon.probe.profile.text import clean_text


def test_marks_of_direction_and_what_hides_are_taken_out() -> None:
    for mark in "\u200b\u200e\u202a\u202e\u2066\u2069\ufeff\u00ad\u061c\U000e0041":
        assert visible(f"core{mark}-1") == "core-1"
        assert mark not in clean_text(f"core{mark}-1")
    assert visible("a\r\nb\x1b[2J", lines=True) == "a\nb [2J"
    assert visible("a\nb") == "a b"
    assert visible("二龙路主会场 Größe 1,5 ²") == "二龙路主会场 Größe 1,5 ²"


@given(st.text())
def test_everything_that_is_shown_can_be_seen(text: str) -> None:
    assert visible(text).isprintable()
    assert visible(text, lines=True).replace("\n", "").isprintable()
    assert visible(visible(text)) == visible(text)
