"""Takes the secrets out of a configuration and leaves a placeholder that tells nothing but whether two are equal.

A placeholder is an HMAC-SHA256 of the secret under a key of the root's own, cut to 64 bits: equal secrets give equal
placeholders within a root, different ones between roots, and a change of a password still shows as a difference. What
was scrubbed stays as it is when it is scrubbed again. A text that was cut anywhere, even in the middle of a secret, is
scrubbed as far as it goes. Nothing here keeps, logs or raises a secret.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

from opsmon.backup.scrub_blocks import Section, hide_key_blocks, holds_key
from opsmon.backup.scrub_rules import ALGORITHM, LOOKS, PROSE, RULES

PLACEHOLDER = re.compile(r"<secret-[0-9a-f]{16}>")
SHORTEST_KNOWN = 8  # a shorter secret of the inventory may be an ordinary word of the configuration
# A line without any of these holds no secret. Searched as plain words, because most lines have none of them.
_TRIGGERS = (
    "pass", "secret", "key", "communit", "cipher", "simple", "psk", "phrase", "auth", "priv", "com2sec", "sink", "snmp",
    "createuser", "usmuser", "trapsess", "wccp", "mgmtuser", "radius", "pre-share", " spi ", "bindpw", "aaa-server",
    "token", "securityname", "set name", "config ", "end\n", "enc ", "://", ":", "$", "%", "^", "@",
)  # fmt: skip


def _marked_lines(text: str) -> list[int] | None:
    """Where the lines begin that may hold a secret; None where every line may."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter that grows when it is lowered: places would not fit
        return None
    starts: set[int] = set()
    for word in _TRIGGERS:
        place = lowered.find(word)
        while place >= 0:
            starts.add(text.rfind("\n", 0, place) + 1)
            end = text.find("\n", place)
            place = lowered.find(word, end) if end >= 0 else -1
    return sorted(starts)


class Scrubber:
    """Scrubs with the key of one root. `known` are secrets of the inventory: they are taken out wherever they stand."""

    def __init__(self, key: bytes, known: Iterable[str] = ()) -> None:
        self._key = key
        words = sorted({word for word in known if len(word) >= SHORTEST_KNOWN}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, words))) if words else None

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
        text = hide_key_blocks(text, self.placeholder)
        scrubbed = self._scrub_lines(text)
        return self._known.sub(lambda found: self.placeholder(found[0]), scrubbed) if self._known else scrubbed

    def places(self, text: str, lines: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
        """Where lines (from 1) of a text are after it was scrubbed: private keys before them have become shorter."""
        if not lines or not holds_key(text):
            return lines
        every = text.split("\n")
        before = ("".join(f"{line}\n" for line in every[: number - 1]) for number, _ in lines)
        counts = [hide_key_blocks(part, self.placeholder).count("\n") for part in before]
        return tuple((count + 1, word) for count, (_, word) in zip(counts, lines, strict=True))

    def _scrub_lines(self, text: str) -> str:
        section, parts, copied = Section(), [], 0
        marked = _marked_lines(text)
        for start in _every_line(text) if marked is None else marked:
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            parts += [text[copied:start], self._scrub_line(text[start:end], section)]
            copied = end
        return "".join(parts) + text[copied:]

    def _scrub_line(self, line: str, section: Section) -> str:
        if named := section.secret_of(line):
            line = self._replaced(line, [named])
        if not PROSE.match(line):
            lowered = line.lower()
            for word, rule in RULES:
                if word in lowered:
                    line = self._apply(rule, line)
        return LOOKS.sub(self._hide_look, line)

    def _hide_look(self, found: "re.Match[str]") -> str:
        return self.placeholder(found[0]) if not PLACEHOLDER.search(found[0]) else found[0]

    def _apply(self, rule: re.Pattern[str], line: str) -> str:
        found = rule.search(line)
        if not found or _names_algorithm(line, found):
            return line
        spans = [found.span(name) for name, value in found.groupdict().items() if name.startswith("s") and value]
        return self._replaced(line, spans)

    def _replaced(self, line: str, spans: list[tuple[int, int]]) -> str:
        for start, end in sorted(spans, reverse=True):
            secret = line[start:end].rstrip(";\r") or line[start:end]
            if not PLACEHOLDER.search(secret):
                line = line[:start] + self.placeholder(secret) + line[start + len(secret) :]
        return line


def _every_line(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def _names_algorithm(line: str, found: "re.Match[str]") -> bool:
    """Whether the `cipher` of this match names an algorithm, as in `ssh server cipher aes256_ctr`."""
    algorithm = ALGORITHM.search(line)
    return algorithm is not None and algorithm.start() == found.start()
