"""A walk over the columns of one or several tables: GETBULK in as few requests as fit, GETNEXT where that fails.

Promises: values are keyed by row index, so that a hole or a row that vanishes between two requests shifts nothing; a
column ends at the first name outside it; names that do not count upwards end their column with a problem in words, and
what came before stays; every walk ends, within its Limits. All columns are asked side by side, as many rows at a time
as fill one unfragmented datagram.
"""

import math
import time
from collections.abc import Callable, Sequence

from opsmon.probe.snmp.ber import MalformedError, decode_index, decode_oid, encode_oid
from opsmon.probe.snmp.exchange import Habits, Limits, refusal, status_name
from opsmon.probe.snmp.message import VERSION_1, ErrorStatus, Pdu, Request, Response
from opsmon.probe.snmp.session import Index, Oid, SnmpValue
from opsmon.probe.snmp.value import Cell, Marker

RESPONSE_OCTETS = 1472  # what one Ethernet frame holds under IP and UDP
OCTETS_PER_BINDING = 22.0  # until the first walk has told; counters under the usual names
_LEAST_OCTETS_PER_BINDING = 8.0
_NOTABLE_OCTETS = 1.0
_MOST_PARTS = 3
_SILENCES_BEFORE_GENTLER = 2
_SILENCES_BEFORE_GETNEXT = 3


class Column:
    """One column under way: what it has so far and the name to go on from."""

    __slots__ = ("cells", "cursor", "is_open", "last_index", "name")

    def __init__(self, oid: Oid) -> None:
        self.name = encode_oid(oid)
        self.cursor = self.name
        self.last_index: Index = ()
        self.cells: dict[Index, SnmpValue] = {}
        self.is_open = True


