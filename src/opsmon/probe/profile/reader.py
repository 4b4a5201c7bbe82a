"""What has been read of one agent in one poll: by column, then by row. Each thing is asked for once."""

from collections.abc import Iterable, Mapping

from opsmon.probe.snmp.session import Index, Oid, SnmpSession, SnmpValue

Instance = tuple[Oid, Index]
# Up to so many rows single instances are cheaper to get than the whole column is to walk.
FEW_ROWS = 40


class Reader:
    """One agent during one poll. Both calls raise ProbeError when the agent does not answer."""

    def __init__(self, session: SnmpSession) -> None:
        self.values: dict[Oid, Mapping[Index, SnmpValue]] = {}
        self.problems: tuple[str, ...] = ()
        self._got: dict[Oid, dict[Index, SnmpValue]] = {}
        self._session = session
        self._walked: set[Oid] = set()
        self._asked: set[Instance] = set()

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
        for oid, value in (await self._session.get(tuple(wanted))).items():
            if (place := wanted.get(oid)) is not None:
                column, row = place
                self.values[column] = rows = self._got.setdefault(column, {})
                rows[row] = value

    async def walk(self, columns: Iterable[Oid]) -> None:
        """Reads whole columns that have not been read."""
        wanted = tuple(column for column in dict.fromkeys(columns) if column not in self._walked)
        if not wanted:
            return
        self._walked.update(wanted)
        walked = await self._session.walk(wanted)
        self.problems += walked.problems
        self.values.update(zip(wanted, walked.columns, strict=True))

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
