"""Where the heading of a table is, and what each of its columns becomes: guessed, told with the reason, overruled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opsmon.config.inventory.address import is_address
from opsmon.errors import ConfigError, Problem
from opsmon.ledger.columns import (
    COLUMNS,
    NOTHING,
    PLACE_HEADINGS,
    bare_heading,
    holds_access_data,
    label_name,
    meaning_of,
)
from opsmon.ledger.table.raw_table import RawTable, column_letter
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import meant, shown

LOOKED_AT = 30  # lines from the top, for the heading
_VALUES_LOOKED_AT = 500
BY_HEADING = Text("by its heading", "按表头")
BY_VALUES = Text("by its values", "按内容")
CHOSEN = Text("--map", "--map 指定")
UNKNOWN = Text("unknown heading: a label", "未识别的表头：作为标签")
COUNTS_ROWS = Text("counts the rows", "行号")
ACCESS_DATA = Text("access data is no label: write `snmp:` or `ssh:`", "访问口令不作标签：请写入 snmp: 或 ssh:")
NO_HEADING = Text("no heading", "没有表头")
SECOND = Text("another column is surer", "另一列更确切")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it becomes (`name`, `label:floor`, NOTHING) and why; `sample` is its first value."""

    index: int
    heading: str
    field: str
    why: Text
    sample: str = ""

    @property
    def letter(self) -> str:
        """As spreadsheets name it."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The lines of the heading (numbers in the file), the texts over each column, what the columns become.

    `rows` are the lines under the heading.
    """

    lines: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[int, list[str]], ...]
    before: tuple[str, ...] = ()
    by_field: Mapping[str, Column] = field(default_factory=dict)


def heading_score(table: RawTable) -> int:
    """How many headings the best line near the top has that are known."""
    return max((len(_known(cells)) for _, cells in table.rows[:LOOKED_AT]), default=0)


def _known(cells: Sequence[str], chosen: Mapping[str, str] | None = None) -> set[str]:
    found = ((chosen or {}).get(bare_heading(cell)) or (meaning_of(cell) or ("", 0))[0] for cell in cells if cell)
    return {name for name in found if name}


def parse_map(words: Sequence[str]) -> dict[str, str]:
    """`列=field` as typed, by heading or letter. Raises ConfigError for a field that there is not."""
    chosen: dict[str, str] = {}
    for word in words:
        heading, equals, target = (part.strip() for part in word.rpartition("="))
        meaning = NOTHING if target == NOTHING else (meaning_of(target) or ("", 0))[0]
        if not equals or not heading or not meaning or (meaning == NOTHING and target != NOTHING):
            hint = meant(target, COLUMNS) or f"one of {', '.join(COLUMNS)}, `label:KEY`, or `-` to leave it out"
            raise ConfigError(
                (
                    Problem(
                        "",
                        0,
                        0,
                        Sentence(
                            f"--map {shown(word)}: no field {shown(target)}",
                            f"--map {shown(word)}：没有字段 {shown(target)}",
                        ),
                        hint,
                    ),
                )
            )
        chosen[bare_heading(heading)] = meaning
    return chosen


def find_layout(table: RawTable, chosen: Mapping[str, str], *, site_given: bool) -> TableLayout:
    """The heading and the columns of a table. Raises ConfigError where there is no heading."""
    place = _heading_place(table, chosen)
    lines, texts, after = _heading_texts(table, place, chosen)
    rows = table.rows[after:]
    width = max(len(cells) for _, cells in table.rows[place:])
    texts += [""] * (width - len(texts))
    _check_chosen(table, chosen, texts)
    columns = _Columns(texts, rows, chosen, site_given).all()
    by_field = {column.field: column for column in columns if column.field != NOTHING}
    if "address" not in by_field:
        hint = f'a heading `address` or `{COLUMNS["address"][0]}`, or `--map "HEADING=address"`'
        told = f"the column for `address` is missing among {', '.join(shown(text) for text in texts if text)}"
        raise ConfigError((Problem(table.path, lines[-1], 1, told, hint),))
    before = tuple(dict.fromkeys(cell for _, cells in table.rows[:place] for cell in cells if cell))
    return TableLayout(lines, columns, rows, before, by_field)


def _heading_place(table: RawTable, chosen: Mapping[str, str]) -> int:
    scored = [(len(_known(cells, chosen)), -place) for place, (_, cells) in enumerate(table.rows[:LOOKED_AT])]
    best, place = max(scored, default=(0, 0))
    if best >= 2 or (best and _known(table.rows[-place][1], chosen) & {"address", "name"}):
        return -place
    if best == 0 and any(len(letter) <= 2 and letter.isalpha() for letter in chosen):
        return 0
    hint = "one line near the top names the columns, such as 设备名称, IP地址, 设备类型 or name, address, kind"
    raise ConfigError(
        (
            Problem(
                table.path,
                0,
                0,
                Sentence(f"no heading in the first {LOOKED_AT} lines", f"前 {LOOKED_AT} 行没有表头"),
                hint,
            ),
        )
    )


def _heading_texts(table: RawTable, place: int, chosen: Mapping[str, str]) -> tuple[tuple[int, ...], list[str], int]:
    """A heading of two lines is one: what the line with the most names leaves open the other one says."""
    line, cells = table.rows[place]
    texts, lines = list(cells), [line]
    if place and len(_known(table.rows[place - 1][1], chosen)) >= 2:
        texts = _joined(texts, table.rows[place - 1][1])
        lines.insert(0, table.rows[place - 1][0])
    after = place + 1
    if after < len(table.rows) and _goes_on(table.rows[after][1], texts, chosen):
        below = table.rows[after][1]
        texts = _joined([text if meaning_of(text) else "" for text in below], texts)
        lines.append(table.rows[after][0])
        after += 1
    return tuple(lines), texts, after


