"""One device, poll after poll: a survey first, then only what the plan needs.

The device is surveyed again when its sysObjectID changes, when its uptime goes back (it restarted, and may
have numbered its interfaces anew), and as `revisit` says. Interfaces that come, go or are renamed are seen at once:
their labels are read again in the same poll. What an agent leaves unanswered stays as it was known, and what there was
no time for is read by the next poll.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from opsmon.errors import ProbeError
from opsmon.model.device import Kind
from opsmon.model.sample import Identity, Outcome, Reading, SeriesKey
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.definition.profile import Profile
from opsmon.probe.profile.identity import (
    IF_TABLE_LAST_CHANGE,
    SYS_DESCR,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYS_UP_TIME,
    identify,
    identity_instances,
    keep_words,
    text_at,
)
from opsmon.probe.profile.plan import PollPlan, keep_unread, plan_of
from opsmon.probe.profile.reader import Instance, Reader
from opsmon.probe.profile.remark import Remarks, silence_words, table_words, unmatched_words
from opsmon.probe.profile.revisit import POLLS_BETWEEN_SURVEYS, Revisits
from opsmon.probe.profile.rows.neighbour import cut_neighbours, neighbour_columns, neighbour_instances, neighbours_of
from opsmon.probe.profile.rows.shared_names import SharedNames
from opsmon.probe.profile.rows.table import TableShape
from opsmon.probe.profile.rows.uplink import Uplinks
from opsmon.probe.profile.survey import (
    Adopted,
    adopt,
    columns_of,
    cut_words,
    label_pointers,
    label_texts,
    scalars_of,
    selected_instances,
    series_of,
)
from opsmon.probe.profile.uptime import Uptime, has_restarted, uptime_of
from opsmon.protocol.snmp.session import Index, Oid, SnmpSession

SNMP_ENGINE_TIME: Instance = ((1, 3, 6, 1, 6, 3, 10, 2, 1, 3), (0,))
SYSTEM = (SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME, SYS_NAME, IF_TABLE_LAST_CHANGE, SNMP_ENGINE_TIME)
WATCHED = (SYS_OBJECT_ID, SYS_UP_TIME, IF_TABLE_LAST_CHANGE)
POLLS_BETWEEN_LABELS = 10  # at the usual minute between polls ten minutes
MAX_PARTS = 10  # polls that one survey may take
# The profile whose table of interfaces has every object of IF-MIB.
FULL_INTERFACES = "if-mib-full"


@dataclass(frozen=True, slots=True)
class DevicePicture:
    """What one poll found."""

    profile: Profile
    kind: Kind
    identity: Identity
    readings: tuple[Reading, ...]
    surveyed: bool
    neighbours: Mapping[str, str]
    problems: tuple[str, ...] = ()
    ran_out: bool = False  # the time was over before everything was read


@dataclass(frozen=True, slots=True)
class _DeviceMemory:
    """What is remembered of a device between two polls."""

    profile: Profile
    kind: Kind
    identity: Identity
    plan: PollPlan
    shapes: tuple[TableShape, ...]
    neighbours: Mapping[str, str]
    sys_object_id: str
    if_table_changed: str
    uptime: Uptime | None
    silent: tuple[Oid, ...] = ()  # what the last survey found unanswered
    cut: tuple[str, ...] = ()  # what is said of tables that were too long


class DevicePoller:
    """Polls one device. `forced` is the profile that the inventory names, if it names one; `parents` are its parents,
    `important` the names of interfaces that it marks.

    With `all_interface_objects` a profile's table of interfaces is that of `if-mib-full`. `names` are those that the
    devices of a fleet share.
    """

    def __init__(
        self,
        profiles: ProfileSet,
        forced: str | None = None,
        *,
        parents: Collection[str] = (),
        important: Collection[str] = (),
        all_interface_objects: bool = False,
        names: SharedNames | None = None,
        survey_every: int = POLLS_BETWEEN_SURVEYS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._profiles = profiles
        self._uplinks = Uplinks(parents)
        self._important = important
        self._names = names or SharedNames()
        self._remarks = Remarks(important)
        self._forced = forced
        self._full = profiles.get(FULL_INTERFACES) if all_interface_objects else None
        self._revisits = Revisits(survey_every)
        self._monotonic = monotonic
        self._known: _DeviceMemory | None = None
        self._unfinished: Reader | None = None
        self._ends: Mapping[Oid, Index] = {}  # where the last poll had no more time
        self._parts = 0

    async def poll(self, session: SnmpSession) -> DevicePicture:
        """One poll. Raises ProbeError when the device does not answer, or when its profile does not exist."""
        known = self._known
        if known is None or self._revisits.polls_left <= 0 or _is_due(session.pauses(known.silent)):
            return await self._survey(session)
        self._revisits.polls_left -= 1
        reader = Reader(session, after=self._ends)
        stand_ins = [instance for shape in known.shapes for instance in shape.stand_ins.instances()]
        await reader.get((*WATCHED, *_engine_time(known), *known.plan.instances, *stand_ins))
        uptime = self._uptime(reader, known)
        lost_uptime = uptime is None and known.uptime is not None and SYS_UP_TIME[0] not in reader.unread
        if lost_uptime or self._is_another(reader, known) or has_restarted(known.uptime, uptime):
            return await self._survey(session)
        return await self._follow(reader, known, uptime or known.uptime)

    async def _follow(self, reader: Reader, known: _DeviceMemory, uptime: Uptime | None) -> DevicePicture:
        """What the plan needs, and the labels when they may have changed."""
        changed = text_at(reader, IF_TABLE_LAST_CHANGE) or known.if_table_changed
        left = self._revisits.polls_left
        relabels = changed != known.if_table_changed or (left > 0 and left % POLLS_BETWEEN_LABELS == 0)
        await reader.walk((*known.plan.columns, *_table_columns(known.shapes)))
        for shape in known.shapes:
            if relabels or not shape.fits(reader):
                await reader.walk(shape.label_columns())
                await shape.take(reader)
        self._ends = reader.ends() if reader.session.ran_out else {}
        self._known = known = replace(known, if_table_changed=changed, uptime=uptime)
        return self._picture(reader, known, surveyed=False)

    def _is_another(self, reader: Reader, known: _DeviceMemory) -> bool:
        """Whether another sort of device answers at the address."""
        if SYS_OBJECT_ID[0] in reader.unread:
            return False
        return text_at(reader, SYS_OBJECT_ID) != known.sys_object_id

    def _uptime(self, reader: Reader, known: _DeviceMemory | None) -> Uptime | None:
        """What sysUpTime and snmpEngineTime tell, put where everybody looks for it; None where nothing does."""
        ticks, engine_s = (reader.column(column).get(row) for column, row in (SYS_UP_TIME, SNMP_ENGINE_TIME))
        if not isinstance(ticks, int):
            return None
        before = known.uptime if known is not None else None
        uptime = uptime_of(ticks, engine_s if isinstance(engine_s, int) else None, self._monotonic(), before)
        if uptime.ticks != ticks:
            reader.put(*SYS_UP_TIME, uptime.ticks)
        return uptime

    async def _survey(self, session: SnmpSession) -> DevicePicture:
        """Everything anew; what did not change keeps its blocks."""
        before, self._ends = self._known, {}
        reader = Reader(session, self._unfinished, SYSTEM)
        await reader.get(SYSTEM)
        uptime = self._uptime(reader, before)
        if before is not None and has_restarted(before.uptime, uptime):
            self._revisits.restarted()
        is_young = uptime is not None and uptime.is_young
        profile = await self._choose(reader, session, before if is_young else None)
        shapes = self._shapes(profile, before)
        adopted = await self._read_all(reader, profile, shapes)
        identity, kind = identify(reader, profile)
        neighbours = neighbours_of(reader, profile)
        series = series_of(reader, adopted, before.plan.series if before else ())
        if before is not None and before.profile is profile:
            series = keep_unread(series, before.plan.series, reader.unread)
            identity = keep_words(identity, before.identity) if is_young or reader.unread else identity
            neighbours = {**before.neighbours, **neighbours} if reader.unread else neighbours
        plan = plan_of(series, self._names)
        marks = (text_at(reader, SYS_OBJECT_ID), text_at(reader, IF_TABLE_LAST_CHANGE), uptime)
        silent = tuple(session.silent)
        cut = (*cut_words(reader, profile), *cut_neighbours(reader, profile))
        self._known = known = _DeviceMemory(profile, kind, identity, plan, shapes, neighbours, *marks, silent, cut)
        self._end_survey(reader, known, young=is_young)
        self._uplinks.learn(neighbours)
        return self._picture(reader, known, surveyed=True)

    async def _read_all(self, reader: Reader, profile: Profile, shapes: tuple[TableShape, ...]) -> list[Adopted]:
        """Whatever the profile could use; gives the sources that the device has."""
        await reader.get(scalars_of(profile))
        tables = [column for shape in shapes for column in shape.all_columns()]
        await reader.walk((*columns_of(profile), *tables, *neighbour_columns(profile)))
        whole, rows = selected_instances(reader, profile)
        await reader.walk(whole)
        await reader.read((*rows, *identity_instances(reader, profile), *neighbour_instances(reader, profile)))
        adopted = adopt(reader, profile)
        await reader.read(label_pointers(adopted))
        await reader.read(label_texts(reader, adopted))
        for shape in shapes:
            await shape.learn(reader)
        return adopted

    def _end_survey(self, reader: Reader, known: _DeviceMemory, *, young: bool) -> None:
        """When to look again; a survey that the time was too short for goes on with the next poll."""
        self._parts = self._parts + 1 if reader.session.ran_out else 0
        finished = not reader.session.ran_out or self._parts >= MAX_PARTS
        self._unfinished = None if finished else reader
        have = {series.key for series in known.plan.series}
        have |= {SeriesKey(subject.name) for shape in known.shapes for subject in shape.columns}
        self._revisits.surveyed(have, young=young, finished=finished)
        if finished:
            self._parts = 0

    def _picture(self, reader: Reader, known: _DeviceMemory, *, surveyed: bool) -> DevicePicture:
        plan, session = known.plan, reader.session
        health = (Reading(plan.block, plan.evaluate(reader.current)),) if plan.series else ()
        tables = tuple(reading for shape in known.shapes for reading in shape.readings(reader.current))
        unmatched = _unmatched(known.shapes)
        silent = {**session.pauses(known.silent), **session.silent}
        remarks = self._remarks.reading(known.shapes, unmatched, len(silent))
        return DevicePicture(
            profile=known.profile,
            kind=known.kind,
            identity=known.identity,
            readings=(*health, *tables, *self._uplinks.readings(tables), *((remarks,) if remarks else ())),
            surveyed=surveyed,
            neighbours=known.neighbours,
            problems=(
                *reader.problems,
                *silence_words(known.profile, silent),
                *known.cut,
                *table_words(known.shapes),
                *unmatched_words(unmatched),
            ),
            ran_out=session.ran_out or reader.began_late,
        )

    def _shapes(self, profile: Profile, before: _DeviceMemory | None) -> tuple[TableShape, ...]:
        if before is not None and before.profile is profile:
            return before.shapes
        instead = {table.name: table for table in self._full.tables} if self._full else {}
        tables = [instead.get(table.name, table) for table in profile.tables]
        return tuple(TableShape(table, self._important, self._names) for table in tables)

    async def _choose(self, reader: Reader, session: SnmpSession, before: _DeviceMemory | None) -> Profile:
        """The profile that fits. `before` is what was known of a device that has just come up: what tells its profile
        may not be there yet."""
        if self._forced is not None:
            forced = self._profiles.get(self._forced)
            if forced is None:
                raise ProbeError(Outcome.LOCAL_FAULT, f"there is no profile {self._forced}")
            return forced
        where, words = text_at(reader, SYS_OBJECT_ID), text_at(reader, SYS_DESCR)
        if before is not None and before.sys_object_id == where:
            return before.profile
        questions = self._profiles.questions(where, words)
        present = await session.get(questions) if questions else {}
        return self._profiles.choose(where, words, present)


def _table_columns(shapes: Iterable[TableShape]) -> list[Oid]:
    """What a poll walks of the tables, in an order that does not change. The labels are walked by themselves: with them
    it would be another call, and how that goes would be remembered beside this one."""
    stand_ins = [column for shape in shapes for column in shape.stand_ins.columns()]
    return [*(subject.column for shape in shapes for subject in shape.columns), *stand_ins]


def _engine_time(known: _DeviceMemory) -> tuple[Instance, ...]:
    return (SNMP_ENGINE_TIME,) if known.uptime is not None and known.uptime.is_near_wrap else ()


def _is_due(pauses: Mapping[Oid, float]) -> bool:
    """Whether something that was silent is to be asked again."""
    return bool(pauses) and min(pauses.values()) <= 0


def _unmatched(shapes: Iterable[TableShape]) -> frozenset[str]:
    """Names that the inventory marks and no table has; nothing is said while there are no interfaces at all."""
    found = [shape.unmatched for shape in shapes if shape.rows]
    return frozenset.intersection(*found) if found else frozenset()
