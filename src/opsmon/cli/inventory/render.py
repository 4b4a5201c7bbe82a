"""What an import says before and after it writes: each column, each row that is not simply taken, each file."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from opsmon.cli.output import print_table, say
from opsmon.ledger.apply import Plan
from opsmon.ledger.columns import field_text
from opsmon.ledger.row import Fate, Note
from opsmon.ledger.table_import import TableImport
from opsmon.text.bilingual import Text
from opsmon.text.count import counted
from opsmon.text.near_miss import shown

MAX_SAMPLE = 32
MAX_LINES_SHOWN = 8  # runs of rows
FATES: Mapping[Fate, Text] = {
    Fate.TAKEN: Text("taken", "导入"),
    Fate.LEFT_OUT: Text("left out", "不导入"),
    Fate.REFUSED: Text("refused", "拒绝"),
    Fate.NO_DEVICE: Text("no device", "不是设备"),
}

NOT_WRITTEN = Text("nothing is written yet; add --yes", "尚未写入；确认后加 --yes")
NOTHING_TO_WRITE = Text("nothing to write", "没有可写入的设备")
REFUSED_ROWS = Text(
    "nothing is written: mend the rows that are refused, or leave them out with --skip-refused",
    "没有写入：请改正被拒绝的行，或用 --skip-refused 跳过",
)


def file_line(name: str, written: Sequence[str], devices: int) -> Text:
    """What became of one file."""
    if name in written:
        return Text(f"wrote {name}: {counted(devices, 'devices')}", f"已写入 {name}：{devices} 台设备")
    return Text(f"would write {name}: {counted(devices, 'devices')}", f"将写入 {name}：{devices} 台设备")


def print_import(plan: Plan, language: str) -> None:
    """The columns, what the rows lack, and the account of all rows."""
    _print_columns(plan.found, language)
    print_account(plan, language)


def print_account(plan: Plan, language: str) -> None:
    """What the rows lack, and the account of all rows."""
    _print_notes(plan.found.notes, language)
    say(_account_of(plan.found).in_(language))


def _account_of(found: TableImport) -> Text:
    """`24 rows = 20 taken (31 devices) + 2 left out + 1 refused + 1 no device`"""
    counts = {fate: len(found.rows(fate)) for fate in Fate}
    total = len(found.fates)
    parts = [(fate, number) for fate, number in counts.items() if number or fate is Fate.TAKEN]
    english = " + ".join(_counted_fate(found, fate, number, "en") for fate, number in parts)
    chinese = " + ".join(_counted_fate(found, fate, number, "zh") for fate, number in parts)
    return Text(f"{counted(total, 'rows')} = {english}", f"共 {total} 行 = {chinese}")


def _counted_fate(found: TableImport, fate: Fate, number: int, language: str) -> str:
    devices = counted(found.devices, "devices") if language == "en" else f"{found.devices} 台设备"
    word = FATES[fate].in_(language)
    return f"{number} {word}" + (f" ({devices})" if fate is Fate.TAKEN else "")


def _print_columns(found: TableImport, language: str) -> None:
    heading = ", ".join(map(str, found.layout.lines))
    sheet = found.table.sheet
    where = Text(
        f"{Path(found.table.path).name}{f', sheet {shown(sheet)}' if sheet else ''}, heading in line {heading}",
        f"{Path(found.table.path).name}{f'，工作表 {shown(sheet)}' if sheet else ''}，表头在第 {heading} 行",
    )
    say(where.in_(language))
    english, chinese = ("column", "heading", "becomes", "why", "sample"), ("列", "表头", "成为", "依据", "示例")
    rows = (
        (one.letter, one.heading, field_text(one.field).in_(language), one.why.in_(language), _short(one.sample))
        for one in found.layout.columns
    )
    print_table(chinese if language == "zh" else english, rows)
    say()


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= MAX_SAMPLE else f"{line[: MAX_SAMPLE - 1]}…"


def _print_notes(notes: Sequence[Note], language: str) -> None:
    """What rows lack and what becomes of them, equal ones together."""
    if not notes:
        return
    groups: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        groups.setdefault((note.what.in_(language), note.then.in_(language)), []).append(note)
    titles = ("行", "情况", "处理", "例") if language == "zh" else ("rows", "what", "what happens", "such as")
    print_table(titles, ((runs(n.line for n in group), *key, _short(group[0].detail)) for key, group in groups.items()))
    say()


def runs(lines: Iterable[int]) -> str:
    """`4-9, 12`; a long list is cut, with how many there are."""
    numbers = sorted(set(lines))
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in found]
    more = f", … ({len(numbers)})" if len(words) > MAX_LINES_SHOWN else ""
    return ", ".join(words[:MAX_LINES_SHOWN]) + more


def import_json(plan: Plan, written: Sequence[str]) -> dict[str, object]:
    """The whole of an import as plain data; `written` are the files that were written."""
    found = plan.found
    return {
        "written": list(written),
        "sites": [{"site": site.name, "devices": len(site.devices)} for site in found.sites],
        "sheet": found.table.sheet or None,
        "heading_lines": list(found.layout.lines),
        "columns": [
            {
                "column": one.letter,
                "heading": one.heading,
                "becomes": None if one.field == "-" else one.field,
                "why": one.why.en,
                "sample": one.sample,
            }
            for one in found.layout.columns
        ],
        "rows": {"total": len(found.fates), **{fate.name.lower(): len(found.rows(fate)) for fate in Fate}},
        "notes": [
            {"row": note.line, "what": note.what.en, "then": note.then.en, "detail": note.detail}
            for note in found.notes
        ],
        "refused": [
            {"row": one.line, "column": one.column, "field": one.key, "message": one.message, "hint": one.hint}
            for one in plan.mistakes
        ],
    }
