"""A kind of device as a person types it: `switch`, 交换机, or another word that people use for it."""

import typer

from opsmon.ledger.row_words import kind_named
from opsmon.model.device import Kind
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.near_miss import meant, shown
from opsmon.text.vocabulary import kind_words

KIND_LIST = ", ".join(Kind)


def parse_kind(text: str) -> Kind:
    """The kind that a word of either language means. Raises typer.BadParameter with the word that is close."""
    kind = kind_named(text)
    if kind:
        return Kind(kind)
    listed = Sentence(f"one of {KIND_LIST}", f"可选：{KIND_LIST}")
    raise typer.BadParameter(
        filled("unknown word {} ({})", "无法识别 {}（{}）", shown(text), meant(text, kind_words()) or listed)
    )
