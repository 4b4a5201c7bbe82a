"""The label of a row: from its index, from a column beside it, or from another table that it points to."""

from collections.abc import Iterable

from opsmon.probe.profile.definition.convert import Values, folded_raw, raw_at
from opsmon.probe.profile.definition.profile import LabelPlace, MibObject
from opsmon.probe.profile.reader import Instance
from opsmon.probe.profile.text import clean_text, raw_text
from opsmon.protocol.snmp.session import Index


def pointers(places: Iterable[LabelPlace], row: Index) -> list[Instance]:
    """What has to be read before it is known which row of another table names this one."""
    return [(place.at.column, place.at.fixed or row) for place in places if place.at is not None]


def names_wanted(values: Values, places: Iterable[LabelPlace], row: Index) -> list[Instance]:
    """The instances that hold the texts, once the pointers are there."""
    wanted = [(place.subject, _target(values, place, row)) for place in places if place.subject is not None]
    return [(subject.column, target) for subject, target in wanted if target]


def _target(values: Values, place: LabelPlace, row: Index) -> Index:
    """The row of `place.subject` that belongs to `row`; empty when there is none."""
    if place.subject is not None and place.subject.fixed is not None:
        return place.subject.fixed
    if place.at is not None:
        return _pointed(values, place.at, row)
    return row if place.keep is None else row[: place.keep]


def _pointed(values: Values, at: MibObject, row: Index) -> Index:
    raw = raw_at(values, at, row)
    if isinstance(raw, int) and raw > 0:
        return (raw,)
    return raw if isinstance(raw, tuple) else ()


def label_of(values: Values, places: Iterable[LabelPlace], row: Index) -> str:
    """The first text that is not empty, clean and bounded; the row's index where there is none."""
    for place in places:
        if text := _text_of(values, place, row):
            return clean_text(place.prefix + text)
    return ".".join(str(arc) for arc in row)


def _text_of(values: Values, place: LabelPlace, row: Index) -> str:
    if place.text is not None:
        return place.text
    if place.index is not None:
        return _of_index(place.index, row)
    return _of_object(values, place, place.subject, row) if place.subject is not None else ""


def _of_object(values: Values, place: LabelPlace, subject: MibObject, row: Index) -> str:
    raw = values.get(subject.column, {}).get(_target(values, place, row))
    if raw is None:
        return ""
    if (named := place.names.get(str(folded_raw(raw)))) is not None:
        return named
    text = clean_text(raw_text(raw))
    if place.pattern is None:
        return text
    found = place.pattern.search(text)
    return found[1].strip() if found and found[1] else ""


def _of_index(index: int | str, row: Index) -> str:
    if index == "all":
        return ".".join(str(arc) for arc in row)
    if index == "ascii":
        return "".join(chr(arc) for arc in row if 32 <= arc < 127)
    return str(row[int(index)]) if -len(row) <= int(index) < len(row) else ""
