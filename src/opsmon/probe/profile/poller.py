"""One device, poll after poll: a survey first, then only what the plan needs.

The device is surveyed again when its sysObjectID changes, when its uptime goes back (it restarted, and may
have numbered its interfaces anew), and now and then, so that a new fan or disk is found. Interfaces that
come, go or are renamed are seen at once: their labels are read again in the same poll.
"""

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from opsmon.errors import ProbeError
from opsmon.model.device import Kind
from opsmon.model.sample import Identity, Outcome, Reading
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.identity import (
    IF_TABLE_LAST_CHANGE,
    SYS_DESCR,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYS_UP_TIME,
    identify,
    identity_instances,
    text_at,
)
from opsmon.probe.profile.neighbour import neighbour_columns, neighbour_instances, neighbours_of
from opsmon.probe.profile.plan import Plan, plan_of
from opsmon.probe.profile.profile import Profile
from opsmon.probe.profile.reader import Reader
from opsmon.probe.profile.survey import (
    adopt,
    columns_of,
    label_pointers,
    label_texts,
    scalars_of,
    selected_instances,
    series_of,
)
from opsmon.probe.profile.table import TableShape
from opsmon.probe.profile.uplink import Uplinks
from opsmon.probe.snmp.session import Oid, SnmpSession

SYSTEM = (SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME, SYS_NAME, IF_TABLE_LAST_CHANGE)
WATCHED = (SYS_OBJECT_ID, SYS_UP_TIME, IF_TABLE_LAST_CHANGE)
# At the usual minute between polls: an hour between surveys, ten minutes between two looks at the labels.
POLLS_BETWEEN_SURVEYS = 60
POLLS_BETWEEN_LABELS = 10
# The profile whose table of interfaces has every object of IF-MIB.
FULL_INTERFACES = "if-mib-full"


@dataclass(frozen=True, slots=True)
class Picture:
    """What one poll found."""

    profile: Profile
    kind: Kind
    identity: Identity
    readings: tuple[Reading, ...]
    surveyed: bool
    neighbours: Mapping[str, str]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a device between two polls."""

    profile: Profile
    kind: Kind
    identity: Identity
    plan: Plan
    shapes: tuple[TableShape, ...]
    neighbours: Mapping[str, str]
    sys_object_id: str
    if_table_changed: str
    up_ticks: int


class DevicePoller:
    """Polls one device. `forced` is the profile that the inventory names, if it names one; `parents` are its parents.

    At most `survey_every` polls lie between two surveys, and at least three quarters of them: devices that began
    together drift apart. With `all_interface_objects` a profile's table of interfaces is that of `if-mib-full`.
    """

    def __init__(
        self,
        profiles: ProfileSet,
        forced: str | None = None,
        *,
        parents: Collection[str] = (),
        all_interface_objects: bool = False,
        survey_every: int = POLLS_BETWEEN_SURVEYS,
    ) -> None:
        self._profiles = profiles
        self._uplinks = Uplinks(parents)
        self._forced = forced
        self._full = profiles.get(FULL_INTERFACES) if all_interface_objects else None
        self._survey_every = survey_every
        self._known: _Known | None = None
        self._polls_left = 0

    async def poll(self, session: SnmpSession) -> Picture:
        """One poll. Raises ProbeError when the device does not answer, or when its profile does not exist."""
        known = self._known
        if known is None or self._polls_left <= 0:
            return await self._survey(session)
        self._polls_left -= 1
        reader = Reader(session)
        await reader.get((*WATCHED, *known.plan.instances))
        if text_at(reader, SYS_OBJECT_ID) != known.sys_object_id or _up_ticks(reader) < known.up_ticks:
            return await self._survey(session)
        changed = text_at(reader, IF_TABLE_LAST_CHANGE)
        relabels = changed != known.if_table_changed or self._polls_left % POLLS_BETWEEN_LABELS == 0
        await reader.walk((*known.plan.columns, *_table_columns(known.shapes, relabels)))
        for shape in known.shapes:
            if relabels or not shape.fits(reader):
                await reader.walk(shape.label_columns())
                shape.take(reader)
        self._known = replace(known, up_ticks=_up_ticks(reader), if_table_changed=changed)
        return self._picture(reader, known, surveyed=False)

    async def _survey(self, session: SnmpSession) -> Picture:
        """Everything anew; what did not change keeps its blocks."""
        before = self._known
        reader = Reader(session)
        await reader.get(SYSTEM)
        profile = await self._choose(reader, session)
        shapes = self._shapes(profile, before)
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
        identity, kind = identify(reader, profile)
        neighbours = neighbours_of(reader, profile)
        plan = plan_of(series_of(reader, adopted), before.plan.block if before else None)
        marks = (text_at(reader, SYS_OBJECT_ID), text_at(reader, IF_TABLE_LAST_CHANGE), _up_ticks(reader))
        self._known = _Known(profile, kind, identity, plan, shapes, neighbours, *marks)
        self._polls_left = self._survey_every - random.randint(0, self._survey_every // 4)
        self._uplinks.learn(neighbours)
        return self._picture(reader, self._known, surveyed=True)

    def _picture(self, reader: Reader, known: _Known, *, surveyed: bool) -> Picture:
        plan = known.plan
        health = (Reading(plan.block, plan.evaluate(reader.values)),) if plan.series else ()
        tables = tuple(reading for shape in known.shapes for reading in shape.readings(reader))
        readings = (*health, *tables, *self._uplinks.readings(tables))
        return Picture(known.profile, known.kind, known.identity, readings, surveyed, known.neighbours, reader.problems)

    def _shapes(self, profile: Profile, before: _Known | None) -> tuple[TableShape, ...]:
        if before is not None and before.profile is profile:
            return before.shapes
        instead = {table.name: table for table in self._full.tables} if self._full else {}
        return tuple(TableShape(instead.get(table.name, table)) for table in profile.tables)

    async def _choose(self, reader: Reader, session: SnmpSession) -> Profile:
        if self._forced is not None:
            forced = self._profiles.get(self._forced)
            if forced is None:
                raise ProbeError(Outcome.LOCAL_FAULT, f"there is no profile {self._forced}")
            return forced
        where, words = text_at(reader, SYS_OBJECT_ID), text_at(reader, SYS_DESCR)
        questions = self._profiles.questions(where, words)
        present = await session.get(questions) if questions else {}
        return self._profiles.choose(where, words, present)


def _table_columns(shapes: Iterable[TableShape], relabels: bool) -> list[Oid]:
    """What a poll walks of the tables, in an order that does not change."""
    labels = [column for shape in shapes for column in shape.label_columns()] if relabels else []
    return [*(subject.column for shape in shapes for subject in shape.columns), *labels]


def _up_ticks(reader: Reader) -> int:
    ticks = reader.column(SYS_UP_TIME[0]).get(SYS_UP_TIME[1])
    return ticks if isinstance(ticks, int) else 0
