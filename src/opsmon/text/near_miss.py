"""Words that a person typed and nobody knows: how they are shown, and the known word that was probably meant."""

import difflib
from collections.abc import Iterable

from opsmon.text.bilingual import Refusal, Sentence
from opsmon.text.safe import is_seen

DID_YOU_MEAN = "did you mean `{}`?"
DID_YOU_MEAN_ZH = "是否为 `{}`？"
MAX_SHOWN_CHARS = 60
CLOSE, VERY_CLOSE = 0.6, 0.8  # of `difflib`: 1 is the same word
CLOSE_OTHERWISE = 0.75


def shown(text: str) -> str:
    """A user's word between backticks, cut and without control characters, fit for one line of a terminal."""
    clean = "".join(char if is_seen(char) else "?" for char in text)
    return f"`{clean if len(clean) <= MAX_SHOWN_CHARS else clean[:MAX_SHOWN_CHARS] + '…'}`"


def nearest(word: str, known: Iterable[str], *, cutoff: float = CLOSE, language: str = "en") -> str:
    """`did you mean …?` when a known word is close, else an empty string."""
    lowered = {name.lower(): name for name in known}
    written = word.lower()[:MAX_SHOWN_CHARS]
    found = difflib.get_close_matches(written, lowered, n=1, cutoff=cutoff)
    question = DID_YOU_MEAN_ZH if language == "zh" else DID_YOU_MEAN
    return question.format(lowered[found[0]]) if found and not _is_another(found[0], written) else ""


def question(name: str) -> Sentence:
    """Whether that was meant, in both languages."""
    return Sentence(DID_YOU_MEAN.format(name), DID_YOU_MEAN_ZH.format(name))


def meant(word: str, known: Iterable[str], *, cutoff: float = CLOSE) -> Refusal:
    """The same question in both languages."""
    names = list(known)
    asked, asked_zh = (nearest(word, names, cutoff=cutoff, language=one) for one in ("en", "zh"))
    return Sentence(asked, asked_zh) if asked else ""


def _is_another(known: str, written: str) -> bool:
    """Whether a word that shares many letters begins otherwise and is of another length: `toaster` is no `other`."""
    if known[:1] == written[:1] or abs(len(known) - len(written)) < 2:
        return False
    return difflib.SequenceMatcher(None, known, written).ratio() < CLOSE_OTHERWISE
