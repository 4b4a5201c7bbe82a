"""Texts of strangers as they are shown."""

import json

import pytest

from opsmon.cli.output import print_pairs
from opsmon.probe.profile.text import clean_text
from opsmon.protocol.wire_text import shown
from opsmon.text.safe import escaped_json, is_seen, visible

# One or two of each kind that has no shape (DerivedCoreProperties.txt, Default_Ignorable_Code_Point), and marks.
WITHOUT_SHAPE = [
    "\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u180b", "\u180f", "\u200b", "\u202e", "\u2065",
    "\u2066", "\u2800", "\u3164", "\ufe00", "\ufe0f", "\ufeff", "\uffa0", "\ufff0", "\U0001bca0", "\U0001d173",
    "\U000e0041", "\U000e0100", "\U000e0fff",
]  # fmt: skip


@pytest.mark.parametrize("char", WITHOUT_SHAPE)
def test_what_has_no_shape_is_out_wherever_a_text_is_shown(char: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"moni{char}toring"
    assert not is_seen(text)
    assert visible(text) == clean_text(text) == "monitoring"
    assert char not in shown(text)
    document = escaped_json(json.dumps({"title": text}, ensure_ascii=False))
    assert char not in document
    assert json.loads(document) == {"title": text}
    print_pairs({"title": text})
    assert char not in capsys.readouterr().out


@pytest.mark.parametrize("text", ["核心交换机 3号楼", "Ünïcode e\u0301", "ｆｕｌｌ　ｗｉｄｔｈ"[:4], "한국어", "😀 ⠿"])
def test_what_people_write_stays(text: str) -> None:
    assert is_seen(text)
    assert visible(text) == clean_text(text) == shown(text) == text
