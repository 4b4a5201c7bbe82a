"""The rows of a table beside each other and beside the root: names that stand twice, parents that are meant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from opsmon.ledger.row import Fate, Row
from opsmon.ledger.row_words import is_placeholder, name_from, suffixed
from opsmon.text.bilingual import Text
from opsmon.text.near_miss import meant, shown

MAX_HINTS = 20  # near misses are looked for among all names, which takes long where there are many


def settle(rows: Sequence[Row], known: Mapping[str, str], addresses: Mapping[str, str]) -> None:
    """Give each row that is taken a name of its own and parents that exist; `known` are the devices of the root by
    name (their sites), `addresses` their names by address."""
    taken = [row for row in rows if row.fate is Fate.TAKEN]
    twins = _part_twins(taken)
    _check_names(taken)
    _Parents(taken, known, addresses, twins).settle()


def refuse_known(rows: Iterable[Row], known: Mapping[str, str]) -> None:
    """Refuse the rows that name a device of the root."""
    for row in rows:
        if row.fate is Fate.TAKEN and row.name in known:
            row.refuse(
                "name", f"two devices are named {shown(row.name)}", f"the other is of the site {known[row.name]}"
            )


def _part_twins(rows: Iterable[Row]) -> frozenset[str]:
    """Rows of one name at several addresses get the address behind it; the same device twice is refused."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.name].append(row)
    twins = {name: group for name, group in groups.items() if len(group) > 1}
    for name, group in twins.items():
        first: dict[str, int] = {}
        for row in group:
            if (line := first.setdefault(row.addresses[0], row.line)) != row.line:
                row.refuse("name", f"two devices are named {shown(name)}", f"the same address at line {line}")
        if len(first) > 1:
            _suffix(group, name)
    return frozenset(twins)


def _suffix(group: list[Row], name: str) -> None:
    for row in group:
        if row.fate is Fate.TAKEN:
            row.entry.setdefault("title", row.fields.get("name") or name)
            row.name = suffixed(name, row.addresses[0]) if len(row.addresses) == 1 else name
            what, then = (
                Text("name stands several times", "名称重复"),
                Text("its address is put behind it", "名称后加地址"),
            )
            row.note(what, then, row.name)


def _check_names(rows: Iterable[Row]) -> None:
    """What is still the same after that: a name that looks like one with an address behind it."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.fate is Fate.TAKEN:
            for device in row.devices():
                other = first.setdefault(str(device["name"]), row)
                if other is not row and row.fate is Fate.TAKEN:
                    told = f"two devices are named {shown(str(device['name']))}"
                    row.refuse("name", told, f"first at line {other.line}")


class _Parents:
    """Finds the devices that ledgers mean by a name, the text of a name, or an address."""

    def __init__(
        self, rows: Sequence[Row], known: Mapping[str, str], addresses: Mapping[str, str], twins: frozenset[str]
    ) -> None:
        self._rows, self._twins = rows, twins
        self._hints: dict[str, str] = {}
        devices = [device for row in rows if row.fate is Fate.TAKEN for device in row.devices()]
        self._names = {str(device["name"]) for device in devices} | known.keys()
        self._by_address = dict(addresses) | {str(device["address"]): str(device["name"]) for device in devices}

    def settle(self) -> None:
        """Replaces the parents of every row by those that exist."""
        for row in self._rows:
            if "parents" in row.entry and row.fate is Fate.TAKEN:
                found = [name for name in (self._meant(row, word) for word in _words(row)) if name]
                row.entry["parents"] = list(dict.fromkeys(found))
                if not found:
                    del row.entry["parents"]

    def _meant(self, row: Row, word: str) -> str:
        name = self._by_address.get(word) or name_from(word)
        own = {str(device["name"]) for device in row.devices()}
        if name in self._names and name not in own:
            return name
        told = "itself" if name in own else "several have it" if name in self._twins else self._hint(word)
        row.note(Text("parent unknown", "上级不明"), Text("left out", "不写入"), f"{word}: {told}")
        return ""

    def _hint(self, word: str) -> str:
        if word not in self._hints and len(self._hints) < MAX_HINTS:
            self._hints[word] = meant(word, self._names)
        return self._hints.get(word) or "no such device"


def _words(row: Row) -> list[str]:
    parents = row.entry.get("parents", [])
    return [str(word) for word in parents if not is_placeholder(str(word))] if isinstance(parents, list) else []
