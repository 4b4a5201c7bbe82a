"""Whether a configuration is the one that was kept. git and `var/` are two witnesses of the last good copy.

git has the text, `var/` its digest. Where they agree the text decides. Where git has another text (it was restored from
an older backup, somebody committed, a run was killed before it wrote its result) or none that can be read, the digest
does: what the device has is then stored anew, and no change is reported that was none. Pure.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from opsmon.backup.proof.configuration import normalised
from opsmon.backup.recipe import Recipe

_SALTED = re.compile(r"<secret-[0-9a-f]{16}>")


class Likeness(Enum):
    """What a text is to the last good copy."""

    SAME = "same"
    SECRETS = "secrets"  # only secrets differ: they were changed, or the make salts them anew
    OTHER = "other"
    FIRST = "first"  # there is no last good copy


@dataclass(frozen=True, slots=True)
class CopyComparison:
    """`text` is what git has, `digest` and `was_good` what `var/` says, `names` those of the nodes of one device."""

    recipe: Recipe
    text: str | None = field(repr=False)
    digest: str
    was_good: bool
    scrub: Callable[[str], str] = field(repr=False)
    names: tuple[str, ...] = ()

    def likeness(self, stored: str) -> Likeness:
        """`stored` is the text as it would be kept."""
        if self.text is None or not self._agree():
            return self._by_digest(stored)
        old, new = self._comparable(self.text), self._comparable(stored)
        if old != new:
            old = self._comparable(self.scrub(normalised(self.text, self.recipe)))  # by the rules of today
        if old == new:
            return Likeness.SAME
        return Likeness.SECRETS if masked(old) == masked(new) else Likeness.OTHER

    def is_stored(self, stored: str) -> bool:
        """Whether git has this text already."""
        return self.text is not None and self._comparable(self.text) == self._comparable(stored)

    def digest_of(self, stored: str) -> str:
        """What `var/` says of a text."""
        return hashlib.sha256(self._comparable(stored).encode("utf-8", "surrogateescape")).hexdigest()

    def _agree(self) -> bool:
        return self.text is not None and (not self.digest or self.digest_of(self.text) == self.digest)

    def _by_digest(self, stored: str) -> Likeness:
        if self.digest:
            return Likeness.SAME if self.digest_of(stored) == self.digest else Likeness.OTHER
        return Likeness.SAME if self.was_good else Likeness.FIRST  # nothing that is left tells of a change

    def _comparable(self, text: str) -> str:
        text = masked(text) if self.recipe.resalted else text
        if len(self.names) < 2 or self.recipe.hostname is None:
            return text
        return self.recipe.hostname.sub(self._unnamed, text)

    def _unnamed(self, found: "re.Match[str]") -> str:
        """The node of a pair that happens to be the active one is no change."""
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:start] + self.names[0] + found[0][end:] if found[1].strip("\"';") in self.names else found[0]


def masked(text: str) -> str:
    """A scrubbed text without what tells two secrets apart."""
    return _SALTED.sub("<secret>", text)
