"""Several values in one cell: semicolons between, quotes around a value that holds one, and back again."""

import re
from collections.abc import Iterable, Mapping

_SEPARATORS = ";；、\n"
_ITEM = re.compile(rf'\s*(?:"((?:[^"]|"")*)"|([^{_SEPARATORS}]*))\s*(?:[{_SEPARATORS}]|$)')
_LABEL = re.compile(rf'([^={_SEPARATORS}"]*)=(?:"((?:[^"]|"")*)"|([^{_SEPARATORS}]*))\s*(?:[{_SEPARATORS}]|$)')


def joined_items(items: Iterable[str]) -> str:
    """One cell for a list."""
    return ";".join(map(_quoted, items))


def joined_labels(labels: Mapping[str, str]) -> str:
    """One cell for labels: `venue=main-hall;floor=3`."""
    return ";".join(f"{key}={_quoted(value)}" for key, value in labels.items())


def _quoted(text: str) -> str:
    plain = text == text.strip() and not text.startswith('"') and not any(char in text for char in _SEPARATORS)
    return text if plain and text else '"' + text.replace('"', '""') + '"'


def split_items(cell: str) -> list[str]:
    """The items of a cell, empty ones left out."""
    found = (_text(match.group(1), match.group(2)) for match in _matches(_ITEM, cell))
    return [item for item in found if item]


def split_labels(cell: str) -> dict[str, str]:
    """The labels of a cell. A part without `=` is the name of a label without a value."""
    labels: dict[str, str] = {}
    position = 0
    while position < len(cell):
        match = _LABEL.match(cell, position)
        if match is not None:
            labels[match.group(1).strip()] = _text(match.group(2), match.group(3))
        else:
            match = _ITEM.match(cell, position)
            if match is None or match.end() == position:
                break
            if name := _text(match.group(1), match.group(2)):
                labels[name] = ""
        position = match.end()
    return labels


def _matches(pattern: re.Pattern[str], cell: str) -> Iterable[re.Match[str]]:
    position = 0
    while position < len(cell):
        match = pattern.match(cell, position)
        if match is None or match.end() == position:
            return
        yield match
        position = match.end()


def _text(quoted: str | None, plain: str | None) -> str:
    return quoted.replace('""', '"') if quoted is not None else (plain or "").strip()
