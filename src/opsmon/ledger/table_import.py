"""A table of devices turned into inventory files, every row accounted for, every mistake told with its cell.

Nothing is written here: the caller gets the texts. What a row may say is what the inventory format may say; the rows
are validated by the same Spec. Rows in = rows taken + left out + refused + no device.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from opsmon.config.inventory.default_checks import PING_ONLY
from opsmon.config.inventory.inventory_spec import DeviceSpec, is_name
from opsmon.config.yaml.emit import emit_yaml
from opsmon.config.yaml.mistake import mistakes_of
from opsmon.config.yaml.problem import Problems
from opsmon.errors import Problem
from opsmon.ledger.columns import NOTHING
from opsmon.ledger.heading import TableLayout, find_layout
from opsmon.ledger.row import Fate, Note, Row, read_row
from opsmon.ledger.row_words import name_from
from opsmon.ledger.table.address_cell import read_addresses
from opsmon.ledger.table.raw_table import RawTable, column_letter
from opsmon.ledger.table.table_file import read_table
from opsmon.ledger.together import refuse_known, settle
from opsmon.model.device import Kind
from opsmon.text.bilingual import Text
from opsmon.text.near_miss import shown

_FOOTER = re.compile(
    r"合计|总计|小计|共计|备注[:：]|说明[:：]|注[:：]|制表|填表|审核|编制|total\b|sum\b", re.IGNORECASE
)
_SITE_WORDS = re.compile(r"(设备|资产|网络)*(清单|台账|台帐|明细|列表|一览|登记|汇总)*(表|册)?([（(].*[)）])?$")
_PING_ONLY = frozenset(kind.value for kind in PING_ONLY)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is said beside the table: the site of rows that name none, what the new sites have in common, `columns` by
    their bare heading or letter, and the devices of the root (`known`: their sites; `addresses`: their names), which
    only a comparison may name again."""

    site: str | None = None
    contract: str | None = None
    service: str | None = None
    snmp: Mapping[str, object] | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    comparing: bool = False


