"""Who answers at an address, in a handful of requests: the profile, and the identity by it, without its metrics."""

from dataclasses import dataclass

from opsmon.model.device import Kind
from opsmon.model.sample import Identity
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.definition.profile import Match, Profile
from opsmon.probe.profile.identity import (
    SYS_DESCR,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYS_UP_TIME,
    identify,
    identity_instances,
    text_at,
)
from opsmon.probe.profile.reader import Instance, Reader
from opsmon.protocol.snmp.session import Oid


@dataclass(frozen=True, slots=True)
class Recognised:
    """The profile, by which of its matches (None: it is the generic one), and what it makes of the device."""

    profile: Profile
    match: Match | None
    identity: Identity
    kind: Kind


async def recognise(reader: Reader, profiles: ProfileSet) -> Recognised:
    """Asks for the system group, and what the profile that fits it wants to know. Raises ProbeError where nothing
    answers."""
    await reader.get((SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME, SYS_NAME))
    where, words = text_at(reader, SYS_OBJECT_ID), text_at(reader, SYS_DESCR)
    questions = profiles.questions(where, words)
    present = await reader.session.get(questions) if questions else {}
    profile, match = profiles.best(where, words, present)
    await reader.get(_scalars(profile))
    await reader.walk(_columns(profile))
    await reader.read(identity_instances(reader, profile))
    identity, kind = identify(reader, profile)
    return Recognised(profile, match, identity, kind)


def _scalars(profile: Profile) -> list[Instance]:
    """Single instances that name the device or tell its kind."""
    places = [place.subject for listed in profile.identity.values() for place in listed]
    tests = [
        test.subject
        for listed in profile.identity.values()
        for place in listed
        for test in place.select
        if test.subject.fixed is not None
    ]
    wanted = [*places, *tests, *(rule.present for rule in profile.kinds)]
    return [(one.column, one.fixed) for one in wanted if one is not None and one.fixed is not None]


def _columns(profile: Profile) -> list[Oid]:
    """The columns that tell which rows name the device, and those that name it in whatever row they have."""
    wanted = [rule.present for rule in profile.kinds if rule.present is not None]
    for listed in profile.identity.values():
        for place in listed:
            tested = [subject for test in place.select for subject in test.subjects()]
            wanted += tested or ([place.subject] if place.subject is not None else [])
    return [one.column for one in wanted if one.fixed is None]
