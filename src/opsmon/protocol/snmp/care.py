"""Finding the objects that an agent leaves unanswered, while a walk goes on around them.

A request that asks for several tables and is not answered says nothing of which table it is. So from the first such
silence on a walk asks one table at a time, first one row, then twice as many with each answer: what is asked beyond the
end of a table is another one, which may be the one that hangs. At a silence it goes back to one row, then to half of
the columns, down to one. The other columns of its table are then tried together: mostly the whole table hangs. If they
are silent as well the next one that hangs is looked for in the same way; a table of which nothing answers in between is
given up at the second such trial.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opsmon.protocol.snmp.codec.ber import encode_index, encode_oid
from opsmon.protocol.snmp.session import Index, Oid, SnmpValue
from opsmon.protocol.snmp.silence import Fence

Table = bytes
MAX_VAIN_TRIALS = 2  # of the other columns of a table together, before the whole of it is given up


@dataclass(frozen=True, slots=True)
class Caution:
    """What is known of an agent's silences before a walk. `doubtful` columns were not answered some time ago: a silence
    costs all of a table at once. `careful` is a walk of an agent that leaves something unanswered. Nothing is asked of
    a column beyond its fence, and no more `rows` of one (by its name) at once than it had the last time."""

    doubtful: bool = False
    careful: bool = False
    fences: Mapping[Oid, Fence] = field(default_factory=dict)
    rows: Mapping[bytes, int] = field(default_factory=dict)


NO_CAUTION = Caution()


class WalkedColumn:
    """One column under way: what it has so far and the name to go on from."""

    __slots__ = ("cells", "cursor", "fence", "is_open", "last_index", "name")

    def __init__(self, oid: Oid, fence: Fence | None = None, after: Index = ()) -> None:
        self.name = encode_oid(oid)
        self.fence = fence
        self.cursor = self.name + encode_index(after)
        self.last_index: Index = after
        self.cells: dict[Index, SnmpValue] = {}
        self.is_open = True

    @property
    def table(self) -> Table:
        """The entry that the column is of, as far as octets tell."""
        return self.name[:-1]


class Care:
    """How carefully a walk asks."""

    __slots__ = (
        "_doubtful", "_known_rows", "_rows", "_siblings", "_single_rows", "_taken", "_vain", "_widths", "most_answered",
    )  # fmt: skip

    def __init__(self, caution: Caution) -> None:
        self._doubtful = caution.doubtful
        self._taken = caution.doubtful or caution.careful
        self._known_rows = caution.rows
        self._rows: dict[Table, int] = {}  # how many are asked at a time
        self._single_rows: set[Table] = set()  # tables that stay with one
        self._widths: dict[Table, int] = {}  # how many of their columns at a time, while one that hangs is looked for
        self._siblings: Table = b""  # the table whose other columns are tried together
        self._vain: dict[Table, int] = {}  # how often that was in vain since the table last answered
        self.most_answered = 0  # bindings that one GETBULK brought

    @property
    def is_taken(self) -> bool:
        return self._taken

    @property
    def found_none(self) -> bool:
        """Whether it was GETBULK that was not answered, and no object: a row at a time was."""
        return bool(self._single_rows) and not self._doubtful

    def is_trial(self, group: Sequence[WalkedColumn], rows: int) -> bool:
        """Whether a silence of the group is only looked into, or costs nothing if it is believed too soon."""
        if not self._taken:
            return False
        return self._doubtful or bool(self._siblings) or len(group) > 1 or rows > 1 or bool(group[0].cells)

    def choose(self, opened: Sequence[WalkedColumn], most_names: int) -> tuple[list[WalkedColumn], int]:
        """The columns to ask together, and how many rows of them."""
        table = self._siblings or opened[0].table
        group = [column for column in opened if column.table == table]
        if not group:
            self._siblings = b""
            return self.choose(opened, most_names)
        group = group[: min(most_names, self._widths.get(table, len(group)))]
        return group, 1 if table in self._single_rows else self._rows_of(group)

    def _rows_of(self, group: Sequence[WalkedColumn]) -> int:
        """As many as every column of the group still has, as far as that is known."""
        lefts = [self._left(column) for column in group]
        known = [left for left in lefts if left is not None]
        if len(known) == len(lefts):
            return max(1, min(known))
        return min([self._rows.get(group[0].table, 1), *(max(1, left) for left in known)])

    def _left(self, column: WalkedColumn) -> int | None:
        rows = column.fence.rows if column.fence is not None else self._known_rows.get(column.name)
        return None if rows is None else rows - len(column.cells)

    def narrow(self, group: Sequence[WalkedColumn], *, rows: int) -> list[WalkedColumn]:
        """The group was not answered: the columns that are given up for it, none while it is not clear which."""
        table = group[0].table
        if not self._taken:
            self._taken = True
            return []
        if self._doubtful or (self._siblings == table and self._gives_up(table)):
            self._siblings = b""
            return list(group)
        self._siblings = b""
        self._single_rows.add(table)
        if rows > 1:
            return []
        if len(group) > 1:
            self._widths[table] = len(group) // 2
            return []
        self._widths.pop(table, None)
        self._siblings = table
        return list(group)

    def _gives_up(self, table: Table) -> bool:
        """The other columns of the table were silent together: whether that is enough."""
        self._vain[table] = self._vain.get(table, 0) + 1
        return self._vain[table] >= MAX_VAIN_TRIALS

    def note_answer(self, group: Sequence[WalkedColumn], bindings: int, rows: int) -> None:
        """The group was answered: what stands beside a silent column does not hang, and more may be asked."""
        self._siblings = b""
        if self._taken and group:
            table = group[0].table
            self._vain.pop(table, None)
            self._rows[table] = self._rows.get(table, 1) * 2
            self.most_answered = max(self.most_answered, bindings if rows > 1 else 0)
