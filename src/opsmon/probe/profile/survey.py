"""The first look at a device: everything that its profile could use is read, and what the device has becomes the plan.

Sources that a device does not have cost something once, here; later polls read only what gave a value. A new fan or
disk is found when the survey is repeated.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import isnan

from opsmon.model.sample import SeriesKey
from opsmon.probe.profile.definition.convert import passes, raw_at, value_at
from opsmon.probe.profile.definition.metric import METRICS
from opsmon.probe.profile.definition.profile import Filter, LabelPlace, MibObject, Profile, Source
from opsmon.probe.profile.plan import Candidate, Series
from opsmon.probe.profile.reader import Instance, Reader
from opsmon.probe.profile.rows.label import label_of, names_wanted, pointers
from opsmon.protocol.snmp.session import Index, Oid

Adopted = tuple[str, Source, list[Index]]  # a metric, a source of it, and the rows of the device that count
DEFAULT_LABEL = (LabelPlace(index="all"),)
# More rows than this in one source are not taken: a broken agent, or a table that is no health table.
MAX_SURVEY_ROWS = 4096


def sources_of(profile: Profile) -> Iterator[Source]:
    for sources in profile.metrics.values():
        yield from sources


def scalars_of(profile: Profile) -> list[Instance]:
    """Every single instance that the profile could use."""
    wanted = [subject for source in sources_of(profile) for subject in (*source.dynamic(), *_selecting(source.select))]
    wanted += [place.subject for places in profile.identity.values() for place in places if place.subject is not None]
    wanted += [rule.present for rule in profile.kinds if rule.present is not None]
    return [(subject.column, subject.fixed) for subject in wanted if subject.fixed is not None]


def _selecting(select: Iterable[Filter]) -> list[MibObject]:
    return [subject for test in select for subject in test.subjects()]


def columns_of(profile: Profile) -> list[Oid]:
    """The columns that are walked before it is known which rows matter."""
    columns: list[MibObject] = []
    for source in sources_of(profile):
        columns += _selecting(source.select) if source.select else source.value_subjects()
        columns += _selecting(source.minus.rows) if source.minus else []
    for places in profile.identity.values():
        for place in places:
            columns += _selecting(place.select) or ([place.subject] if place.subject is not None else [])
    columns += [rule.present for rule in profile.kinds if rule.present is not None]
    return [subject.column for subject in columns if subject.fixed is None]


def selected_instances(reader: Reader, profile: Profile) -> tuple[list[Oid], list[Instance]]:
    """Of tables of which only some rows matter: those rows, with their labels; the whole columns where none tells."""
    wanted: list[Instance] = []
    whole: list[Oid] = []
    for source in sources_of(profile):
        wanted += part_instances(reader, source)
        if not source.select:
            wanted += overrule_instances(reader, source)
            continue
        columns = [subject.column for subject in source.dynamic() if subject.fixed is None]
        rows = selected_rows(reader, source.base, source.select)
        if rows is None:
            whole += columns
            continue
        columns += [place.subject.column for place in source.label or () if place.subject and _is_beside(place)]
        wanted += [(column, row) for row in rows for column in columns]
    return whole, wanted


def overrule_instances(reader: Reader, source: Source) -> list[Instance]:
    """What the overrules of a source ask for, in its own rows alone: other tables may be long, and are not walked."""
    columns = {subject.column for subject in source.overrule_subjects() if subject.fixed is None}
    return [(column, row) for column in columns for row in (rows_of(reader, source) if columns else ())]


def _is_beside(place: LabelPlace) -> bool:
    """Whether a label's text stands in the row that it names."""
    return place.subject is not None and place.subject.fixed is None and place.at is None and place.keep is None


def selected_rows(reader: Reader, subject: MibObject, select: Sequence[Filter]) -> list[Index] | None:
    """The rows that pass; None where nothing tells: the agent lacks the other table that would.

    A row that lacks a column of its own table which would say what the row is does not pass.
    """
    columns = [test.subject.column for test in select if test.subject.fixed is None and test.row_by is None]
    rows = next((reader.column(column) for column in columns if reader.column(column)), None)
    if rows is None:
        return [] if any(column[:-1] == subject.column[:-1] for column in columns) else None
    return [row for row in rows if all(passes(reader.values, test, row) for test in select)]


def rows_of(reader: Reader, source: Source) -> list[Index]:
    """The rows in which a source has a raw value."""
    base = source.base
    if base.fixed is not None:
        return [base.fixed] if raw_at(reader.values, base, base.fixed) is not None else []
    rows = list(reader.column(base.column))[:MAX_SURVEY_ROWS]
    if source.select and selected_rows(reader, source.base, source.select) is not None:
        rows = [row for row in rows if all(passes(reader.values, test, row) for test in source.select)]
    return rows


