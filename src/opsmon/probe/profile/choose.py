"""Which profile a device gets: by sysObjectID (the longest prefix wins), then by what it has, then by sysDescr.

The number of net-snmp is a `weak` one, for half of all makers leave it as it is: words go before it. Cards that call
themselves plain net-snmp, or nothing at all, are told apart by an instance that only they have: `present`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from opsmon.probe.profile.definition.profile import Match, Profile
from opsmon.probe.profile.text import oid_in, raw_text
from opsmon.protocol.snmp.session import Oid, SnmpValue

GENERIC = "generic"
Rank = tuple[bool, int, bool, bool]
_NOTHING: Mapping[Oid, SnmpValue] = MappingProxyType({})


def _rank(match: Match) -> Rank:
    return (not match.weak, len(match.sysobjectid or ()), match.present is not None, match.sysdescr is not None)


def _number_in(sys_object_id: str) -> Oid:
    """sysObjectID, empty where the agent has none; zeroDotZero (RFC 3418) is none too."""
    where = oid_in(sys_object_id)
    return () if where == (0, 0) else where


def _fits(match: Match, sys_object_id: Oid, sys_descr: str) -> bool:
    """Whether sysObjectID and sysDescr are as the match wants them, whatever `present` may say."""
    prefix = match.sysobjectid
    if prefix == () and sys_object_id:
        return False
    if prefix and sys_object_id[: len(prefix)] != prefix:
        return False
    return match.sysdescr is None or match.sysdescr.search(sys_descr) is not None


def _is_present(match: Match, present: Mapping[Oid, SnmpValue]) -> bool:
    if match.present is None:
        return True
    if match.present not in present:
        return False
    return match.value is None or match.value.search(raw_text(present[match.present])) is not None


class ProfileSet:
    """Every profile of a root, and the choice among them."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self.profiles = profiles
        self._matches = [(match, profile) for profile in profiles.values() for match in profile.match]
        self._matches.sort(key=lambda pair: _rank(pair[0]), reverse=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProfileSet) and self.profiles == other.profiles

    __hash__ = None  # type: ignore[assignment]  # a set of profiles is compared at a reload, and is no key

    def get(self, name: str) -> Profile | None:
        return self.profiles.get(name)

    def questions(self, sys_object_id: str, sys_descr: str) -> tuple[Oid, ...]:
        """The instances that decide: those of better rank than the best match that needs none."""
        where = _number_in(sys_object_id)
        asked: list[Oid] = []
        for match, _ in self._matches:
            if not _fits(match, where, sys_descr):
                continue
            if match.present is None:
                break
            asked.append(match.present)
        return tuple(dict.fromkeys(asked))

    def choose(self, sys_object_id: str, sys_descr: str, present: Mapping[Oid, SnmpValue] = _NOTHING) -> Profile:
        """The profile that fits best; the generic one where none does. `present` answers `questions`."""
        return self.best(sys_object_id, sys_descr, present)[0]

    def best(
        self, sys_object_id: str, sys_descr: str, present: Mapping[Oid, SnmpValue] = _NOTHING
    ) -> tuple[Profile, Match | None]:
        """The profile that fits best, and by which of its matches; None where the generic one stands in."""
        where = _number_in(sys_object_id)
        for match, profile in self._matches:
            if _fits(match, where, sys_descr) and _is_present(match, present):
                return profile, match
        return self.profiles[GENERIC], None
