"""What may be quoted of a receiver's answer: a little, printable, and nothing of the address that it was asked at.

Many servers say in their 404 which path they did not find, and the path or the query of a chat robot's address is its
key. The answer may give it cut, decoded or escaped, so that every run of characters which the address has, too, is
hidden, not the address as a whole.
"""

from urllib.parse import unquote, unquote_plus, urlsplit

from opsmon.text.safe import visible

HIDDEN = "…"
_QUOTED_CHARS = 200
_RUN = 4  # characters in common with the address that are no accident


def quotation_of(answer: bytes, url: str) -> str:
    """One line of at most 200 characters; `url` is the whole address, with its key."""
    text = visible(answer.decode("utf-8", "replace"))
    return _without_runs(text, _keys_of(url))[:_QUOTED_CHARS].strip()


def _keys_of(url: str) -> frozenset[str]:
    """Every run of a path, a query and a user's name and password, as they stand and decoded, in small letters."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    secret = [*user.split(":", 1), f"{parts.path}?{parts.query}#{parts.fragment}"]
    forms = {_folded(decode(text)) for text in secret for decode in (str, unquote, unquote_plus) if len(text) >= _RUN}
    return frozenset(form[at : at + _RUN] for form in forms for at in range(len(form) - _RUN + 1))


def _without_runs(text: str, keys: frozenset[str]) -> str:
    folded = _folded(text)
    kept: list[str] = []
    hidden_until = 0
    for at, char in enumerate(text):
        if folded[at : at + _RUN] in keys:
            hidden_until = at + _RUN
        if at >= hidden_until:
            kept.append(char)
        elif not kept or kept[-1] != HIDDEN:
            kept.append(HIDDEN)
    return "".join(kept)


def _folded(text: str) -> str:
    """In small letters, character by character."""
    return "".join(char.lower() if char.isascii() else char for char in text)
