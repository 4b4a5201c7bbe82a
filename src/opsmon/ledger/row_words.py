"""Names and kinds as a row of a ledger writes them, turned into those of the inventory."""

import re

from opsmon.config.inventory.inventory_spec import is_name
from opsmon.ledger.columns import halfwidth
from opsmon.model.device import Kind
from opsmon.text.vocabulary import kind_of_word, kind_words

MAX_DEVICE_NAME_CHARS = 100
KINDS = frozenset(kind.value for kind in Kind)
PLACEHOLDERS = frozenset(
    {"-", "--", "/", "\\", "—", "——", "无", "n/a", "na", "none", "null", "暂无", "待定", "待分配", "?"}
)
_LATIN = re.compile(r"[a-z]+")
_CHINESE_WORDS = tuple(word for word in kind_words() if len(word) > 1 and not word.isascii())
_LATIN_WORDS = frozenset(word for word in kind_words() if word.isascii() and word.isalpha() and word != "other")


def is_placeholder(text: str) -> bool:
    """Whether a cell says in words that it says nothing."""
    return text.strip().lower() in PLACEHOLDERS


def name_from(text: str) -> str:
    """A text as a name: letters of any script stay; blanks and signs become `-`; "" where nothing is left."""
    plain = halfwidth(text).strip()
    if is_name(plain):
        return plain
    name = re.sub(r"[^\w.-]+", "-", plain).strip("-.")[:MAX_DEVICE_NAME_CHARS].strip("-.")
    return name if is_name(name) else ""


def suffixed(name: str, address: str) -> str:
    """The name with the address behind it, which stays the same whatever rows are added before it."""
    tail = "-" + re.sub(r"[^\w.-]+", "-", address).strip("-")
    return name[: MAX_DEVICE_NAME_CHARS - len(tail)] + tail


def kind_named(text: str) -> str:
    """The kind of a word that is exactly one, else ""."""
    kind = kind_of_word(halfwidth(text).strip().lower())
    return kind if kind in KINDS else ""


def kind_within(text: str) -> str:
    """The kind of the longest word for one within a text (`24口接入交换机`), the last of equals; else ""."""
    found = [(len(word), text.rfind(word), word) for word in _CHINESE_WORDS if word in text]
    if found:
        return kind_of_word(max(found)[2])
    latin = [word for word in _LATIN.findall(text.lower()) if word in _LATIN_WORDS]
    return kind_of_word(latin[-1]) if latin else ""
