"""What keys do, and how they are read from what a terminal sends."""

import pytest

from opsmon.cli.top.column import columns_for
from opsmon.cli.top.figure import count, length, percent, rate, size
from opsmon.cli.top.keys import KeyReader
from opsmon.cli.top.state import MAX_FILTER, TopState, press
from opsmon.cli.top.tables import TABLES

PAGE, ROWS = 10, 35


def after(state: TopState, *keys: str) -> TopState:
    for key in keys:
        columns = columns_for(state.shown, 120, "en")
        state = press(state, key, columns, PAGE, ROWS)
    return state


def test_a_letter_chooses_a_table_and_tab_the_next_one() -> None:
    for table in TABLES.values():
        assert after(TopState(first=7, sort="name"), table.letter) == TopState(table.key)
    seen, state = [], TopState()
    for _ in TABLES:
        seen.append(state.table)
        state = after(state, "tab")
    assert seen == list(TABLES)
    assert state.table == "checks"


def test_s_goes_through_the_columns_that_are_shown_and_comes_round() -> None:
    keys = [column.key for column in columns_for(TABLES["checks"], 120, "en")]
    state, seen = TopState(), list[str]()
    for _ in keys:
        state = after(state, "s")
        seen.append(state.sort_key)
    assert set(seen) == set(keys)
    assert after(after(TopState(), "right"), "left").sort_key == TopState().sort_key
    assert after(TopState(), "S").reverse
    assert not after(TopState(), "S", "S").reverse
    assert not after(TopState(reverse=True), "s").reverse


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (("down",), 1), (("up",), 0), (("page_down",), 10), (("page_down",) * 9, 25), (("end",), 25),
        (("end", "home"), 0), (("end", "page_up"), 15), (("j", "j", "k"), 1),
    ],
)  # fmt: skip
def test_arrows_stay_within_the_table(keys: tuple[str, ...], first: int) -> None:
    assert after(TopState("devices"), *keys).first == first


def test_a_filter_is_typed_kept_and_left() -> None:
    typing = after(TopState("devices", first=5), "/", "q", "摄", "像", "backspace")
    assert (typing.wanted, typing.typing, typing.over, typing.first) == ("q摄", True, False, 0)
    kept = after(typing, "enter")
    assert (kept.wanted, kept.typing) == ("q摄", False)
    assert after(kept, "/", "x", "escape").wanted == "q摄"
    assert after(kept, "escape").wanted == ""
    assert len(after(TopState(), "/", *"x" * 200).wanted) == MAX_FILTER
    assert after(TopState(), "/", "up", "\x00").wanted == ""


def test_p_pauses_and_q_ends_and_what_nobody_knows_changes_nothing() -> None:
    assert after(TopState(), "p").paused
    assert not after(TopState(), "p", " ").paused
    assert after(TopState(), "q").over
    assert after(TopState(), "x", "enter", "backspace", "é") == TopState()


def test_keys_are_named() -> None:
    sent = b"q\x1b[A\x1b[B\x1bOC\x1b[5~\x1b[6~\x1b[H\x1bOF\r\t\x7f\x1b[4~"
    assert list(KeyReader().keys(sent)) == [
        "q", "up", "down", "right", "page_up", "page_down", "home", "end", "enter", "tab", "backspace", "end",
    ]  # fmt: skip


def test_a_sequence_that_nobody_knows_is_dropped_as_a_whole() -> None:
    assert list(KeyReader().keys(b"a\x1b[15~b\x1b[1;5Ac")) == ["a", "b", "c"]


def test_an_escape_alone_is_the_key() -> None:
    assert list(KeyReader().keys(b"\x1b")) == ["escape"]
    assert list(KeyReader().keys(b"\x1bq")) == ["escape", "q"]


@pytest.mark.parametrize("cut", range(1, 12))
def test_what_comes_in_two_pieces_is_the_same(cut: int) -> None:
    sent, reader = "摄\x1b[5~像\x1b[Bq".encode(), KeyReader()
    halves = [*reader.keys(sent[:cut]), *reader.keys(sent[cut:])]
    whole = ["摄", "page_up", "像", "down", "q"]
    assert halves == whole or "escape" in halves  # a cut right behind ESC cannot be told from the key


def test_octets_of_any_sort_break_nothing() -> None:
    reader = KeyReader()
    for first in range(256):
        list(reader.keys(bytes((first, 0x1B, 0x5B, first))))
    assert list(reader.keys(b"\x1b[Aq"))[-1] == "q"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (length(None), "-"), (length(0.0), "0 s"), (length(0.00085), "850 µs"), (length(0.0123), "12.3 ms"),
        (length(0.9996), "1.00 s"), (length(1.5), "1.50 s"), (length(60), "60.0 s"), (length(4000), "4,000 s"),
        (rate(0), "0"), (rate(0.034), "0.03"), (rate(41.23), "41.2"), (rate(1234.6), "1,235"), (rate(None), "-"),
        (percent(0.1234), "12.3 %"), (percent(0), "0 %"), (percent(None), "-"), (percent(1.5), "150 %"),
        (count(165458), "165,458"), (count(None), "-"), (size(181_000_000), "173 MiB"), (size(2**31), "2.00 GiB"),
    ],
)  # fmt: skip
def test_figures_have_three_digits_and_a_unit(written: str, expected: str) -> None:
    assert written == expected
