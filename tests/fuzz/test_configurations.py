"""Whatever a shell says during a backup: drawn, decoded and scrubbed, in time that its length bounds."""

import re
import time

from hypothesis import example, given
from hypothesis import strategies as st

from opsmon.backup.device.greeting import ask_of
from opsmon.backup.device.pager import ANY_PAGER, is_closed, key_of, may_be_pager
from opsmon.backup.device.silence import demand_of, last_words, session_ended
from opsmon.backup.device.terminal import last_line, render
from opsmon.backup.proof.encoding import decoded, device_bytes, noted, parse_note, stored
from opsmon.backup.secrecy.scrub import MAX_LINE, PLACEHOLDER, Scrubber
from opsmon.bounds import CONFIGURATION_LINE_CHARS
from tests.support.backup.planted import SIMPLE
from tests.support.backup.secret_grammar import TEMPLATES
from tests.support.fuzz.rig import IS_FUZZING, examples, quickly

SCRUBBER = Scrubber(b"k" * 32, known=["community-of-the-root"])
SECRET = "Zx7q8w9e1rTy"
ESCAPES = st.sampled_from(
    ["\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[9999D", "\x1b[" + "9" * 5_000 + "D", "\x1b]0;title\x07", "\x1b]no end",
     "\x1b[", "\x1b", "\x08" * 40, "\r", "\r\n", "\n", "\x1b[31m", "\x1b(B", "\x9b2J", "\0", "--More--", "a" * 60, "中",
     "\x1b[42D"]
)  # fmt: skip
SHOWN = st.lists(ESCAPES | st.text(max_size=10), max_size=40).map("".join) | st.builds(
    lambda piece, count: (piece * count)[:200_000], ESCAPES, st.integers(1, 3_000)
)
WORDS = st.sampled_from(
    ["password", "cipher", "key", "secret", "community", "snmp-server", "user", "simple", "7", "5", "level 1", "set",
     "encrypted", '"', "'", '"\\', "<", ">", "=", ":", ";", "{", "#", "%^%#", "$1$", "neighbor", "ENC", "QUJD" * 16,
     "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----", "priv aes 128", "auth sha", "//u:p@h", "\t",
     "   ", "no", "!", "key 7", "md5", "config system snmp community", "snmp {", "/snmp community", "name=x", SECRET,
     "root:x:0:0:", "authentication-mode"]
)  # fmt: skip
LINES = st.lists(WORDS | st.text(max_size=8), max_size=12).map(" ".join) | st.builds(
    lambda word, sign, count: ((word + sign) * count)[:CONFIGURATION_LINE_CHARS],
    WORDS,
    st.sampled_from([" ", "", '"']),
    st.integers(1, 3_000),
)
JOINS = st.sampled_from(["\n", "\r\n", "\\\n", "\\\r\n   "])
PLAIN = [template for template in TEMPLATES if template.count("{") == template.count("{0}") + template.count("{1}")]


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = draw(st.lists(LINES, max_size=10))
    return "".join(line + draw(JOINS) for line in lines)


@examples(60)
@given(SHOWN)
def test_anything_is_drawn_and_its_last_line_read(raw: str) -> None:
    def look() -> None:
        text = render(raw)
        assert text.count("\n") == raw.count("\n")
        assert len(text) <= len(raw) + raw.count("\x1b") * 8_192
        line = last_line(raw[-600:])
        for usual in (" ", "\n"):
            key_of(line, usual)
        may_be_pager(line), is_closed(line), ask_of(raw[-600:]), demand_of(raw[-600:], line)
        re.search(ANY_PAGER, line)
        assert len(last_words(raw)) <= 300
        session_ended(raw[-65_536:], "display version")

    quickly(look)


@examples(60)
@given(texts())
@example("\\\n".join(["password Zx7q8w9e1rTy " * 40] * 60) + "\n")
@example(("key 7 " * 680)[:4_000] + "\n")
@example(' "\\' * 1_300 + "\n")
def test_a_configuration_is_scrubbed_in_little_time_for_each_line_and_again_without_change(text: str) -> None:
    began_s = time.thread_time()
    once = SCRUBBER.scrub(text)
    took_s = time.thread_time() - began_s
    assert not IS_FUZZING or took_s < 0.05 * (2 + len(text) / CONFIGURATION_LINE_CHARS)
    assert "community-of-the-root" not in once
    # A longer line is looked at in parts, and placeholders move where they meet: a word more may be hidden then.
    if max(map(len, once.split("\n"))) <= MAX_LINE and "\\" not in once:
        assert SCRUBBER.scrub(once) == once


@examples(60)
@given(st.sampled_from(PLAIN), texts(), texts(), st.sampled_from(["\n", "\r\n"]))
def test_a_planted_secret_is_hidden_whatever_stands_around_it(
    template: str, before: str, behind: str, end: str
) -> None:
    whole = before.replace("-----BEGIN", "").replace("-----END", "").replace(SECRET, "")
    whole = "".join(line if not line.endswith(("\\\n", "\\\r\n")) else "\n" for line in whole.splitlines(keepends=True))
    text = f"{whole}\n{template.format(SECRET, SECRET)}{end}{behind.replace(SECRET, '')}"
    assert SECRET not in SCRUBBER.scrub(text)


@examples(60)
@given(
    st.sampled_from([pair for pair in SIMPLE if "\n" not in pair[0]]),
    st.integers(0, 100),
    st.sampled_from(["\\\n", "\\\r\n  "]),
)
def test_places_and_folds_never_lose_a_line_or_show_a_part(planted: tuple[str, str], at: int, fold: str) -> None:
    line, secret = planted
    text = line[:at] + fold + line[at:] + "\n"
    scrubbed = SCRUBBER.scrub(text)
    assert SCRUBBER.scrub(scrubbed) == scrubbed
    assert secret not in scrubbed


@examples(60)
@given(
    st.lists(
        st.binary(max_size=30) | st.sampled_from([b"\xff" * 40, "中文".encode("gbk"), "中".encode(), b"\\x41"]),
        max_size=30,
    )
)
def test_any_octets_are_kept_and_come_back(lines: list[bytes]) -> None:
    octets = b"\n".join(line.replace(b"\n", b"") for line in lines)

    def look() -> None:
        text = decoded(octets.decode("utf-8", "surrogateescape"))
        assert text.raw == octets
        kept, escaped = stored(text.text)
        others, named = parse_note(noted(text.others, escaped))
        assert device_bytes(kept, text.encoding, others, named) == octets
        places = SCRUBBER.places(text.text, text.others)
        assert [word for _, word in places] == [word for _, word in text.others]

    quickly(look)


def test_the_lines_behind_a_private_key_are_found_where_they_are_then() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "QUJD\n" * 9 + "-----END RSA PRIVATE KEY-----\n"
    text = "first\n" + key + "name\n" + key + "last\n"
    places = SCRUBBER.places(text, ((1, "a"), (13, "b"), (25, "c")))
    scrubbed = SCRUBBER.scrub(text).split("\n")
    assert [scrubbed[number - 1] for number, _ in places] == ["first", "name", "last"]
    assert [word for _, word in places] == ["a", "b", "c"]
    assert PLACEHOLDER.fullmatch(scrubbed[2])
