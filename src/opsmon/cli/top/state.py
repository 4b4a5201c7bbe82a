"""What the person at the screen has chosen, and what a key changes of it. Pure."""

from dataclasses import dataclass, replace

from opsmon.cli.top.column import TopColumn, TopTable
from opsmon.cli.top.tables import TABLES

BY_LETTER = {table.letter: table.key for table in TABLES.values()}
MAX_FILTER = 80
QUIT = ("q", "Q")


@dataclass(frozen=True, slots=True)
class TopState:
    """`first` is the row at the top of the table, `sort` "" for the column that the table is sorted by at first.
    `typing`: keys go into the filter, and `before` is what it was."""

    table: str = "checks"
    sort: str = ""
    reverse: bool = False
    first: int = 0
    paused: bool = False
    wanted: str = ""
    typing: bool = False
    before: str = ""
    over: bool = False

    @property
    def shown(self) -> TopTable:
        return TABLES[self.table]

    @property
    def sort_key(self) -> str:
        return self.sort or self.shown.sorted_by


def press(state: TopState, key: str, columns: tuple[TopColumn, ...], page: int, rows: int) -> TopState:
    """After a key, by its name in `keys.py`. `columns` are those shown, `page` the rows that fit, of `rows` in all."""
    if state.typing:
        return _typed(state, key)
    if key in QUIT:
        return replace(state, over=True)
    if key in BY_LETTER:
        return replace(state, table=BY_LETTER[key], sort="", reverse=False, first=0)
    if key == "tab":
        names = list(TABLES)
        following = names[(names.index(state.table) + 1) % len(names)]
        return replace(state, table=following, sort="", reverse=False, first=0)
    if key in ("s", "right", "left"):
        return _sorted_by_next(state, columns, -1 if key == "left" else 1)
    simple = {
        "S": replace(state, reverse=not state.reverse, first=0),
        "p": replace(state, paused=not state.paused),
        " ": replace(state, paused=not state.paused),
        "/": replace(state, typing=True, before=state.wanted),
        "escape": replace(state, wanted="", first=0),
    }
    return simple.get(key) or _scrolled(state, key, page, rows)


def _sorted_by_next(state: TopState, columns: tuple[TopColumn, ...], step: int) -> TopState:
    names = [column.key for column in columns]
    place = names.index(state.sort_key) if state.sort_key in names else -1
    return replace(state, sort=names[(place + step) % len(names)], reverse=False, first=0)


def _scrolled(state: TopState, key: str, page: int, rows: int) -> TopState:
    moves = {"up": -1, "k": -1, "down": 1, "j": 1, "page_up": -page, "page_down": page, "home": -rows, "end": rows}
    last = max(rows - page, 0)
    return replace(state, first=max(0, min(state.first + moves.get(key, 0), last)))


def _typed(state: TopState, key: str) -> TopState:
    if key == "enter":
        return replace(state, typing=False, first=0)
    if key == "escape":
        return replace(state, typing=False, wanted=state.before, first=0)
    if key == "backspace":
        return replace(state, wanted=state.wanted[:-1], first=0)
    if len(key) == 1 and key.isprintable():
        return replace(state, wanted=(state.wanted + key)[:MAX_FILTER], first=0)
    return state
