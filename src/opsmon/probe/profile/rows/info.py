"""What of a table is no number: told as the label of a series that is always 1, in the forms of snmp_exporter.

`EnumAsInfo` and `PhysAddress48` of its generator are meant; the scalars that stand beside a table go here too.
"""

from array import array
from collections.abc import Sequence

from opsmon.model.sample import Labels, Reading, SeriesBlock, SeriesKey
from opsmon.probe.profile.definition.profile import InfoColumn, TableColumns
from opsmon.probe.profile.reader import Reader
from opsmon.probe.profile.text import clean_text, number_of, raw_text
from opsmon.protocol.snmp.session import Index, Oid, SnmpValue

MAC_OCTETS = 6


def info_columns(table: TableColumns) -> list[Oid]:
    """What is read for them, now and then."""
    return [subject.column for subject in (*(info.subject for info in table.infos), *table.scalars)]


def info_reading(
    table: TableColumns, reader: Reader, rows: Sequence[Index], labels: Sequence[Labels], before: Reading | None
) -> Reading | None:
    """The series of a table's infos and scalars; `before` is given back where nothing has changed."""
    found: dict[SeriesKey, float] = {}
    for info in table.infos:
        column = reader.column(info.subject.column)
        for row, label in zip(rows, labels, strict=True):
            if (raw := column.get(row)) is not None:
                found[SeriesKey(info.metric, _with(label, info.subject.name, written(info, raw)))] = 1.0
    for scalar in table.scalars:
        number = number_of(reader.column(scalar.column).get(scalar.fixed or (0,)))
        if number is not None:
            found[SeriesKey(scalar.name)] = number
    if not found:
        return None
    keys = tuple(found)
    block = before.block if before is not None and before.block.keys == keys else SeriesBlock(keys)
    return Reading(block, array("d", found.values()))


def _with(labels: Labels, name: str, text: str) -> Labels:
    return tuple(sorted((*labels, (name, text))))


def written(info: InfoColumn, raw: SnmpValue) -> str:
    """A value as the text of its label."""
    if info.form == "address" and isinstance(raw, bytes):
        octets = raw[:MAC_OCTETS].ljust(MAC_OCTETS, b"\0")
        return ":".join(f"{octet:02X}" for octet in octets)
    if info.form == "enum" and isinstance(raw, int):
        return info.names.get(raw, str(raw))
    return clean_text(raw_text(raw))
