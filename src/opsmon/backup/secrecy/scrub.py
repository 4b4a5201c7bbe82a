"""Takes the secrets out of a configuration and leaves a placeholder that tells nothing but whether two are equal.

A placeholder is an HMAC-SHA256 of the secret under a key of the root's own, cut to 64 bits: equal secrets give equal
placeholders within a root, different ones between roots, and a change of a password still shows as a difference. What
was scrubbed stays as it is when it is scrubbed again. A text that was cut anywhere, even in the middle of a secret, is
scrubbed as far as it goes. Nothing here keeps, logs or raises a secret.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from opsmon.backup.secrecy.scrub_blocks import SectionTracker, hide_key_blocks, hide_routeros_communities, holds_key
from opsmon.backup.secrecy.scrub_rules import ALGORITHM, CERTAIN, COMMANDS, COMMENT, LEAD, LOOKS, PROSE, RULES
from opsmon.backup.secrecy.scrub_words import KEYWORDS, is_about_rules, is_between, secret_from, secret_words
from opsmon.bounds import CONFIGURATION_LINE_CHARS

PLACEHOLDER = re.compile(r"<secret-[0-9a-f]{16}>")
MIN_KNOWN = 8  # a shorter secret of the inventory is taken out as a whole word only: it may be a part of others
MIN_WORD = 3  # and a still shorter one guards nothing
MAX_LINE = 2_000  # a longer one is looked at in parts that overlap, so that the work grows with its length alone
OVERLAP = 500
MAX_LEADS = 4
MAX_LEAD = 200  # what tells of a secret stands close before it
MAX_FOLDS = 100
_MARK = "\ud800"  # of a line whose place is wanted: no text that was decoded holds it
_FOLD = re.compile(r"\\\r?\n")
_FOLD_AND_INDENT = re.compile(r"\\\r?\n[ \t]*")
Span = tuple[int, int]
# A line without any of these holds no secret. Searched as plain words, because most lines have none of them.
_COMMON = (
    "pass", "secret", "key", "communit", "cipher", "simple", "psk", "phrase", "auth", "priv", "snmp", "token", "pwd",
    "_pw", "-pw", "hash", "set name", "config ", "end\n", "enc ", "-aq==", "{s", "{c", ":", "$", "%", "^", "@", "mysql",
    "mariadb", "curl", "wget", "smbclient", "\\\n", "\\\r\n",  # a word may be cut where a line goes on
)  # fmt: skip
# Marks that stand in every other line: their rules need one of the words above as well.
_MARKS = frozenset({"set ", '"', "<", "=", "--", "-p", "-u"})
_RULE_WORDS = ({word for word, _ in RULES} | KEYWORDS) - _MARKS
_DIGITS_ALIKE = str.maketrans("123456789", "0" * 9)
_WORDS = (*_COMMON, *sorted(word for word in _RULE_WORDS if not any(common in word for common in _COMMON)))
_TRIGGERS = tuple(word.translate(_DIGITS_ALIKE) for word in _WORDS)


def _marked_lines(text: str) -> list[int] | None:
    """Where the lines begin that may hold a secret; None where every line may.

    Most lines of a configuration differ from another one in digits alone: the words are looked for once in each kind.
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter that grows when it is lowered: places would not fit
        return None
    lines = lowered.translate(_DIGITS_ALIKE).split("\n")
    marked = _lines_with_triggers("\n".join(dict.fromkeys(lines)) + "\n")
    starts = accumulate((len(line) + 1 for line in lines), initial=0)
    return [start for line, start in zip(lines, starts, strict=False) if line in marked] if marked else []


def _lines_with_triggers(text: str) -> set[str]:
    """The lines of a text, which ends with a line's end, that have one of the words."""
    marked: set[str] = set()
    for word in _TRIGGERS:
        place = text.find(word)
        while place >= 0:
            end = text.find("\n", place)
            marked.add(text[text.rfind("\n", 0, place) + 1 : end])
            place = text.find(word, end)
    return marked


