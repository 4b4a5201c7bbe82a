"""What the rest of opsmon sees of an SNMP agent, whatever the version and the engine behind it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

Oid = tuple[int, ...]
Index = tuple[int, ...]
# Integers of every width are int; OCTET STRING, IpAddress and Opaque are bytes; Opaque floats (net-snmp) are float.
SnmpValue = int | float | bytes | Oid

NO_ROWS: Mapping[Oid, Index] = MappingProxyType({})


class RowCells(Mapping[Index, SnmpValue]):
    """A column by its rows and their cells, each in the agent's order. It is put together by row when somebody asks for
    one row; most columns of a poll are taken as they are."""

    __slots__ = ("_by_row", "cells", "rows")

    def __init__(self, rows: tuple[Index, ...], cells: tuple[SnmpValue, ...]) -> None:
        self.rows = rows
        self.cells = cells
        self._by_row: dict[Index, SnmpValue] | None = None

    @property
    def by_row(self) -> dict[Index, SnmpValue]:
        if self._by_row is None:
            self._by_row = dict(zip(self.rows, self.cells, strict=True))
        return self._by_row

    def __getitem__(self, row: Index) -> SnmpValue:
        return self.by_row[row]

    def __contains__(self, row: object) -> bool:
        return row in self.by_row

    def __iter__(self) -> Iterator[Index]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"RowCells({self.by_row!r})"


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk brought home: one mapping from row index to value for each column asked, in the order asked.

    Rows are in the agent's (ascending) order, values keyed by their index: a hole in one column shifts nothing. The
    mappings are the caller's own. `problems` says in words what was cut short and why (an agent that does not count
    upwards, a cap of the walk reached); what is there is sound all the same.
    """

    columns: tuple[Mapping[Index, SnmpValue], ...]
    problems: tuple[str, ...] = ()


class SnmpSession(Protocol):
    """One agent during one poll. Both calls raise ProbeError; both leave out what the agent says it does not have.

    `unread` are the columns and instances asked for of which not everything was read: the agent left them unanswered
    (then `silent` says in how many seconds they are asked again), the time was over, or a limit was reached. Their
    absence says nothing.
    """

    @property
    def unread(self) -> Collection[Oid]: ...

    @property
    def silent(self) -> Mapping[Oid, float]: ...

    def pauses(self, oids: Collection[Oid]) -> Mapping[Oid, float]:
        """Of these what is left out as silent at present, and for how many seconds yet; 0 is due to be asked again."""
        ...

    @property
    def ran_out(self) -> bool:
        """Whether the check's time was over before everything was read."""
        ...

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        """The values of exact instances; an instance that the agent has not (noSuchName, noSuchInstance) is absent."""
        ...

    async def walk(self, columns: Sequence[Oid], after: Mapping[Oid, Index] = NO_ROWS) -> Walked:
        """The columns of one or several tables, asked together: in as few requests as fit.

        Of a column in `after` the rows behind that one are asked: what comes before it is known already.
        """
        ...
