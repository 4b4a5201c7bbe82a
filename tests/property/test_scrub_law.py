"""Wherever a secret stands in the grammar of lines that vendors write, it is hidden; what is hidden stays as it is.

The grammar: a template of a vendor, its indent, a sign of a difference, a word that takes the line back, a comment's
mark, quotes around the secret, blanks and carriage returns at the end, the lines around it.
"""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.backup.secrecy.scrub import MAX_LINE, PLACEHOLDER, Scrubber
from opsmon.bounds import CONFIGURATION_LINE_CHARS
from tests.support.backup.planted import HARMLESS
from tests.support.backup.secret_grammar import TEMPLATES

SCRUBBER = Scrubber(b"k" * 32)
SHOWING = 6
LETTERS = string.ascii_letters + string.digits
SECRETS = st.tuples(
    st.text(string.ascii_uppercase, min_size=2, max_size=2),
    st.text(string.digits, min_size=2, max_size=2),
    st.text(LETTERS + "!@^*_+.~", min_size=6, max_size=14),
    st.text(LETTERS, min_size=1, max_size=1),
).map("".join)
INDENTS = st.sampled_from(["", " ", "   ", "\t", "            "])
BEFORE = st.sampled_from(["", "", "", "no ", "undo ", "+", "-", "! ", "# ", "#", "!", "// "])
BEHIND = st.sampled_from(["", "", " ", "\r", "   ", "\t"])
NEIGHBOURS = st.sampled_from(["vlan 10", "#", "!", "", " description password of the hall", "interface Vlanif1"])


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, tuple[str, str]]:
    template = draw(st.sampled_from(TEMPLATES))
    secrets = draw(SECRETS), draw(SECRETS)
    if draw(st.booleans()) and " {0}" in template and template.count('"') == 0 and "$" not in template:
        template = template.replace(" {0}", ' "{0}"')
    line = draw(INDENTS) + draw(BEFORE) + template.format(*secrets).lstrip() + draw(BEHIND)
    return f"{draw(NEIGHBOURS)}\n{line}\n{draw(NEIGHBOURS)}\n", secrets


@given(lines())
def test_no_secret_of_the_grammar_survives(drawn: tuple[str, tuple[str, str]]) -> None:
    text, secrets = drawn
    scrubbed = SCRUBBER.scrub(text)
    for secret in secrets:
        assert secret[:SHOWING] not in scrubbed
    assert SCRUBBER.scrub(scrubbed) == scrubbed
    assert scrubbed.count("\n") == text.count("\n")


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_of_the_grammar(template: str) -> None:
    """Each once, so that none depends on what is drawn."""
    text = template.format("Zx7q8w9e1r", "Zy8t2y3u4i")
    scrubbed = SCRUBBER.scrub(text)
    assert "Zx7" not in scrubbed
    assert "Zy8" not in scrubbed
    assert PLACEHOLDER.search(scrubbed)


@given(st.sampled_from([line for line in HARMLESS if "\n" not in line]), INDENTS, st.sampled_from(["", "no ", "undo "]))
def test_what_is_no_secret_stays_readable(line: str, indent: str, before: str) -> None:
    text = f"{indent}{before}{line.lstrip()}\n"
    assert SCRUBBER.scrub(text) == text


PLACES = st.integers(0, MAX_LINE)
WORDS = st.sampled_from(["password", "snmp-server community", "secret 5"])


@given(PLACES, WORDS, st.sampled_from([9, 1_500]))
def test_a_secret_of_a_long_line_is_hidden_where_its_parts_meet(place: int, word: str, length: int) -> None:
    filler = "abcdefg " * (MAX_LINE // 8)
    secret = "Zx7" + "q" * length
    line = f"{filler[:place]} {word} {secret} {filler[place:]}"
    scrubbed = SCRUBBER.scrub(line + "\n")
    assert "Zx7" not in scrubbed
    assert "qqq" not in scrubbed
    assert scrubbed.endswith(filler[place:] + "\n")


LINES = st.text(st.sampled_from("a:= \t\"'$%\\x"), max_size=8)


@given(st.integers(CONFIGURATION_LINE_CHARS + 1, 9_000), LINES, LINES)
def test_a_line_longer_than_any_real_one_is_hidden_whole_and_says_so(length: int, before: str, pumped: str) -> None:
    line = (before + (pumped or " ") * length)[:length]
    scrubbed = SCRUBBER.scrub(f"sysname A\n{line}\nreturn\n")
    first, hidden, last, _ = scrubbed.split("\n")
    assert (first, last) == ("sysname A", "return")
    assert hidden == f"{SCRUBBER.placeholder(line)} in place of a line of {length} characters"
    assert SCRUBBER.scrub(scrubbed) == scrubbed


@given(st.integers(0, 40), st.integers(0, 5), st.booleans())
def test_a_key_whose_beginning_is_missing_is_hidden_up_to_its_end(count: int, blanks: int, ended: bool) -> None:
    lines = [" " * blanks + "QUJD" * 16] * count
    end = ["-----END RSA PRIVATE KEY-----"] if ended else []
    scrubbed = SCRUBBER.scrub("\n".join(["ip http port 80", *lines, *end, "# PRIVATE KEY", ""]))
    assert ("QUJD" in scrubbed) is (count > 0 and not ended)
    assert scrubbed.startswith("ip http port 80\n")
