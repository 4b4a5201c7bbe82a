"""A walk over the columns of one or several tables: GETBULK in as few requests as fit, GETNEXT where that fails.

Promises: values are keyed by row index, so that a hole or a row that vanishes between two requests shifts nothing; a
column ends at the first name outside it; names that do not count upwards end their column with a problem in words, and
what came before stays; every walk ends, within its Limits. All columns are asked side by side, as many rows at a time
as fill one unfragmented datagram.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from opsmon.protocol.snmp.care import NO_CAUTION, Care, Caution, WalkedColumn
from opsmon.protocol.snmp.codec.ber import MalformedBerError, decode_index, decode_oid
from opsmon.protocol.snmp.codec.message import VERSION_1, ErrorStatus, Pdu, Request, Response
from opsmon.protocol.snmp.codec.value import Cell, Marker
from opsmon.protocol.snmp.operation import AgentQuirks, Hints, WalkLimits, refusal, status_name
from opsmon.protocol.snmp.packing import choose_rectangle, rows_to_come
from opsmon.protocol.snmp.session import NO_ROWS, Index, Oid, SnmpValue
from opsmon.protocol.snmp.silence import Fence

RESPONSE_OCTETS = 1472  # what one Ethernet frame holds under IP and UDP
MAX_ROWS_ASKED = 50  # more upsets some agents
_MIN_OCTETS_PER_BINDING = 8.0
_NOTABLE_OCTETS = 1.0
_FULL_OCTETS = 1200  # what a datagram of 1,472 octets holds at least when no other row fits in
_SILENCES_BEFORE_GENTLER = 2
_SILENCES_BEFORE_GETNEXT = 3


class Walk:
    """Walks `columns`; the columns are whole when `request` is None."""

    def __init__(
        self,
        columns: Sequence[Oid],
        quirks: AgentQuirks,
        limits: WalkLimits,
        version: int,
        hints: Hints | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        caution: Caution = NO_CAUTION,
        after: Mapping[Oid, Index] = NO_ROWS,
    ) -> None:
        self._columns = [WalkedColumn(oid, caution.fences.get(oid), after.get(oid, ())) for oid in columns]
        self._quirks = quirks
        self._limits = limits
        self._may_bulk = version != VERSION_1
        self._hints = self.hints = hints or Hints()
        self._room = self._hints.room
        self._monotonic = monotonic
        self._started_s = monotonic()
        self._requests = 0
        self._octets = 0
        self._bindings = 0
        self._problems: list[str] = []
        self._last_error = 0
        self._answered = False  # ever with anything but an error
        self._doubts_bulk = False  # GETBULK went wrong, and GETNEXT has not gone wrong in the same way since
        self._width = len(columns)  # of a GETNEXT; less while a column that fails is looked for
        self._group: list[WalkedColumn] = []
        self._care = Care(caution)
        self._silent: list[WalkedColumn] = []
        self._unread: set[bytes] = set()
        self.request: Request | None = None
        self._ask_next()

    def columns(self) -> tuple[dict[Index, SnmpValue], ...]:
        return tuple(column.cells for column in self._columns)

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(self._problems)

    # --- asking

    def _ask_next(self) -> None:
        opened = [column for column in self._columns if column.is_open]
        if opened and self._limit_reached():
            for column in opened:
                column.is_open = False
            opened = []
        if not opened:
            self._end()
        elif self._care.is_taken:
            self._ask_carefully(opened)
        elif self._bulk:
            self._ask_bulk(opened)
        else:
            self._group = opened[: min(self._quirks.most_names, self._quirks.most_bindings, self._room, self._width)]
            self.request = Request(Pdu.GET_NEXT, tuple(column.cursor for column in self._group))

    @property
    def _bulk(self) -> bool:
        return self._may_bulk and self._quirks.bulk_works and not self._doubts_bulk

    def _ask_bulk(self, opened: list[WalkedColumn]) -> None:
        """The columns furthest behind, in the rectangle that brings most."""
        bindings = self._bindings_asked()
        lacking = [self._rows_to_come(column) for column in opened]
        order = sorted(range(len(opened)), key=lacking.__getitem__, reverse=True)
        to_come = tuple([lacking[place] for place in order])
        width, rows = choose_rectangle(to_come, bindings, self._quirks.most_names, MAX_ROWS_ASKED)
        self._group = [opened[place] for place in order[:width]]
        self.request = Request(Pdu.GET_BULK, tuple(column.cursor for column in self._group), rows)

    def _bindings_asked(self) -> int:
        return min(int(RESPONSE_OCTETS / self._hints.octets_per_binding), self._room, self._quirks.most_bindings)

    def _ask_carefully(self, opened: list[WalkedColumn]) -> None:
        """One table at a time, and less of it at each silence."""
        self._group, rows = self._care.choose(opened, min(self._quirks.most_names, self._room))
        rows = min(rows, MAX_ROWS_ASKED, self._bindings_asked() // len(self._group))
        if self._bulk and rows > 1:
            self.request = Request(Pdu.GET_BULK, tuple(column.cursor for column in self._group), rows)
        else:
            self.request = Request(Pdu.GET_NEXT, tuple(column.cursor for column in self._group))

    def _rows_to_come(self, column: WalkedColumn) -> int:
        return rows_to_come(len(column.cells), self._hints.rows.get(column.name))

    def _limit_reached(self) -> bool:
        limits, took_s = self._limits, self._monotonic() - self._started_s
        for reached, words in (
            (self._requests >= limits.requests, f"{limits.requests} requests"),
            (self._octets >= limits.octets, f"{limits.octets} octets"),
            (took_s >= limits.seconds, f"{limits.seconds:g} s"),
        ):
            if reached:
                self._problems.append(f"walk stopped at its limit of {words}")
                self._leave_open_unread()
                return True
        return False

    def _leave_open_unread(self) -> None:
        self._unread.update(column.name for column in self._columns if column.is_open)

    def _end(self) -> None:
        self.request = None
        if self._last_error and not self._answered:
            raise refusal(self._last_error)
        self._learn_hints()
        if self._care.found_none and not self._silent:
            self._learn_from_care()
        elif self._doubts_bulk:
            self._quirks.give_up_bulk()
        else:
            self._quirks.call_ended_well()

    def _learn_from_care(self) -> None:
        """No object hangs: large answers get lost, or GETBULK is not answered."""
        if self._care.most_answered:
            self._quirks.most_bindings = self._care.most_answered
            self._quirks.be_gentler()
        else:
            self._quirks.give_up_bulk()

    def _learn_hints(self) -> None:
        """For the next walk. Small changes of size are let pass, so that requests stay as they are."""
        rows = {column.name: len(column.cells) for column in self._columns}
        self.hints = Hints(self._hints.octets_per_binding, rows, self._room)
        if self._bindings:
            size = max(_MIN_OCTETS_PER_BINDING, self._octets / self._bindings)
            if abs(size - self._hints.octets_per_binding) > _NOTABLE_OCTETS:
                self.hints = replace(self.hints, octets_per_binding=size)

    # --- listening

    def take(self, response: Response) -> None:
        self._quirks.ever_answered = True
        self._care.note_answer(self._group, len(response.names), self._rows_asked())
        self._requests += 1
        self._octets += response.octets
        if response.status in (ErrorStatus.NO_ERROR, ErrorStatus.NO_SUCH_NAME):
            self._answered = True
        if response.status != ErrorStatus.NO_ERROR:
            self._take_error(response)
        elif not response.names:
            self._take_nothing()
        else:
            self._take_bindings(response)
        self._ask_next()

    def _take_bindings(self, response: Response) -> None:
        width = len(self._group)
        for place, column in enumerate(self._group):
            self._take_rows(column, response.names[place::width], response.values[place::width])
        self._bindings += len(response.names)
        if all(column.is_open for column in self._group):
            self._learn_room(len(response.names), response.octets)

    def _learn_room(self, answered: int, octets: int) -> None:
        """An answer shorter than asked, though nothing has ended, was all that the agent has room for.

        One that fills its datagram tells nothing: there it was the size of these bindings, and nothing is lost.
        """
        width = len(self._group)
        if octets >= _FULL_OCTETS:
            return
        if answered < self._asked_bindings():
            room = answered if answered % width else answered + width - 1  # it may send whole rows only
            self._room = min(self._room, room)

    def _take_rows(self, column: WalkedColumn, names: Sequence[bytes], values: Sequence[Cell]) -> None:
        """The bindings that answer one column, up to the first that ends it."""
        name_of_column, start, cells = column.name, len(column.name), column.cells
        for name, value in zip(names, values, strict=True):
            if not name.startswith(name_of_column) or value is Marker.END_OF_MIB:
                column.is_open = False
                return None
            try:
                index = decode_index(name[start:])
            except MalformedBerError as error:
                return self._close(column, str(error))
            if index <= column.last_index:
                return self._stopped_counting(column, index)
            column.last_index, column.cursor = index, name
            if value is not None:
                cells[index] = value
            if column.fence is not None and index >= column.fence.row:
                column.is_open = False
                return None
            if len(cells) >= self._limits.rows:
                self._unread.add(column.name)
                return self._close(column, f"stopped at the limit of {self._limits.rows} rows")
        return None

    def _stopped_counting(self, column: WalkedColumn, index: Index) -> None:
        if self._bulk:
            self._doubts_bulk = True  # GETNEXT goes on from the last sound name
        elif self.request is not None and self.request.pdu == Pdu.GET_NEXT:
            self._doubts_bulk = False
            before, after = _row(column.last_index) or "its start", _row(index) or "the column itself"
            self._close(column, f"the agent goes back from {before} to {after}")

    def _take_error(self, response: Response) -> None:
        status, place = response.status, response.place
        self._last_error = status
        width = len(self._group)
        if status == ErrorStatus.NO_SUCH_NAME and (1 <= place <= width or width == 1):
            self._group[place - 1 if width > 1 else 0].is_open = False
        elif status == ErrorStatus.TOO_BIG:
            self._ask_less(status)
        elif self._bulk:
            self._doubts_bulk = True  # GETNEXT finds out which column it is, or that it is GETBULK itself
        elif 1 <= place <= width or width == 1:
            self._doubts_bulk = False
            self._close(self._group[place - 1 if width > 1 else 0], f"the agent answers {status_name(status)}")
        else:
            self._width = width // 2

    def _ask_less(self, status: int) -> None:
        """Half as many bindings; and of a single one neither by GETBULK nor by GETNEXT, nothing."""
        asked = self._asked_bindings()
        if asked > 1:
            self._quirks.most_bindings = asked // 2
            self._quirks.be_gentler()
        elif self._bulk:
            self._doubts_bulk = True
        else:
            self._close(self._group[0], f"the agent answers {status_name(status)}")

    def _take_nothing(self) -> None:
        """An answer without any binding: one row may do, or GETNEXT."""
        width, asked = len(self._group), self._asked_bindings()
        if not self._bulk:
            self._close(self._group[0], "the agent gives empty answers")
        elif asked > width:
            self._quirks.most_bindings = width
            self._quirks.be_gentler()
        else:
            self._doubts_bulk = True

    def _rows_asked(self) -> int:
        return max(1, self.request.max_repetitions if self.request is not None else 1)

    def _asked_bindings(self) -> int:
        return len(self._group) * self._rows_asked()

    # --- silence

    @property
    def unread(self) -> frozenset[Oid]:
        return frozenset(decode_oid(name) for name in self._unread)

    @property
    def is_trial(self) -> bool:
        return self._care.is_trial(self._group, self._rows_asked())

    def pass_over(self) -> bool:
        """Ask table by table, then one row, then fewer columns, until the silent one is found."""
        if self.request is None:
            return False
        self._doubts_bulk = False  # GETNEXT was not answered either
        silent = self._care.narrow(self._group, rows=self._rows_asked())
        for column in silent:
            column.is_open = False
            self._silent.append(column)
            if not self._is_through(column):
                self._unread.add(column.name)
        if silent:
            self._answered = True  # whatever else there is stands by itself
        self._ask_next()
        return True

    def _is_through(self, column: WalkedColumn) -> bool:
        """Whether a column that hangs behind its last row ends there, as others of its table do."""
        return any(
            other.table == column.table and other.last_index == column.last_index != () and not other.is_open
            for other in self._columns
            if other not in self._silent
        )

    @property
    def silent(self) -> dict[Oid, Fence | None]:
        """The columns that are not answered, or not beyond a row."""
        return {
            decode_oid(column.name): Fence(column.last_index, len(column.cells)) if column.cells else None
            for column in self._silent
        }

    def stop(self) -> None:
        self._leave_open_unread()
        for column in self._columns:
            column.is_open = False
        self.request = None

    def take_silence(self, attempts: int) -> None:
        if self._care.is_taken:
            return
        if self.request is None or self.request.pdu != Pdu.GET_BULK:
            return
        if attempts >= _SILENCES_BEFORE_GETNEXT and self._quirks.ever_answered:
            self._doubts_bulk = True
        elif attempts >= _SILENCES_BEFORE_GENTLER and self._asked_bindings() > 1:
            self._quirks.most_bindings = max(1, self._asked_bindings() // 4)
            self._quirks.be_gentler()
        else:
            return
        self._ask_next()

    def _close(self, column: WalkedColumn, why: str) -> None:
        column.is_open = False
        self._width = len(self._columns)
        self._problems.append(f"column {dotted(decode_oid(column.name))}: {why}")


def _row(index: Index) -> str:
    return f"row {dotted(index)}" if index else ""


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
