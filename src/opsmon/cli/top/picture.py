"""One picture of the load: the header, the tables to choose from, one table, and a line of keys. Pure."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text as Line

from opsmon.cli.top.column import GAP, Row, TopColumn, TopTable, chosen_rows, columns_for, widths_of
from opsmon.cli.top.header import header_lines
from opsmon.cli.top.state import TopState
from opsmon.cli.top.tables import FAINT, TABLES, WARN
from opsmon.text.bilingual import Text
from opsmon.text.safe import visible

_KEYS = Text(
    "q quit  s S sort  p pause  / filter  arrows scroll",
    "q 退出  s S 排序  p 暂停  / 筛选  方向键滚动",
)
_FILTER = Text("filter: {}", "筛选：{}")
_TYPING = Text("filter: {}_   Enter keeps, Esc leaves", "筛选：{}_   回车确定，Esc 取消")
_PAUSED = Text("paused", "已暂停")
_ROWS = Text("{} to {} of {}", "第 {} 至 {} 行，共 {} 行")
_NO_MATCH = Text("nothing of that name", "没有匹配的名称")
_MORE_LATE = Text("{} checks are late in all", "共 {} 项检查延误")
HEADING, CHOSEN = "bold reverse", "bold reverse"


class TopPicture:
    """A document as a screen of `width` times `height` cells, in a language. `trouble`: why it is an older one."""

    def __init__(self, load: Row, state: TopState, width: int, height: int, language: str, trouble: str = "") -> None:
        self._load, self._state, self._width, self._language = load, state, width, language
        self._trouble = trouble
        self.header = header_lines(load, width, language)[: max(min(height // 2, height - 4), 0)]
        self.columns = columns_for(state.shown, width, language)
        self.rows = chosen_rows(state.shown, load, state.sort_key, state.reverse, state.wanted)
        # Beside them a line of tables, the heading of the table, and the line at the bottom.
        self.page = max(height - len(self.header) - 3, 1)

    def lines(self) -> list[Line]:
        """As many as fit, each at most as wide as the screen."""
        state = self._state
        first = max(0, min(state.first, len(self.rows) - self.page))
        shown = self.rows[first : first + self.page]
        table = [heading_line(self.columns, self._width, self._language, state.sort_key, state.reverse)]
        table += [row_line(self.columns, row, self._width, self._language) for row in shown] or [self._nothing()]
        table += [Line()] * (self.page + 1 - len(table))
        return [
            *self.header,
            self._choice(),
            *(_cut(line, self._width) for line in table),
            self._bottom(first, len(shown)),
        ]

    def _nothing(self) -> Line:
        return Line((_NO_MATCH if self._state.wanted else self._state.shown.empty).in_(self._language), FAINT)

    def _choice(self) -> Line:
        """The tables by their keys, the one that is shown marked."""
        line = Line()
        for table in TABLES.values():
            is_shown = table.key == self._state.table
            line.append(f" {table.letter} ", "bold").append(
                _titled(table, self._load, self._language), CHOSEN if is_shown else ""
            )
            line.append(" ")
        line.truncate(self._width, overflow="crop")
        return line

    def _bottom(self, first: int, shown: int) -> Line:
        state, language = self._state, self._language
        if state.typing:
            return _cut(Line(_TYPING.in_(language).format(state.wanted), "bold"), self._width)
        if self._trouble:
            return _cut(Line(visible(self._trouble), "bold red"), self._width)
        pieces = [Line(_PAUSED.in_(language), f"bold {WARN}")] if state.paused else []
        if state.wanted:
            pieces.append(Line(_FILTER.in_(language).format(state.wanted), "bold"))
        if len(self.rows) > shown:
            pieces.append(Line(_ROWS.in_(language).format(first + 1, first + shown, len(self.rows))))
        line = Line("  ").join([*pieces, Line(_KEYS.in_(language), FAINT)])
        return _cut(line, self._width)


def whole_picture(load: Row, states: Sequence[TopState], width: int, language: str) -> list[Line]:
    """The header and every row of some tables, one below the other: what is printed once."""
    lines = header_lines(load, width, language)
    for state in states:
        columns = columns_for(state.shown, width, language)
        rows = chosen_rows(state.shown, load, state.sort_key, state.reverse, state.wanted)
        lines += [Line(), Line(_titled(state.shown, load, language), "bold")]
        lines.append(heading_line(columns, width, language, state.sort_key, state.reverse))
        lines += [row_line(columns, row, width, language) for row in rows]
        if not rows:
            lines.append(Line((_NO_MATCH if state.wanted else state.shown.empty).in_(language), FAINT))
    return lines


def _titled(table: TopTable, load: Row, language: str) -> str:
    """Of the late checks also how many there are."""
    title = table.title.in_(language)
    return f"{title} {load['late_count']}" if table.key == "late" and load["late_count"] else title


def heading_line(columns: Sequence[TopColumn], width: int, language: str, sort: str, reverse: bool) -> Line:
    """The headings; the one that the table is sorted by has an arrow."""
    line = Line()
    for place, (column, cells) in enumerate(zip(columns, widths_of(columns, width, language), strict=True)):
        mark = ("▼" if column.falls != reverse else "▲") if column.key == sort else ""
        line.append(" " * GAP if place else "", HEADING)
        line.append(_placed(column.heading.in_(language) + mark, cells, is_text=column.is_text), HEADING)
    line.append(" " * max(width - line.cell_len, 0), HEADING)
    return line


def row_line(columns: Sequence[TopColumn], row: Row, width: int, language: str) -> Line:
    """A row, each cell as wide as its column."""
    line = Line()
    for place, (column, cells) in enumerate(zip(columns, widths_of(columns, width, language), strict=True)):
        line.append(" " * GAP if place else "")
        line.append(_placed(visible(column.show(row, language)), cells, is_text=column.is_text), column.style(row))
    return line


def _placed(text: str, cells: int, *, is_text: bool) -> str:
    """Cut or filled to so many cells: words from the left, figures to the right."""
    if cell_len(text) > cells:
        return set_cell_size(text, cells - 1) + "…"
    return set_cell_size(text, cells) if is_text else " " * (cells - cell_len(text)) + text


def _cut(line: Line, width: int) -> Line:
    line.truncate(width, overflow="ellipsis")
    return line
