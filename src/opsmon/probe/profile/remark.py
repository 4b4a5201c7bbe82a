"""What a poll has to say of itself: objects that the agent does not answer, rows left out, marks that match nothing.

In words for people, in the detail of the outcome, and as series of their own, which are there while there is something
to say (`interface_important_found` as long as the inventory marks an interface).
"""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence

from opsmon.model.sample import Reading, SeriesBlock, SeriesKey
from opsmon.probe.profile.definition.profile import Profile
from opsmon.probe.profile.rows.table import MAX_TABLE_ROWS, TableShape
from opsmon.protocol.snmp.session import Oid
from opsmon.protocol.snmp.walk import dotted

IMPORTANT_FOUND = "interface_important_found"
ROWS_LEFT_OUT = "agent_rows_left_out"
SILENT_OBJECTS = "agent_silent_objects"
REMARKS = (IMPORTANT_FOUND, ROWS_LEFT_OUT, SILENT_OBJECTS)
_MAX_NAMED = 3


def silence_words(profile: Profile, silent: Mapping[Oid, float]) -> list[str]:
    """One sentence for each table, or group of scalars, that is not answered."""
    names = {subject.column: subject.name for subject in profile.objects.values()}
    parts: dict[Oid, list[Oid]] = {}
    for oid in sorted(silent):
        parts.setdefault(_table_of(oid, names), []).append(oid)
    return [_silence(table, oids, names, silent) for table, oids in parts.items()]


def _table_of(oid: Oid, names: Mapping[Oid, str]) -> Oid:
    """The entry or group: an instance goes by its column."""
    column = next((oid[:length] for length in range(len(oid), 0, -1) if oid[:length] in names), oid)
    return column[:-1]


def _silence(table: Oid, oids: Sequence[Oid], names: Mapping[Oid, str], silent: Mapping[Oid, float]) -> str:
    known = dict.fromkeys(
        name for oid in oids for length in range(len(oid), len(table), -1) if (name := names.get(oid[:length]))
    )
    named = _listed(list(known))
    again_s = min(silent[oid] for oid in oids)
    return f"no answer to {dotted(table)}{f' ({named})' if named else ''}, asked again in {again_s:.0f} s"


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _MAX_NAMED
    return ", ".join(words[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def table_words(shapes: Iterable[TableShape]) -> list[str]:
    """Rows left out, and speeds that contradict each other."""
    words = []
    for shape in shapes:
        if shape.left_out:
            kept = f"the first {MAX_TABLE_ROWS:,} rows of {shape.table.name} and those marked important are kept"
            words.append(f"{kept}, {shape.left_out:,} are left out")
        rows = [dict(shape.label_of(row)) for row in shape.stand_ins.contradictions[:_MAX_NAMED]]
        if rows:
            named = ", ".join(row.get("ifName") or row.get("ifDescr") or row.get("ifIndex", "") for row in rows)
            more = len(shape.stand_ins.contradictions) - len(rows)
            tail = f" and {more} more" if more > 0 else ""
            words.append(f"ifSpeed and ifHighSpeed contradict each other ({named}{tail})")
    return words


def unmatched_words(unmatched: Collection[str]) -> list[str]:
    return [f"important: no interface is called {_listed(sorted(unmatched))}"] if unmatched else []


class Remarks:
    """The series of one device."""

    def __init__(self, important: Collection[str]) -> None:
        self._important = tuple(sorted(important))
        self._block = SeriesBlock(())

    def reading(self, shapes: Sequence[TableShape], unmatched: Collection[str], silent: int) -> Reading | None:
        """None where there is nothing to say."""
        found: dict[SeriesKey, float] = {}
        if any(shape.rows for shape in shapes):
            for name in self._important:
                found[SeriesKey(IMPORTANT_FOUND, (("interface", name),))] = float(name not in unmatched)
        for shape in shapes:
            if shape.left_out:
                found[SeriesKey(ROWS_LEFT_OUT, (("table", shape.table.name),))] = float(shape.left_out)
        if silent:
            found[SeriesKey(SILENT_OBJECTS)] = float(silent)
        if not found:
            return None
        keys = tuple(found)
        if keys != self._block.keys:
            self._block = SeriesBlock(keys)
        return Reading(self._block, array("d", found.values()))
