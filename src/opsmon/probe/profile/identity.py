"""Who the device says it is: vendor, kind, model, serial number and software, from a profile's places in order."""

from collections.abc import Mapping
from dataclasses import replace

from opsmon.bounds import CELL_CHARS, SYS_DESCR_CHARS
from opsmon.model.device import Kind
from opsmon.model.sample import Identity
from opsmon.probe.profile.definition.convert import passes
from opsmon.probe.profile.definition.profile import KindRule, MibObject, Profile, TextPlace
from opsmon.probe.profile.reader import Instance, Reader
from opsmon.probe.profile.survey import selected_rows
from opsmon.probe.profile.text import clean_text, oid_in, raw_text
from opsmon.protocol.snmp.session import Index, Oid

SYS_DESCR: Instance = ((1, 3, 6, 1, 2, 1, 1, 1), (0,))
SYS_OBJECT_ID: Instance = ((1, 3, 6, 1, 2, 1, 1, 2), (0,))
SYS_UP_TIME: Instance = ((1, 3, 6, 1, 2, 1, 1, 3), (0,))
SYS_NAME: Instance = ((1, 3, 6, 1, 2, 1, 1, 5), (0,))
IF_TABLE_LAST_CHANGE: Instance = ((1, 3, 6, 1, 2, 1, 31, 1, 5), (0,))
ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
# Of a table that names the device, the rows tried: the first chassis, or the members of a stack.
FIRST_ROWS = 4
NO_NAME = frozenset(
    {"", "n/a", "na", "none", "null", "unknown", "not set", "not available", "unspecified", "-", "--", "default string"}
)


def text_at(reader: Reader, instance: Instance) -> str:
    """The text of a scalar, up to its bound."""
    column, row = instance
    return raw_text(reader.column(column).get(row), SYS_DESCR_CHARS if instance == SYS_DESCR else CELL_CHARS)


def system_words(reader: Reader) -> dict[str, str]:
    """The words of the system group that the device has."""
    words = {
        "sysName": clean_text(text_at(reader, SYS_NAME)),
        "sysObjectID": clean_text(text_at(reader, SYS_OBJECT_ID)),
        "sysDescr": clean_text(text_at(reader, SYS_DESCR), 512),
    }
    ticks = reader.column(SYS_UP_TIME[0]).get(SYS_UP_TIME[1])
    if isinstance(ticks, int):
        words["sysUpTime_s"] = str(ticks / 100)
    return {word: text for word, text in words.items() if text}


def identity_instances(reader: Reader, profile: Profile) -> list[Instance]:
    """The rows of tables that name the device; its scalars are there already."""
    wanted: list[Instance] = []
    for places in profile.identity.values():
        for place in places:
            subject = place.subject
            if subject is not None and subject.fixed is None and place.select:
                wanted += [(subject.column, row) for row in _rows(reader, place, subject)]
    return wanted


def _rows(reader: Reader, place: TextPlace, subject: MibObject) -> list[Index]:
    rows = selected_rows(reader, subject, place.select) if place.select else list(reader.column(subject.column))
    return sorted(rows or [])[:FIRST_ROWS]


def identify(reader: Reader, profile: Profile) -> tuple[Identity, Kind]:
    """The identity and the kind of device."""
    system = system_words(reader)
    words = {word: _first(reader, places) for word, places in profile.identity.items()}
    vendor = words.get("vendor") or profile.vendor or _registered(profile.vendors, system.get("sysObjectID", ""))
    identity = Identity(
        profile=profile.name,
        vendor=vendor,
        model=words.get("model", ""),
        serial=words.get("serial", ""),
        software=words.get("software", ""),
        system=system,
    )
    return identity, _kind(reader, profile, identity)


def keep_words(found: Identity, before: Identity) -> Identity:
    """The identity with the words that the device said before and cannot say now: its tables are not filled yet."""
    words = {name: getattr(found, name) or getattr(before, name) for name in ("vendor", "model", "serial", "software")}
    return replace(found, **words)


def _first(reader: Reader, places: tuple[TextPlace, ...]) -> str:
    return next((text for place in places if (text := _text(reader, place)).casefold() not in NO_NAME), "")


def _text(reader: Reader, place: TextPlace) -> str:
    if place.text is not None:
        return place.text
    if place.sysobjectid:
        return place.sysobjectid.get(text_at(reader, SYS_OBJECT_ID).strip("."), "")
    if place.sysdescr is not None:
        found = place.sysdescr.search(text_at(reader, SYS_DESCR))
        return clean_text(found[1] or "") if found else ""
    if (subject := place.subject) is None:
        return ""
    return next((text for row in _places(reader, place, subject) if (text := _of_row(reader, place, subject, row))), "")


def _places(reader: Reader, place: TextPlace, subject: MibObject) -> list[Index]:
    if subject.fixed is None:
        return _rows(reader, place, subject)
    passed = all(passes(reader.values, test, subject.fixed) for test in place.select)
    return [subject.fixed] if passed else []


def _of_row(reader: Reader, place: TextPlace, subject: MibObject, row: Index) -> str:
    text = raw_text(reader.column(subject.column).get(row))
    if place.pattern is not None:
        found = place.pattern.search(text)
        text = (found[1] or "") if found else ""
    if place.strip is not None:
        text = place.strip.sub("", text)
    text = clean_text(text)
    return "" if text.casefold() in NO_NAME else text


def _registered(vendors: Mapping[int, str], sys_object_id: str) -> str:
    """The vendor by its enterprise number (IANA); empty where nobody told us the number."""
    oid = oid_in(sys_object_id)
    return vendors.get(oid[6], "") if oid[:6] == ENTERPRISES and len(oid) > 6 else ""


def _kind(reader: Reader, profile: Profile, identity: Identity) -> Kind:
    return next((rule.kind for rule in profile.kinds if _holds(reader, rule, identity)), profile.kind)


def _holds(reader: Reader, rule: KindRule, identity: Identity) -> bool:
    system = identity.system
    if rule.sysdescr is not None and not rule.sysdescr.search(text_at(reader, SYS_DESCR)):
        return False
    if rule.sysobjectid is not None:
        where = oid_in(system.get("sysObjectID", ""))
        if where[: len(rule.sysobjectid)] != rule.sysobjectid:
            return False
    if rule.model is not None and not rule.model.search(identity.model):
        return False
    if rule.present is None:
        return True
    rows = reader.column(rule.present.column)
    return bool(rows) if rule.present.fixed is None else rule.present.fixed in rows