class Walk:
    """Walks `columns`; the columns are whole when `request` is None."""

    def __init__(
        self,
        columns: Sequence[Oid],
        habits: Habits,
        limits: Limits,
        version: int,
        octets_per_binding: float = OCTETS_PER_BINDING,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._columns = [Column(oid) for oid in columns]
        self._habits = habits
        self._limits = limits
        self._may_bulk = version != VERSION_1
        self._size_at_start = self.octets_per_binding = octets_per_binding or OCTETS_PER_BINDING
        self._monotonic = monotonic
        self._started_s = monotonic()
        self._requests = 0
        self._octets = 0
        self._bindings = 0
        self._problems: list[str] = []
        self._last_error = 0
        self._answered = False  # ever with anything but an error
        self._doubts_bulk = False  # GETBULK went wrong, and GETNEXT has not gone wrong in the same way since
        self._group: list[Column] = []
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
            return
        self._group = opened[: self._width(opened)]
        names = tuple(column.cursor for column in self._group)
        if self._bulk:
            self.request = Request(Pdu.GET_BULK, names, self._repetitions(len(names)))
        else:
            self.request = Request(Pdu.GET_NEXT, names)

    @property
    def _bulk(self) -> bool:
        return self._may_bulk and self._habits.bulk_works and not self._doubts_bulk

    def _width(self, opened: Sequence[Column]) -> int:
        """How many columns to ask at once: all of them while some may prove empty, then what fills a datagram best."""
        most = min(len(opened), self._habits.most_names)
        if not self._bulk or not all(column.cells for column in opened[:most]):
            return most
        widths = {math.ceil(most / parts) for parts in range(1, _MOST_PARTS + 1)}
        return max(widths, key=lambda width: (width * self._repetitions(width), width))

    def _repetitions(self, width: int) -> int:
        """How many rows of so many columns fit one datagram."""
        fitting = RESPONSE_OCTETS / (self._size_at_start * width)
        return max(1, min(int(fitting), self._habits.most_repetitions))

    def _limit_reached(self) -> bool:
        limits, took_s = self._limits, self._monotonic() - self._started_s
        for reached, words in (
            (self._requests >= limits.requests, f"{limits.requests} requests"),
            (self._octets >= limits.octets, f"{limits.octets} octets"),
            (took_s >= limits.seconds, f"{limits.seconds:g} s"),
        ):
            if reached:
                self._problems.append(f"walk stopped at its limit of {words}")
                return True
        return False

    def _end(self) -> None:
        self.request = None
        if self._last_error and not self._answered:
            raise refusal(self._last_error)
        self._learn_size()
        if self._doubts_bulk:
            self._habits.bulk_works = False
            self._habits.be_gentler()
        else:
            self._habits.call_ended_well()

    def _learn_size(self) -> None:
        """How large the bindings have been; small changes are let pass, so that requests stay as they are."""
        if self._bindings == 0:
            return
        size = max(_LEAST_OCTETS_PER_BINDING, self._octets / self._bindings)
        if abs(size - self.octets_per_binding) > _NOTABLE_OCTETS:
            self.octets_per_binding = size

    # --- listening

    def take(self, response: Response) -> None:
        self._habits.ever_answered = True
        self._requests += 1
        self._octets += response.octets
        if response.status in (ErrorStatus.NO_ERROR, ErrorStatus.NO_SUCH_NAME):
            self._answered = True
        if response.status != ErrorStatus.NO_ERROR:
            self._take_error(response)
        elif not response.names:
            self._retreat("an empty answer")
        else:
            self._take_bindings(response)
        self._ask_next()

    def _take_bindings(self, response: Response) -> None:
        width = len(self._group)
        if len(response.names) < width:
            self._habits.most_names = len(response.names)
            self._habits.be_gentler()
        for place, column in enumerate(self._group):
            self._take_rows(column, response.names[place::width], response.values[place::width])
        self._bindings += len(response.names)

    def _take_rows(self, column: Column, names: Sequence[bytes], values: Sequence[Cell]) -> None:
        """The bindings that answer one column, up to the first that ends it."""
        name_of_column, start, cells = column.name, len(column.name), column.cells
        for name, value in zip(names, values, strict=True):
            if not name.startswith(name_of_column) or len(name) == start or value is Marker.END_OF_MIB:
                column.is_open = False
                return None
            try:
                index = decode_index(name[start:])
            except MalformedError as error:
                return self._close(column, str(error))
            if index <= column.last_index:
                return self._stopped_counting(column, index)
            column.last_index, column.cursor = index, name
            if value is not None:
                cells[index] = value
            if len(cells) >= self._limits.rows:
                return self._close(column, f"stopped at the limit of {self._limits.rows} rows")
        return None

    def _stopped_counting(self, column: Column, index: Index) -> None:
        if self._bulk:
            self._doubts_bulk = True  # GETNEXT goes on from the last sound name
        elif self.request is not None and self.request.pdu == Pdu.GET_NEXT:
            self._doubts_bulk = False
            self._close(column, f"the agent goes back from row {dotted(column.last_index)} to {dotted(index)}")

    def _take_error(self, response: Response) -> None:
        status, place = response.status, response.place
        self._last_error = status
        width = len(self._group)
        if status == ErrorStatus.NO_SUCH_NAME and (1 <= place <= width or width == 1):
            self._group[place - 1 if width > 1 else 0].is_open = False
        elif status == ErrorStatus.TOO_BIG:
            self._retreat(status_name(status))
        elif self._bulk:
            self._doubts_bulk = True  # GETNEXT finds out which column it is, or that it is GETBULK itself
        elif 1 <= place <= width:
            self._doubts_bulk = False
            self._close(self._group[place - 1], f"the agent answers {status_name(status)}")
        else:
            self._retreat(status_name(status))

    def _retreat(self, why: str) -> None:
        """Ask for less: fewer rows, then fewer columns, then by GETNEXT, then leave the column."""
        asked = self.request
        if asked is None:
            return
        if asked.pdu == Pdu.GET_BULK and asked.max_repetitions > 1:
            self._habits.most_repetitions = asked.max_repetitions // 2
            self._habits.be_gentler()
        elif len(asked.names) > 1:
            self._habits.most_names = len(asked.names) // 2
            self._habits.be_gentler()
        elif asked.pdu == Pdu.GET_BULK:
            self._doubts_bulk = True
        else:
            self._close(self._group[0], f"the agent answers {why}")

    def take_silence(self, attempts: int) -> None:
        asked = self.request
        if asked is None or asked.pdu != Pdu.GET_BULK:
            return
        if attempts >= _SILENCES_BEFORE_GETNEXT and self._habits.ever_answered:
            self._doubts_bulk = True
        elif attempts >= _SILENCES_BEFORE_GENTLER and asked.max_repetitions > 1:
            self._habits.most_repetitions = max(1, asked.max_repetitions // 4)
            self._habits.be_gentler()
        else:
            return
        self._ask_next()

    def _close(self, column: Column, why: str) -> None:
        column.is_open = False
        self._problems.append(f"column {dotted(decode_oid(column.name))}: {why}")


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