def _joined(first: Sequence[str], second: Sequence[str]) -> list[str]:
    width = max(len(first), len(second))
    return [
        (first[i] if i < len(first) else "") or (second[i] if i < len(second) else "") for i in range(width)
    ]  # fmt: skip


def _goes_on(cells: Sequence[str], above: Sequence[str], chosen: Mapping[str, str]) -> bool:
    """Whether a line under a heading is more of it: known words under others, and nothing that a device would have."""
    fresh = [cell for i, cell in enumerate(cells) if cell and (i >= len(above) or cell != above[i])]
    return bool(fresh) and all(_known([cell], chosen) for cell in fresh)


def _check_chosen(table: RawTable, chosen: Mapping[str, str], texts: Sequence[str]) -> None:
    headings = {bare_heading(text): text for text in texts if text}
    letters = {column_letter(index).lower() for index in range(len(texts))}
    for name in chosen:
        if name not in headings and name not in letters:
            hint = meant(name, headings.values()) or f"the columns: {', '.join(headings.values())}"
            raise ConfigError(
                (
                    Problem(
                        table.path,
                        0,
                        0,
                        Sentence(f"--map: no column {shown(name)}", f"--map：没有列 {shown(name)}"),
                        hint,
                    ),
                )
            )


class _Columns:
    """The columns of one table while each is given its meaning."""

    def __init__(
        self, texts: list[str], rows: Sequence[tuple[int, list[str]]], chosen: Mapping[str, str], site_given: bool
    ) -> None:
        self._texts, self._chosen, self._site_given = texts, chosen, site_given
        # A line with one text alone is a title between the devices.
        looked_at = [cells for _, cells in rows[:_VALUES_LOOKED_AT] if len(set(filter(None, cells))) > 1]
        self._values = [[cells[i] for cells in looked_at if i < len(cells) and cells[i]] for i in range(len(texts))]
        self._meant: dict[int, tuple[str, Text]] = {}

    def all(self) -> tuple[Column, ...]:
        """Every column that has a heading or a value."""
        wanted = [i for i, text in enumerate(self._texts) if text or self._values[i]]
        candidates: dict[str, list[tuple[tuple[float, ...], int]]] = {}
        for i in wanted:
            self._consider(i, candidates)
        for name, found in candidates.items():
            found.sort()
            for _, i in found[1:]:
                self._meant[i] = ("", SECOND)
            if found:
                self._meant.setdefault(found[0][1], (name, BY_HEADING))
        if not any(name == "address" for name, _ in self._meant.values()):
            self._address_by_values(wanted)
        self._second_names(candidates.get("name", []))
        return tuple(self._column(i) for i in wanted)

    def _consider(self, i: int, candidates: dict[str, list[tuple[tuple[float, ...], int]]]) -> None:
        text = self._texts[i]
        by_hand = self._chosen.get(bare_heading(text)) if text else None
        by_hand = by_hand or self._chosen.get(column_letter(i).lower())
        if by_hand:
            self._meant[i] = (by_hand, CHOSEN)
            if by_hand != NOTHING:
                candidates.setdefault(by_hand, []).append(((-1.0,), i))
            return
        name, rank = meaning_of(text) or ("", 0)
        if name == "site" and self._site_given and bare_heading(text) in PLACE_HEADINGS:
            name = "label:location"
        if name == NOTHING or (name == "name" and self._counts(i)):
            self._meant[i] = (NOTHING, ACCESS_DATA if holds_access_data(text) else COUNTS_ROWS)
        elif name:
            candidates.setdefault(name, []).append((self._surety(name, rank, i), i))

    def _counts(self, i: int) -> bool:
        """Whether the values are 1, 2, 3 …"""
        numbers = [int(value) for value in self._values[i] if value.isascii() and value.isdigit()]
        return len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    def _surety(self, name: str, rank: int, i: int) -> tuple[float, ...]:
        """Less is surer: by what the values are where that tells more than the heading."""
        values = self._values[i]
        if name == "name":
            return (0.0 if len(set(values)) == len(values) else 1.0, rank, i)
        if name == "address":
            return (-round(self._addresses(i), 1), rank, i)
        return (rank, i)

    def _addresses(self, i: int) -> float:
        values = self._values[i]
        return sum(1 for value in values if is_address(value)) / len(values) if values else 0.0

    def _address_by_values(self, wanted: list[int]) -> None:
        free = [i for i in wanted if i not in self._meant and self._addresses(i) >= 0.5]
        if free:
            self._meant[max(free, key=self._addresses)] = ("address", BY_VALUES)

    def _second_names(self, found: list[tuple[tuple[float, ...], int]]) -> None:
        """A column of names that are not unique says what the devices are."""
        if len(found) > 1 and not any(name == "title" for name, _ in self._meant.values()):
            self._meant[found[1][1]] = ("title", SECOND)

    def _column(self, i: int) -> Column:
        text = self._texts[i]
        name, why = self._meant.get(i, ("", UNKNOWN))
        if not name:
            name = self._free_label(label_name(text)) if text else NOTHING
            why = why if text else NO_HEADING
        self._meant[i] = (name, why)
        sample = next((value for value in self._values[i] if value != text), "")
        return Column(i, text, name, why, "***" if sample and why is ACCESS_DATA else sample)

    def _free_label(self, label: str) -> str:
        taken = {name for name, _ in self._meant.values()}
        names = [f"label:{label}", *(f"label:{label[:90]}-{n}" for n in range(2, len(self._texts) + 2))]
        return next(name for name in names if name not in taken) if label else NOTHING
