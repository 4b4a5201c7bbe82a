"""What people and devices write, as it is shown."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from opsmon.probe.profile.text import clean_text
from opsmon.text.safe import UNSEEN, escaped_json, visible


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


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_json_says_the_same_and_shows_what_is_not_seen_as_escapes(document: object) -> None:
    text = escaped_json(json.dumps(document, ensure_ascii=False, indent=2))
    assert json.loads(text) == document
    assert not re.search(f"[{UNSEEN}\x7f-\x9f]", text)
    text.encode()
