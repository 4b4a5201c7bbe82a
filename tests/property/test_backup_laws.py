"""Laws of the pure parts of backups: scrubbing hides and is steady, paging leaves no trace, sections join again."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opsmon.backup.device.terminal import render
from opsmon.backup.proof.sections import IncompleteTextError, join_sections, parse_sections
from opsmon.backup.recipe import Structure
from opsmon.backup.secrecy.scrub import PLACEHOLDER, Scrubber
from opsmon.backup.secrecy.scrub_words import is_about_rules
from tests.support.backup.far_end import ERASE, SHOW
from tests.support.backup.planted import HARMLESS, PLANTED, SIMPLE

SCRUBBER = Scrubber(b"k" * 32)
WORDS = st.text("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!@#&*+_.-", min_size=6, max_size=24).filter(
    lambda word: word[0].isalnum() and not word.isdigit() and word[-1].isalnum()
)
LINES = st.one_of(
    st.sampled_from([line for line, _ in PLANTED]), st.sampled_from(HARMLESS), st.text(max_size=60),
    st.text(' "{}$%^@#:;<>=|\\abcdefpasswordcipherkeysecretsimplecommunity0123456789', max_size=60),
)  # fmt: skip


@given(st.lists(LINES, max_size=8).map("\n".join))
@settings(max_examples=300)
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    once = SCRUBBER.scrub(text)
    assert SCRUBBER.scrub(once) == once


@given(st.sampled_from(SIMPLE), WORDS)
@settings(max_examples=300)
def test_a_secret_of_any_letters_does_not_survive(template: tuple[str, str], word: str) -> None:
    line, secret = template
    assume(word not in line)
    assume(not is_about_rules(word.lower()))  # `password expiry 90` has none: only where it is CERTAIN a word is hidden
    text = line.replace(secret, word, 1)
    assert word not in SCRUBBER.scrub(text)


@given(st.lists(st.sampled_from(PLANTED), min_size=1, max_size=6), st.integers(0, 400))
@settings(max_examples=300)
def test_a_text_cut_anywhere_shows_no_secret(planted: list[tuple[str, str]], cut: int) -> None:
    text = "\n".join(line for line, _ in planted)[:cut]
    scrubbed = SCRUBBER.scrub(text)
    for line, secret in planted:
        if ":19000:" not in line:  # a cut line of shadow alone looks like any `name:word`
            assert secret not in scrubbed


@given(st.lists(st.sampled_from([line for line, _ in PLANTED if "\n" not in line]), max_size=6))
def test_lines_keep_their_places(lines: list[str]) -> None:
    scrubbed = SCRUBBER.scrub("\n".join(lines)).split("\n")
    assert len(scrubbed) == max(len(lines), 1)
    assert all(PLACEHOLDER.search(line) for line in scrubbed if line)


PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30).map(str.rstrip)


@given(st.lists(PLAIN, min_size=1, max_size=30), st.integers(1, 10), st.sampled_from(sorted(ERASE)))
@settings(max_examples=200)
def test_a_pager_leaves_no_trace(lines: list[str], page: int, make: str) -> None:
    pager = ("  " if make == "vrp" else "") + SHOW[make][3] + ERASE[make]
    raw = ""
    for start in range(0, len(lines), page):
        raw += "".join(f"{line}\r\n" for line in lines[start : start + page])
        if start + page < len(lines):
            raw += pager
    shown = render(raw).split("\n")
    assert [line.rstrip() for line in shown[:-1]] == [line.rstrip() for line in lines]


@given(st.text("abc #!{}\n \"'", max_size=200), st.sampled_from(Structure))
@settings(max_examples=400)
def test_sections_join_to_the_text_or_are_refused(text: str, structure: Structure) -> None:
    text = text.strip("\n") + "\n" if text.strip("\n") else ""
    try:
        sections = parse_sections(text, structure)
    except IncompleteTextError:
        return
    assert join_sections(sections, structure) == text


@pytest.mark.parametrize("make", sorted(ERASE))
def test_every_make_has_a_pager(make: str) -> None:
    assert SHOW[make][3]
