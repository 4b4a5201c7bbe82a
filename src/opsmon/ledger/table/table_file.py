"""The one table of a file that people mean: a CSV, or a sheet of a workbook."""

from collections.abc import Sequence
from pathlib import Path

from opsmon.errors import ConfigError, Problem
from opsmon.ledger.heading import heading_score
from opsmon.ledger.table.csv_file import read_csv
from opsmon.ledger.table.raw_table import RawTable
from opsmon.ledger.table.workbook import OLE_MARK, ZIP_MARK, read_workbook
from opsmon.text.bilingual import Sentence
from opsmon.text.count import counted
from opsmon.text.near_miss import meant, shown

LARGEST_TABLE = 64 * 1024 * 1024


def read_table(file: Path, sheet: str | None = None) -> RawTable:
    """The table of a file; of a workbook the named sheet, else the one that has a device list's headings.

    Raises ConfigError: for what is no table, and where several sheets may be meant.
    """
    content = _content(file)
    path = str(file)
    if content.startswith(OLE_MARK):
        hint = "open it in Excel or WPS and save it as .xlsx, without a password"
        raise ConfigError(
            (
                Problem(
                    path,
                    0,
                    0,
                    Sentence(
                        "is a workbook of the old kind (.xls), or one with a password",
                        "是旧格式工作簿（.xls），或设有密码",
                    ),
                    hint,
                ),
            )
        )
    if content.startswith(ZIP_MARK):
        return _one_sheet(path, read_workbook(path, content), sheet)
    if sheet is not None:
        raise ConfigError(
            (
                Problem(
                    path,
                    0,
                    0,
                    Sentence("is no workbook, so it has no sheets", "不是工作簿，没有工作表"),
                    Sentence("leave out `--sheet`", "请去掉 `--sheet`"),
                ),
            )
        )
    return read_csv(path, content)


def _content(file: Path) -> bytes:
    try:
        if file.exists() and not file.is_file():
            raise ConfigError((Problem(str(file), 0, 0, Sentence("is no regular file", "不是普通文件")),))
        with file.open("rb") as stream:
            content = stream.read(LARGEST_TABLE + 1)
    except OSError as error:
        raise ConfigError(
            (Problem(str(file), 0, 0, Sentence(f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}")),)
        ) from None
    if len(content) > LARGEST_TABLE:
        hint = "leave out pictures and other sheets, or save the sheet as CSV"
        raise ConfigError(
            (
                Problem(
                    str(file),
                    0,
                    0,
                    Sentence(f"is larger than {LARGEST_TABLE // 1024**2} MB", f"大于 {LARGEST_TABLE // 1024**2} MB"),
                    hint,
                ),
            )
        )
    return content


def _one_sheet(path: str, sheets: Sequence[RawTable], wanted: str | None) -> RawTable:
    named = {table.sheet: table for table in sheets}
    if wanted is not None:
        if wanted in named:
            return named[wanted]
        hint = meant(wanted, named) or f"it has {', '.join(map(shown, named))}"
        raise ConfigError(
            (
                Problem(
                    path,
                    0,
                    0,
                    Sentence(f"no sheet {shown(wanted)} that holds something", f"没有内容不空的工作表 {shown(wanted)}"),
                    hint,
                ),
            )
        )
    if not sheets:
        raise ConfigError((Problem(path, 0, 0, Sentence("has no sheet that holds something", "没有内容不空的工作表")),))
    lists = [table for table in sheets if heading_score(table) >= 2] or list(sheets)
    if len(lists) > 1:
        told = ", ".join(f"{shown(table.sheet)} ({counted(len(table.rows), 'lines')})" for table in lists)
        raise ConfigError(
            (
                Problem(
                    path,
                    0,
                    0,
                    Sentence(f"{len(lists)} sheets may be meant: {told}", f"可能是 {len(lists)} 个工作表之一：{told}"),
                    "`--sheet NAME`",
                ),
            )
        )
    return lists[0]
