"""One row of a ledger as an item of `devices:`, with a note for everything that it lacks and that was done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from opsmon.ledger.columns import label_name
from opsmon.ledger.heading import TableLayout
from opsmon.ledger.row_words import is_placeholder, kind_named, kind_within, name_from, suffixed
from opsmon.ledger.table.address_cell import read_addresses
from opsmon.ledger.table.cell_list import split_items, split_labels
from opsmon.model.device import Kind
from opsmon.text.bilingual import Text
from opsmon.text.near_miss import meant, shown

MAX_LABEL_CHARS = 200  # characters of a title or a label
LISTS = ("parents", "important", "formerly")
_MAY_SAY_NOTHING = ("address", "kind", "parents", "site", "contract", "service", "profile")


class Fate(StrEnum):
    """What becomes of a row: every row has one of these."""

    TAKEN = "taken"
    LEFT_OUT = "left out"  # what it says is no mistake, but it cannot be watched
    REFUSED = "refused"
    NO_DEVICE = "no device"


@dataclass(frozen=True, slots=True)
class Note:
    """What a row lacks, or what in it was changed, and what happens to it; `detail` is of this row alone."""

    line: int
    what: Text
    then: Text
    detail: str = ""


@dataclass(slots=True)
class Row:
    """A row while it is worked on. `mistakes` are pairs of a field and what is wrong with it, with a hint."""

    line: int
    fields: Mapping[str, str]
    fate: Fate = Fate.TAKEN
    name: str = ""
    addresses: tuple[str, ...] = ()
    entry: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    mistakes: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, what: Text, then: Text, detail: str = "") -> None:
        """Tell what was done with the row."""
        self.notes.append(Note(self.line, what, then, detail))

    def refuse(self, field_name: str, message: str, hint: str = "") -> None:
        """The row is not taken."""
        self.fate = Fate.REFUSED
        self.mistakes.append((field_name, message, hint))

    def devices(self) -> list[dict[str, object]]:
        """One item of `devices:` for each address of the row."""
        if len(self.addresses) == 1:
            return [{"name": self.name, "address": self.addresses[0], **self.entry}]
        return [{"name": suffixed(self.name, one), "address": one, **self.entry} for one in self.addresses]


def read_row(line: int, fields: Mapping[str, str], layout: TableLayout) -> Row:
    """The row with its fate, as far as it can be told from it alone."""
    said = {key: text for key, text in fields.items() if key not in _MAY_SAY_NOTHING or not is_placeholder(text)}
    row = Row(line, said)
    if not said.get("address"):
        row.fate = Fate.LEFT_OUT
        row.note(
            Text("no address", "没有地址"),
            Text("left out", "不导入"),
            said.get("name") or next(iter(said.values()), ""),
        )
        return row
    _take_addresses(row)
    _take_name(row)
    labels = _labels(row)
    _take_kind(row, labels, layout)
    _take_texts(row)
    if labels:
        row.entry["labels"] = {key: _cut(row, text) for key, text in labels.items()}
    return row


def _take_addresses(row: Row) -> None:
    cell = read_addresses(row.fields["address"])
    if cell.wrong:
        row.refuse("address", cell.wrong, cell.hint)
        return
    row.addresses = cell.found
    told = cell.told.en if cell.told else ""
    if len(cell.found) > 1:
        row.note(Text("a range of addresses", "地址段"), Text("one device for each", "每个地址一台设备"), told)
    elif cell.others:
        then = Text("the first is asked, the others are a label", "使用第一个，其余作为标签")
        row.note(Text("several addresses", "多个地址"), then, ", ".join((*cell.found, *cell.others)))
        row.entry["labels"] = {"addresses": " ".join(cell.others)}
    elif told:
        row.note(Text("address rewritten", "地址已规范化"), Text("taken", "导入"), told)


def _take_name(row: Row) -> None:
    written = row.fields.get("name", "")
    row.name = name_from(written)
    if not row.name and row.addresses:
        row.name = name_from(row.addresses[0].replace(":", "-"))
        then = Text("named by its address", "以地址命名")
        row.note(Text("no name", "没有名称") if not written else Text("name unusable", "名称不可用"), then, row.name)
    elif row.name != written:
        what = Text("name has blanks or signs", "名称含空格或符号")
        row.note(what, Text("changed, kept as the title", "已改写，原文作为标题"), f"{written} → {row.name}")
    if written and row.name != written and not row.fields.get("title"):
        row.entry["title"] = _cut(row, written)


def _labels(row: Row) -> dict[str, str]:
    own = row.entry.pop("labels", {})
    labels = dict(own) if isinstance(own, Mapping) else {}
    labels |= split_labels(row.fields.get("labels", ""))
    labels |= {
        key.removeprefix("label:"): text for key, text in row.fields.items() if key.startswith("label:") and text
    }
    return labels


def _take_kind(row: Row, labels: dict[str, str], layout: TableLayout) -> None:
    word = row.fields.get("kind", "")
    if kind := kind_named(word):
        row.entry["kind"] = kind
    elif word and (kind := kind_within(word)):
        row.entry["kind"] = kind
        row.note(Text("kind in other words", "类型用词不同"), Text("taken as", "视为"), f"{word} → {kind}")
    elif word and (hint := meant(word, [kind.value for kind in Kind])):
        row.refuse("kind", f"{shown(word)} is no kind", hint)
    elif word:
        row.entry["kind"] = Kind.OTHER.value
        heading = layout.by_field["kind"].heading
        labels.setdefault(label_name(heading) or "kind", word)
        row.note(
            Text("kind unknown", "类型未识别"), Text("`other`, the word is a label", "视为 other，原文作为标签"), word
        )
    else:
        words = (row.fields.get(key, "") for key in ("title", "name", "label:model"))
        kind = next((found for text in words if (found := kind_within(text))), "") or Kind.OTHER.value
        row.entry["kind"] = kind
        guessed = Text("guessed from its words", "按名称判断")
        then = guessed if kind != Kind.OTHER.value else Text("taken as `other`", "视为 other")
        row.note(Text("no kind", "没有类型"), then, f"{row.name}: {kind}")


def _take_texts(row: Row) -> None:
    for key in ("title", "service", "profile"):
        if row.fields.get(key):
            row.entry[key] = _cut(row, row.fields[key])
    for key in LISTS:
        if items := split_items(row.fields.get(key, "")):
            row.entry[key] = items


def _cut(row: Row, text: str) -> str:
    if len(text) > MAX_LABEL_CHARS:
        what = Text(f"a text of more than {MAX_LABEL_CHARS} characters", f"文字超过 {MAX_LABEL_CHARS} 字")
        row.note(what, Text("cut", "截断"), f"{text[:20]}…")
    return text[:MAX_LABEL_CHARS]
