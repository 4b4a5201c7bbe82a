"""What has been read of one agent in one poll: by column, then by row. Each thing is asked for once."""

from collections.abc import Iterable, Mapping

from opsmon.protocol.snmp.session import NO_ROWS, Index, Oid, SnmpSession, SnmpValue, Walked

Instance = tuple[Oid, Index]
# Up to so many rows single instances are cheaper to get than the whole column is to walk.
FEW_ROWS = 40
Values = dict[Oid, Mapping[Index, SnmpValue]]


class Reader:
    """One agent during one poll. Both calls raise ProbeError when the agent does not answer at all.

    `unread` are the columns of which not everything was read that the agent may have: what is absent there is not gone.
    A reader that goes on with an `unfinished` one asks again for what that one left unread, and for `anew`; `values`
    then holds what both read, and `current` what this poll did. One that begins `after` rows where the time of another
    was over reads the rest of those columns.
    """

    def __init__(
        self,
        session: SnmpSession,
        unfinished: "Reader | None" = None,
        anew: Iterable[Instance] = (),
        after: Mapping[Oid, Index] = NO_ROWS,
    ) -> None:
        self.values: Values = {}
        self.problems: tuple[str, ...] = ()
        self.unread: set[Oid] = set()
        self.session = session
        self._got: dict[Oid, dict[Index, SnmpValue]] = {}
        self._walked: set[Oid] = set()
        self._asked: set[Instance] = set()
        self._after = dict(after)
        self._before: Values = {}  # the rows up to there, where they are known
        self.current: Values = self.values
        if unfinished is not None:
            self._go_on(unfinished, set(anew))

    def _go_on(self, unfinished: "Reader", anew: set[Instance]) -> None:
        left = unfinished.unread
        self.current = {}
        self.values |= {column: rows for column, rows in unfinished.values.items() if column not in left}
        self._before = unfinished.cut_off()
        self._after = {column: _last_of(rows) for column, rows in self._before.items()}
        self._walked |= unfinished._walked - left
        self._asked |= {instance for instance in unfinished._asked if instance[0] not in left} - anew

    def cut_off(self) -> Values:
        """The columns that the time was too short for, with the rows that they have so far."""
        columns = self.unread & self._walked if self.session.ran_out else set()
        return {column: rows for column in columns if (rows := self.values.get(column))}

    def ends(self) -> dict[Oid, Index]:
        """The last row of the columns that this session left off in. One that began late and came to its end is not
        among them: the next poll begins it at its first row, whatever else the time was too short for."""
        columns = self.cut_off()
        return {column: _last_of(rows) for column, rows in columns.items() if column in self.session.unread}

    @property
    def began_late(self) -> bool:
        """Whether some columns were read without their first rows."""
        return bool(self._after) and not self._before

    async def get(self, instances: Iterable[Instance]) -> None:
        """Reads single instances that have not been asked for."""
        wanted = {
            column + row: (column, row)
            for column, row in instances
            if column not in self._walked and (column, row) not in self._asked
        }
        if not wanted:
            return
        self._asked.update(wanted.values())
        for oid, value in (await self.session.get(tuple(wanted))).items():
            if (place := wanted.get(oid)) is not None:
                column, row = place
                self.put(column, row, value)
        if self.session.unread:
            self.unread |= {wanted[oid][0] for oid in self.session.unread if oid in wanted}

    def put(self, column: Oid, row: Index, value: SnmpValue) -> None:
        """Keeps a value as if it had been read."""
        rows = self._got.setdefault(column, {})
        rows[row] = value
        self.current[column] = rows
        if self.values is not self.current:
            self.values[column] = {**self.values.get(column, {}), **rows}

    async def walk(self, columns: Iterable[Oid]) -> None:
        """Reads whole columns that have not been read."""
        wanted = tuple(column for column in dict.fromkeys(columns) if column not in self._walked)
        if not wanted:
            return
        self._walked.update(wanted)
        walked = await self._walk(wanted)
        self.problems += walked.problems
        self.values.update(zip(wanted, walked.columns, strict=True))
        for column in self._before.keys() & set(wanted):
            self.values[column] = {**self._before[column], **self.values[column]}
        if self.values is not self.current:
            self.current.update(zip(wanted, walked.columns, strict=True))
        if self.session.unread:
            self.unread.update(column for column in wanted if column in self.session.unread)

    async def _walk(self, columns: tuple[Oid, ...]) -> Walked:
        after = {column: self._after[column] for column in columns if column in self._after} if self._after else {}
        if not after:
            return await self.session.walk(columns)
        if self.began_late:
            self.unread.update(after)
        return await self.session.walk(columns, after)

    async def read(self, instances: Iterable[Instance]) -> None:
        """Reads instances, walking those columns of which many rows are wanted."""
        rows: dict[Oid, list[Index]] = {}
        for column, row in dict.fromkeys(instances):
            if column not in self._walked and (column, row) not in self._asked:
                rows.setdefault(column, []).append(row)
        await self.walk(column for column, wanted in rows.items() if len(wanted) > FEW_ROWS)
        await self.get((column, row) for column, wanted in rows.items() if len(wanted) <= FEW_ROWS for row in wanted)

    def column(self, column: Oid) -> Mapping[Index, SnmpValue]:
        return self.values.get(column, {})


def _last_of(rows: Mapping[Index, SnmpValue]) -> Index:
    """The row that was read last: agents count upwards."""
    return next(reversed(list(rows)))