@dataclass(slots=True)
class ImportedSite:
    """A site while its rows are collected; `lines` are those of its devices in the table."""

    name: str
    head: dict[str, object]
    devices: list[dict[str, object]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def text(self) -> str:
        """The site as an inventory file."""
        return emit_yaml({**self.head, "devices": self.devices})


@dataclass(frozen=True, slots=True)
class TableImport:
    """What a table comes to. `fates` has every row under the heading by its line; `notes` are in the order of rows."""

    table: RawTable
    layout: TableLayout
    sites: tuple[ImportedSite, ...]
    fates: Mapping[int, Fate]
    notes: tuple[Note, ...]

    def rows(self, fate: Fate) -> list[int]:
        """The lines of the rows that have this fate."""
        return [line for line, one in self.fates.items() if one is fate]

    @property
    def devices(self) -> int:
        """How many devices all sites have."""
        return sum(len(site.devices) for site in self.sites)

    def problem(self, line: int, field_name: str, message: str, hint: str = "", *, warning: bool = False) -> Problem:
        """A problem in a cell; columns count cells, as a spreadsheet does."""
        return _problem(self.table, self.layout, line, field_name, message, hint, warning=warning)


def import_table(source: Path | RawTable, problems: Problems, wishes: Wishes | None = None) -> TableImport:
    """The sites of a table, or of a file that holds one, in order. Mistakes of rows are added to the problems.

    Raises ConfigError where the file is no table, or no heading is found in it.
    """
    wishes = wishes or Wishes()
    table = source if isinstance(source, RawTable) else read_table(source, wishes.sheet)
    layout = find_layout(table, wishes.columns, site_given=wishes.site is not None)
    fates: dict[int, Fate] = {}
    notes = [Note(line, what, then, f"{column_letter(i)}{line}") for line, i, what, then in table.doubts]
    rows = []
    for line, cells in layout.rows:
        if told := _no_device(cells, layout):
            fates[line] = Fate.NO_DEVICE
            notes.append(
                Note(line, told, Text("no device", "不是设备"), " ".join(dict.fromkeys(filter(None, cells)))[:60])
            )
        else:
            rows.append(read_row(line, _fields(cells, layout), layout))
    if not wishes.comparing:
        refuse_known(rows, wishes.known)
    settle(rows, wishes.known, wishes.addresses)
    sites = _Sites(table, layout, wishes, problems)
    for row in rows:
        sites.take(row)
        fates[row.line] = row.fate
        notes += row.notes
    problems_of_rows(table, layout, rows, problems)
    notes.sort(key=lambda note: note.line)
    return TableImport(table, layout, sites.found(), dict(sorted(fates.items())), tuple(notes))


def _fields(cells: list[str], layout: TableLayout) -> dict[str, str]:
    return {
        column.field: cells[column.index]
        for column in layout.columns
        if column.field != NOTHING and column.index < len(cells) and cells[column.index]
    }


def _no_device(cells: list[str], layout: TableLayout) -> Text:
    """Why a line is none of a device: the heading again, a sum, a title or a note between."""
    texts = [cell for cell in cells if cell]
    by_index = {column.index: column for column in layout.columns}
    headings = {column.heading for column in layout.columns}
    if len(texts) > 1 and all(text in headings for text in texts):
        return Text("the heading again", "重复的表头")
    address = layout.by_field["address"].index
    name = layout.by_field["name"].index if "name" in layout.by_field else -1
    filled = {index for index, cell in enumerate(cells) if cell}
    footer = _FOOTER.match(texts[0].replace(" ", "").replace("\u3000", ""))
    if footer and not (address in filled and read_addresses(cells[address]).found):
        return Text("a sum or a note", "合计或备注行")
    if address in filled and len(set(texts)) > 1:
        return Text("")
    used = {index for index in filled if by_index[index].field != NOTHING} if filled <= by_index.keys() else filled
    if not used:
        return Text("only its number", "只有序号")
    if len(set(texts)) == 1 and filled not in ({name}, {address}):
        return Text("a title or a note", "标题或说明行")
    return Text("")


class _Sites:
    """The sites of a table while its rows are put into them."""

    def __init__(self, table: RawTable, layout: TableLayout, wishes: Wishes, problems: Problems) -> None:
        self._table, self._layout, self._wishes, self._problems = table, layout, wishes, problems
        self._sites: dict[str, ImportedSite] = {}

    def take(self, row: Row) -> None:
        """The row's devices in its site; a row with a mistake stays out."""
        if row.fate is not Fate.TAKEN:
            return
        written = row.fields.get("site") or self._wishes.site or ""
        name = written if is_name(written) else name_from(written)
        if not name:
            row.refuse("site", f"{shown(written)} is no name of a site") if written else self._no_site(row)
            return
        head = self._head(name, written, row)
        found = self._sites.get(name) or ImportedSite(name, head)
        if head.get("contract") != found.head.get("contract"):
            row.refuse("contract", f"another contract than the rows of {shown(name)} before")
        devices = row.devices()
        for entry in devices:
            self._check(row, entry)
        if row.fate is Fate.TAKEN:
            self._sites[name] = found
            found.devices += devices
            found.lines += [row.line] * len(devices)
            self._note_access(row)

    def _head(self, name: str, written: str, row: Row) -> dict[str, object]:
        title = row.fields.get("site_title") or (written if written != name else "")
        contract = row.fields.get("contract") or self._wishes.contract
        said = {"title": title, "contract": contract, "service": self._wishes.service}
        snmp = {"defaults": {"snmp": dict(self._wishes.snmp)}} if self._wishes.snmp else {}
        return {"site": name, **{key: text for key, text in said.items() if text}, **snmp}

    def _no_site(self, row: Row) -> None:
        row.refuse("site", "the row names no site", f"a column `site`, or `--site {self._guess() or 'NAME'}`")

    def _guess(self) -> str:
        """The title over the table without `设备清单`, or the name of the sheet."""
        words = (_SITE_WORDS.sub("", text) for text in (*self._layout.before, self._table.sheet))
        return next(
            (name for word in words if (name := name_from(word)) and len(name) > 1 and "sheet" not in name.lower()), ""
        )

    def _check(self, row: Row, entry: dict[str, object]) -> None:
        try:
            DeviceSpec.model_validate(entry)
        except ValidationError as error:
            for mistake in mistakes_of(error, DeviceSpec, entry):
                row.refuse(str(mistake.steps[0]) if mistake.steps else "", mistake.message, mistake.hint)

    def _note_access(self, row: Row) -> None:
        kind = str(row.entry.get("kind", Kind.OTHER))
        if not self._wishes.snmp and kind not in _PING_ONLY:
            then = Text("pinged only; `--snmp env:NAME` for the site", "仅 ping；可用 --snmp env:变量名")
            row.note(Text("no SNMP community", "没有 SNMP 团体字"), then)

    def found(self) -> tuple[ImportedSite, ...]:
        """The sites in the order of their first rows."""
        return tuple(self._sites.values())


def problems_of_rows(table: RawTable, layout: TableLayout, rows: list[Row], problems: Problems) -> None:
    """Add what is wrong with the rows; a site that every row lacks is told once."""
    told_site = False
    for row in rows:
        for name, message, hint in row.mistakes:
            homeless = name == "site" and "site" not in layout.by_field
            if homeless and told_site:
                continue
            told_site = told_site or homeless
            problems.add(_problem(table, layout, row.line, name, message, hint))


def _problem(
    table: RawTable,
    layout: TableLayout,
    line: int,
    field_name: str,
    message: str,
    hint: str = "",
    *,
    warning: bool = False,
) -> Problem:
    column = layout.by_field.get(field_name)
    return Problem(table.path, line, column.index + 1 if column else 1, message, hint, field_name, warning)
