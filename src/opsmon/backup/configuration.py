"""The text of a configuration as it is kept: decoded, volatile lines out, blank ends off; what it says of itself."""

import re

from opsmon.backup.recipe import Recipe

_SALTED = re.compile(r"<secret-[0-9a-f]{16}>")


def decoded(text: str) -> tuple[str, str]:
    """Text that came as UTF-8 with strays, and the encoding that it really is in: Chinese names are often GBK."""
    raw = text.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace"), "unknown"


def normalised(text: str, recipe: Recipe) -> str:
    """Without the lines that change by themselves, without blanks at the ends of lines, one newline at the end."""
    lines = [line.rstrip() for line in text.split("\n")]
    kept = [line for line in lines if not any(pattern.search(line) for pattern in recipe.volatile)]
    body = "\n".join(kept).strip("\n")
    return body + "\n" if body else ""


def comparable(text: str, recipe: Recipe) -> str:
    """What two stored texts are compared by. Some makes salt their secrets anew each time they show them."""
    return _SALTED.sub("<secret>", text) if recipe.resalted else text


def hostname_of(text: str, recipe: Recipe) -> str:
    """The name that the configuration gives the device; empty where it gives none."""
    found = recipe.hostname.search(text) if recipe.hostname else None
    return found[1].strip("\"';") if found else ""


def author_of(text: str, recipe: Recipe) -> str:
    """Who made the last change, where the device writes it into its configuration."""
    found = recipe.author.search(text) if recipe.author else None
    return found[1] if found else ""
