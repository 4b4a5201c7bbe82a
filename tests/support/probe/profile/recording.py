"""A fake agent for profile tests: answers from `.snmprec` text (`OID|type|value`), as an agent would over the wire."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.probe.profile.definition.resolve import parse_oid
from opsmon.protocol.snmp.session import NO_ROWS, Index, Oid, SnmpValue, Walked

INTEGERS = {"2", "65", "66", "67", "70"}  # Integer32, Counter32, Gauge32, TimeTicks, Counter64
OID_TAG = "6"
MAX_VARBINDS = 64  # of one response; snmpsim's own limit


def parse_value(tag: str, text: str) -> SnmpValue | None:
    """The value of one line; None for a kind that is no value (endOfMib and the like)."""
    if tag.rstrip("x") in INTEGERS:
        return int(text)
    if tag == OID_TAG:
        return parse_oid(text)
    if tag.rstrip("x") in ("4", "64", "68"):
        if tag.endswith("x"):
            return bytes.fromhex(text)
        if tag == "64":
            return bytes(int(part) for part in text.split("."))
        return text.encode("utf-8", "surrogateescape")
    return None


def parse_recording(text: str) -> dict[Oid, SnmpValue]:
    """Every line of a recording; comments and lines that are none are passed over."""
    values: dict[Oid, SnmpValue] = {}
    for line in text.splitlines():
        oid, _, rest = line.partition("|")
        tag, _, value = rest.partition("|")
        if not oid or not oid[0].isdigit() or ":" in tag:
            continue
        try:
            parsed = parse_value(tag, value)
        except ValueError:  # a line that snmpsim would refuse too
            continue
        if parsed is not None:
            values[parse_oid(oid)] = parsed
    return values


class RecordedSession:
    """An agent that says what a recording holds, and counts what it is asked, in requests of a real engine's size."""

    def __init__(self, values: Mapping[Oid, SnmpValue]) -> None:
        self.values = dict(values)
        self.gets: list[tuple[Oid, ...]] = []
        self.walks: list[tuple[Oid, ...]] = []
        self.falls_silent_at_walk = False
        self.walks_backwards = False
        self.ran_out = False
        self.rows_in_time: int | None = None  # of each column, in one poll
        self.unread: set[Oid] = set()
        self.silent: dict[Oid, float] = {}

    def pauses(self, oids: Collection[Oid]) -> dict[Oid, float]:
        return {oid: self.silent[oid] for oid in oids if oid in self.silent}

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        self.gets.append(tuple(oids))
        return {oid: self.values[oid] for oid in oids if oid in self.values}

    async def walk(self, columns: Sequence[Oid], after: Mapping[Oid, Index] = NO_ROWS) -> Walked:
        if self.falls_silent_at_walk:
            raise ProbeError(Outcome.TIMEOUT, "no answer")
        self.walks.append(tuple(columns))
        known = sorted(self.values)
        return Walked(tuple(self._behind(self._column(known, column), column, after) for column in columns))

    def _behind(self, rows: dict[Index, SnmpValue], column: Oid, after: Mapping[Oid, Index]) -> dict[Index, SnmpValue]:
        """The rows of a walk that begins `after` one, as far as there is time."""
        wanted = {row: value for row, value in rows.items() if row > after.get(column, ())}
        if self.rows_in_time is None or len(wanted) <= self.rows_in_time:
            return wanted
        self.ran_out = True
        self.unread.add(column)
        return dict(list(wanted.items())[: self.rows_in_time])

    def _column(self, known: Sequence[Oid], column: Oid) -> dict[Index, SnmpValue]:
        rows: dict[Index, SnmpValue] = {}
        for oid in known[bisect_left(known, column) :]:
            if oid[: len(column)] != column:
                break
            rows[oid[len(column) :]] = self.values[oid]
        return dict(reversed(rows.items())) if self.walks_backwards else rows


def session_of(file: Path) -> RecordedSession:
    return RecordedSession(parse_recording(file.read_bytes().decode("utf-8", "surrogateescape")))
