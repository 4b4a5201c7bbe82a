"""Names of a root and of its daemon for completion: found by a look at the texts, not by loading them.

A file with a mistake in it gives its names all the same, and a thousand of them are read within a tenth of a second.
The daemon is asked for a moment only; where it is away, is another root's or wants a token, it gives none.
"""

import json
import re
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from opsmon.layout import SETTINGS_FILE

Word = tuple[str, str]  # a word, and what it is
ANSWER_WITHIN_S = 0.3
MAX_OF_A_RANGE = 10_000
_TEXT = r"[\"']?([^\s\"',}\]#]+)"
_SITE = re.compile(rf"^site: *{_TEXT}", re.MULTILINE)
_CONTRACT = re.compile(rf"^contract: *{_TEXT}", re.MULTILINE)
_NAME = re.compile(rf"\bname: *{_TEXT}")
_TITLE = re.compile(r"\btitle: *(?:\"([^\"]*)\"|'([^']*)'|([^,}\n#{]+))")
_ITEM = re.compile(r"^ *- ", re.MULTILINE)
_NUMBER = {key: re.compile(rf"\b{key}: *(\d+)") for key in ("first", "count", "number")}
_LISTEN = re.compile(r"^[^#\n]*\blisten: *[\"']?([^\s\"',}]+):(\d+)", re.MULTILINE)


def known_words(of: str, root: Path, begun: str) -> Iterator[Word]:
    """The names of a kind that begin with what is typed."""
    finder = _FINDERS.get(of)
    if finder is not None:
        yield from (word for word in finder(root) if word[0].startswith(begun))


def _texts(root: Path, pattern: str) -> Iterator[str]:
    for file in sorted(root.glob(pattern)):
        try:
            yield file.read_text("utf-8-sig", errors="replace")
        except OSError:
            continue


def _sites(root: Path) -> Iterator[Word]:
    for text in _texts(root, "inventories/**/*.yaml"):
        for found in _SITE.finditer(text):
            yield found[1], _title(text[found.end() :].split("\n- ", 1)[0])


def _devices(root: Path) -> Iterator[Word]:
    for text in _texts(root, "inventories/**/*.yaml"):
        for item in _ITEM.split(text)[1:]:
            found = _NAME.search(item)
            if found is not None:
                yield from _of_entry(found[1], item)


def _of_entry(name: str, item: str) -> Iterator[Word]:
    """A device, or all of a range."""
    if "{" not in name:
        yield name, _title(item)
        return
    pattern = re.search(r"name: *[\"']([^\"']+)[\"']", item)
    numbers = {key: int(found[1]) for key, one in _NUMBER.items() if (found := one.search(item))}
    start, count = numbers.get("number", numbers.get("first", 1)), min(numbers.get("count", 0), MAX_OF_A_RANGE)
    if pattern is None:
        return
    for number in range(start, start + count):
        try:
            yield pattern[1].format(n=number), ""
        except (ValueError, LookupError):
            return


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return next((one.strip() for one in found.groups() if one), "") if found is not None else ""


def _contracts(root: Path) -> Iterator[Word]:
    folder = root if (root / "rules").is_dir() else _stock()
    for text in _texts(folder, "rules/contracts/*.yaml"):
        yield from ((found[1], "") for found in _CONTRACT.finditer(text))


def _profiles(root: Path) -> Iterator[Word]:
    folder = root if (root / "probes").is_dir() else _stock()
    yield from ((file.stem, "") for file in sorted(folder.glob("probes/*.yaml")))


def _stock() -> Path:
    from opsmon.config.stock import stock_root

    return stock_root()


def _selectors(root: Path) -> Iterator[Word]:
    yield from _devices(root)
    yield from _sites(root)


def _incidents(root: Path) -> Iterator[Word]:
    """Those that are active, as the daemon of this very root tells them."""
    from opsmon.web.identity import ROOT_HEADER, as_header, dialled

    host, port = _address(root)
    connection = HTTPConnection(dialled(host), port, timeout=ANSWER_WITHIN_S)
    try:
        headers = {ROOT_HEADER: as_header(root.resolve())}
        connection.request("GET", "/api/v1/incidents?state=active&limit=100", headers=headers)
        answer = connection.getresponse()
        incidents = json.loads(answer.read()) if answer.status == 200 else []
    except (OSError, HTTPException, ValueError):
        return
    finally:
        connection.close()
    for one in incidents if isinstance(incidents, list) else []:
        yield str(one.get("id", "")), " ".join(str(one.get(key) or "") for key in ("condition", "device")).strip()


def _address(root: Path) -> tuple[str, int]:
    text = next(_texts(root, SETTINGS_FILE), "")
    found = _LISTEN.search(text)
    host, port = (found[1].strip("[]"), int(found[2])) if found is not None else ("127.0.0.1", 9876)
    return host, port


_FINDERS: dict[str, Callable[[Path], Iterator[Word]]] = {
    "site": _sites, "device": _devices, "contract": _contracts, "profile": _profiles, "selector": _selectors,
    "incident": _incidents,
}  # fmt: skip
