"""The text of a configuration as it is kept: decoded, volatile lines out, blank ends off; what it says of itself."""

from opsmon.backup.proof.encoding import Decoded
from opsmon.backup.proof.volatile import volatile_lines
from opsmon.backup.recipe import Recipe

_BLANKS = " \t\r"  # no others: what looks like one may be a part of a character of another encoding


def normalised(text: str, recipe: Recipe) -> str:
    """Without the lines that change by themselves, without blanks at the ends of lines, one newline at the end."""
    return kept_of(Decoded(text), recipe).text


def kept_of(came: Decoded, recipe: Recipe) -> Decoded:
    """The same of a text with its encodings; line numbers are those of what is kept."""
    lines = came.text.split("\n")
    volatile = volatile_lines(lines, recipe)
    kept = [place + 1 for place in range(len(lines)) if place not in volatile]
    while kept and not lines[kept[0] - 1].strip(_BLANKS):
        kept.pop(0)
    while kept and not lines[kept[-1] - 1].strip(_BLANKS):
        kept.pop()
    others = came.chosen(kept).others if came.others else ()
    body = "\n".join([lines[number - 1].rstrip(_BLANKS) for number in kept])
    return Decoded(body + "\n" if body else "", came.encoding, others)


def hostname_of(text: str, recipe: Recipe) -> str:
    """The name that the configuration gives the device; empty where it gives none."""
    found = recipe.hostname.search(text) if recipe.hostname else None
    return found[1].strip("\"';") if found else ""


def author_of(text: str, recipe: Recipe) -> str:
    """Who made the last change, where the device writes it into its configuration."""
    found = recipe.author.search(text) if recipe.author else None
    return found[1] if found else ""