class Scrubber:
    """Scrubs with the key of one root. `known` are secrets of the inventory: they are taken out wherever they stand."""

    def __init__(self, key: bytes, known: Iterable[str] = ()) -> None:
        self._key = key
        words = sorted({word for word in known if len(word) >= MIN_WORD}, key=len, reverse=True)
        self._known = re.compile("|".join(map(_known_pattern, words))) if words else None

    def __repr__(self) -> str:
        return "Scrubber(***)"

    def knowing(self, known: Iterable[str]) -> "Scrubber":
        """One that also takes these out."""
        return Scrubber(self._key, known)

    def placeholder(self, secret: str) -> str:
        """What stands for a secret; a placeholder stands for itself."""
        if PLACEHOLDER.fullmatch(secret):
            return secret
        digest = hmac.new(self._key, secret.encode("utf-8", "surrogateescape"), hashlib.sha256)
        return f"<secret-{digest.hexdigest()[:16]}>"

    def scrub(self, text: str) -> str:
        """The text without its secrets; its lines keep their number except those of private keys."""
        text = self._without_long_lines(hide_key_blocks(text, self.placeholder))
        text = hide_routeros_communities(text, self.placeholder)
        scrubbed = self._scrub_lines(text)
        if self._known:
            scrubbed = self._known.sub(lambda found: self.placeholder(found[0]), scrubbed)
        return self._without_long_lines(scrubbed)  # placeholders are longer than most secrets

    def _without_long_lines(self, text: str) -> str:
        """A line of more than CONFIGURATION_LINE_CHARS is hidden whole, and says so: no pattern is tried on it."""
        if len(text) <= CONFIGURATION_LINE_CHARS:
            return text
        lines = text.split("\n")
        return "\n".join(self._hide_line(line) if len(line) > CONFIGURATION_LINE_CHARS else line for line in lines)

    def _hide_line(self, line: str) -> str:
        return f"{self.placeholder(line)} in place of a line of {len(line)} characters"

    def places(self, text: str, lines: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
        """Where lines (from 1) of a text are after it was scrubbed: private keys before them have become shorter."""
        if not lines or not holds_key(text):
            return lines
        every = text.split("\n")
        for number, _ in lines:
            every[number - 1] += _MARK
        hidden = hide_key_blocks("\n".join(every), lambda secret: _MARK * secret.count(_MARK)).split("\n")
        numbers = [number for number, line in enumerate(hidden, 1) for _ in range(line.count(_MARK))]
        return tuple((number, word) for number, (_, word) in zip(numbers, lines, strict=True))

    def _scrub_lines(self, text: str) -> str:
        section, parts, copied = SectionTracker(), [], 0
        marked = _marked_lines(text)
        for start in _every_line(text) if marked is None else marked:
            if start < copied:
                continue  # a line that goes on with the one before
            end = _line_end(text, start)
            lines = text[start:end]
            lines = self._scrub_folded(lines) if "\n" in lines else lines
            parts += [text[copied:start], "\n".join(self._scrub_line(line, section) for line in lines.split("\n"))]
            copied = end
        return "".join(parts) + text[copied:]

    def _scrub_line(self, line: str, section: SectionTracker) -> str:
        named = section.secret_of(line)
        spans = [named] if named else []
        if not PROSE.match(line):
            spans += secret_spans(line)
        return LOOKS.sub(self._hide_look, self._replaced(line, spans) if spans else line)

    def _scrub_folded(self, block: str) -> str:
        """Lines of which each but the last ends with a backslash are one; a secret may be cut by the fold.

        Some take the blanks at the beginning of the next line for a part of the fold, some do not.
        """
        parts, copied = [], 0
        for start, end in _joined([*_folded_spans(block, _FOLD), *_folded_spans(block, _FOLD_AND_INDENT)]):
            hidden, folds = block[start:end], _FOLD.findall(block, start, end)
            if not PLACEHOLDER.search(hidden):
                parts += [block[copied:start], self.placeholder(_FOLD.sub("", hidden)), *folds]
                copied = end
        return "".join((*parts, block[copied:]))

    def _hide_look(self, found: "re.Match[str]") -> str:
        return self.placeholder(found[0]) if not PLACEHOLDER.search(found[0]) else found[0]

    def _replaced(self, line: str, spans: list[Span]) -> str:
        for start, end in reversed(_joined(spans)):
            secret = line[start:end].rstrip(";\r") or line[start:end]
            if not PLACEHOLDER.search(secret):
                line = line[:start] + self.placeholder(secret) + line[start + len(secret) :]
        return line


def secret_spans(line: str) -> list[Span]:
    """Where the secrets of a line are: by the words before them, and by the rules of the vendors."""
    found: list[Span] = []
    start = 0
    while True:
        part = line[start : start + MAX_LINE]
        found += [(begin + start, _word_end(line, end + start)) for begin, end in _spans_of(part)]
        if start + MAX_LINE >= len(line):
            return found
        start += MAX_LINE - OVERLAP


def _folded_spans(block: str, mark: re.Pattern[str]) -> list[Span]:
    """Where the secrets of a block are that is one line without its marks."""
    folds = [(0, 0), *((fold.start(), fold.end()) for fold in mark.finditer(block)), (len(block), len(block))]
    pieces = [(behind, begin) for (_, behind), (begin, _) in pairwise(folds)]
    places = [place for begin, end in pieces for place in range(begin, end)]
    spans = secret_spans("".join(block[begin:end] for begin, end in pieces))
    return [(places[start], places[end - 1] + 1) for start, end in spans if start < end]


def _spans_of(line: str) -> list[Span]:
    begin, comment = _start_of(line)
    body = line[begin:]
    walked = secret_words(body)
    ruled = [found for span in _ruled(body) if (found := _beyond_keywords(body, span, walked))]
    spans = [(start + begin, end + begin) for start, end in (*walked, *ruled)]
    if comment and not COMMANDS.match(body):
        return [span for span in spans if _is_no_plain_word(line[slice(*span)])]
    return spans


def _start_of(line: str) -> tuple[int, bool]:
    """Where the line itself begins, behind marks of comments and differences and `no`; whether it is a comment."""
    begin, comment = 0, False
    for _ in range(MAX_LEADS):
        before = begin
        if found := COMMENT.match(line, begin):
            begin, comment = found.end(), True
        if found := LEAD.match(line, begin):
            begin = found.end()
        if begin == before:
            break
    return begin, comment


def _ruled(line: str) -> list[Span]:
    lowered = line.lower()
    spans: list[Span] = []
    for word, rule in RULES:
        if word in lowered:
            for found in rule.finditer(line):
                if not _names_algorithm(line, found):
                    spans += [found.span(name) for name, value in found.groupdict().items() if name[0] == "s" and value]
    return spans


def _beyond_keywords(line: str, span: Span, walked: Sequence[Span]) -> Span | None:
    """The secret itself, where a rule took a vendor's keyword before it for one."""
    word, before = line[slice(*span)], line[span[0] - 1 : span[0]]
    if CERTAIN.search(line[max(0, span[0] - MAX_LEAD) : span[0]]) and not is_between(word.lower()):
        return span
    if before.isspace() and is_about_rules(word):
        return None
    if not before.isspace() or not (is_between(word.lower()) or word in KEYWORDS):
        return span
    beyond = secret_from(line, span[0])
    return beyond or (None if walked else span)


def _is_no_plain_word(text: str) -> bool:
    """In a comment people write sentences: `Password rotated` has no secret, `password Rot8ted!` has one."""
    return not (text.isalpha() and (text.islower() or text.istitle()))


def _joined(spans: list[Span]) -> list[Span]:
    """In order, those that overlap made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _word_end(line: str, end: int) -> int:
    """A word that a part of a long line cut off is a secret to its end."""
    if end % (MAX_LINE - OVERLAP) != OVERLAP and end != MAX_LINE:
        return end
    rest = re.compile(r"\S*").match(line, end)
    return rest.end() if rest else end


def _known_pattern(word: str) -> str:
    """Wherever it stands, or as a whole word where it is short enough to be a part of another."""
    plain = re.escape(word)
    return plain if len(word) >= MIN_KNOWN else rf"(?<![\w.-]){plain}(?![\w.-])"


def _line_end(text: str, start: int) -> int:
    """Where a line ends, with those that it goes on in after a backslash."""
    for _ in range(MAX_FOLDS):
        end = text.find("\n", start)
        if end < 0:
            return len(text)
        if not text.endswith("\\", 0, end - 1 if text[end - 1 : end] == "\r" else end):
            return end
        start = end + 1
    return end


def _every_line(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def _names_algorithm(line: str, found: "re.Match[str]") -> bool:
    """Whether the `cipher` of this match names an algorithm, as in `ssh server cipher aes256_ctr`."""
    return ALGORITHM.match(line, found.start()) is not None