def cut_words(reader: Reader, profile: Profile) -> tuple[str, ...]:
    """What is said of tables of which not every row is taken."""
    bases = {source.base.column: source.base.name for source in sources_of(profile) if source.base.fixed is None}
    rows = {name: len(reader.column(column)) for column, name in bases.items()}
    return tuple(
        f"the first {MAX_SURVEY_ROWS:,} rows of {name} are taken, {count - MAX_SURVEY_ROWS:,} are left out"
        for name, count in rows.items()
        if count > MAX_SURVEY_ROWS
    )


def groups_of(sources: Sequence[Source]) -> list[list[Source]]:
    """Sources that stand in for each other, in order; one with `also` stands alone, beside the others."""
    chain = [source for source in sources if not source.also]
    return [chain, *([source] for source in sources if source.also)]


def adopt(reader: Reader, profile: Profile) -> list[Adopted]:
    """For each metric the sources that the device has, with the rows that count."""
    return [
        (metric, source, rows)
        for metric, sources in profile.metrics.items()
        for group in groups_of([settled(reader, source) for source in sources])
        for source, rows in _adopt_group(reader, group)
    ]


def settled(reader: Reader, source: Source) -> Source:
    """A source that takes other rows off, with those that the device has."""
    if source.minus is None:
        return source
    subject = source.minus.subject
    parts = tuple(replace(subject, fixed=row) for _, row in part_instances(reader, source))
    return replace(source, taken_off=parts)


def part_instances(reader: Reader, source: Source) -> list[Instance]:
    """What a source takes off, where the device has it."""
    if source.minus is None:
        return []
    rows = reader.column(source.minus.rows[0].subject.column)
    passed = [row for row in rows if all(passes(reader.values, test, row) for test in source.minus.rows)]
    return [(source.minus.subject.column, row) for row in passed]


def _adopt_group(reader: Reader, group: Sequence[Source]) -> list[tuple[Source, list[Index]]]:
    """The first source that gives a value; while none does, all that may give one later, in order."""
    doubtful: list[tuple[Source, list[Index]]] = []
    for source in group:
        rows = rows_of(reader, source)
        believed = [row for row in rows if not _absent(value_at(reader.values, source, row))]
        if source.over and rows:
            return [*doubtful, (source, rows)]
        if believed:
            kept = rows if source.disbelieve else believed
            return [*doubtful, (source, kept)]
        if rows and source.disbelieve:
            doubtful.append((source, rows))
    return doubtful


def _absent(value: float) -> bool:
    return isnan(value)


def _placed(adopted: Iterable[Adopted]) -> list[tuple[tuple[LabelPlace, ...], Index]]:
    return [
        (source.label, row)
        for _, source, rows in adopted
        if not source.over and source.label is not None
        for row in rows
    ]


def label_pointers(adopted: Iterable[Adopted]) -> list[Instance]:
    """What has to be read before it is known which rows of other tables name the adopted ones."""
    return [instance for places, row in _placed(adopted) for instance in pointers(places, row)]


def label_texts(reader: Reader, adopted: Iterable[Adopted]) -> list[Instance]:
    """The instances that hold the texts that name the adopted rows."""
    return [instance for places, row in _placed(adopted) for instance in names_wanted(reader.values, places, row)]


def series_of(reader: Reader, adopted: Iterable[Adopted], before: Iterable[Series] = ()) -> tuple[Series, ...]:
    """One series for each metric and label; sources that give the same one follow each other.

    A row that was told apart from others of its name stays so when those are gone: the series of what is gone must not
    go on with the values of another.
    """
    told_apart = {one.key for one in before}
    series: dict[SeriesKey, list[Candidate]] = {}
    taken: dict[SeriesKey, tuple[Source, Index]] = {}
    for metric, source, rows in adopted:
        if source.over:
            key = SeriesKey(metric, _labels(metric, METRICS[metric].unlabelled))
            series.setdefault(key, []).append(Candidate(source, None))
            continue
        for row in rows:
            key = _key(reader, metric, source, row)
            own = _told_apart(key, row)
            owner = (source, row) if own in told_apart else taken.setdefault(key, (source, row))
            if own in told_apart or (owner[0] is source and owner[1] != row):
                key = own
            series.setdefault(key, []).append(Candidate(source, row))
    return tuple(Series(key, tuple(candidates)) for key, candidates in series.items())


def _told_apart(key: SeriesKey, row: Index) -> SeriesKey:
    """The key of a row whose name another row has too."""
    return SeriesKey(key.metric, _labels(key.metric, f"{key.labels[0][1] if key.labels else ''} #{_dotted(row)}"))


def _dotted(row: Index) -> str:
    return ".".join(str(arc) for arc in row)


def _labels(metric: str, text: str) -> tuple[tuple[str, str], ...]:
    label = METRICS[metric].label
    return () if label is None else ((label, text),)


def _key(reader: Reader, metric: str, source: Source, row: Index) -> SeriesKey:
    if source.label is None and source.base.fixed is not None:
        return SeriesKey(metric, _labels(metric, METRICS[metric].unlabelled))
    return SeriesKey(metric, _labels(metric, label_of(reader.values, source.label or DEFAULT_LABEL, row)))
