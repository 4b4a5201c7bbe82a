"""What NetBox's custom fields are to be told of the devices that are watched here: only differences, nothing cleared
that another root may have written, and never its own fields such as status.

A monitor's state changes by the minute and NetBox says how things are meant to be: none is written there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from opsmon.backup.status import BackupStatuses
from opsmon.config.netbox.settings import BackField, NetboxSettings
from opsmon.errors import ConfigError, Problem
from opsmon.ledger.netbox.rows import NUMBER, Record, address_of
from opsmon.ledger.row_words import name_from
from opsmon.model.device import Device, Inventory
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import nearest

_MAKE_IT = Sentence(
    "make it there (Customization, type text), or change `netbox.write`",
    "请在 NetBox 中建立（Customization，类型 text），或修改 `netbox.write`",
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One custom field of one device: what NetBox has, what it is to have."""

    number: int
    device: str
    field: str
    before: str
    after: str | None


@dataclass(frozen=True, slots=True)
class WriteBack:
    """`changes` in the order of NetBox's devices. `same` devices need none; `unknown` are not of this inventory."""

    changes: tuple[FieldChange, ...]
    same: int
    unknown: tuple[str, ...]

    def patches(self) -> list[dict[str, object]]:
        """What NetBox is sent: a device once, with the fields that differ."""
        fields: dict[int, dict[str, str | None]] = {}
        for change in self.changes:
            fields.setdefault(change.number, {})[change.field] = change.after
        return [{"id": number, "custom_fields": found} for number, found in fields.items()]


class FactsOfDevices:
    """What may be told of a device of the inventory."""

    def __init__(self, backups: BackupStatuses, timezone: ZoneInfo) -> None:
        self._backups, self._timezone = backups, timezone

    def of(self, device: Device, what: BackField) -> str:
        """The text of one fact; empty where there is none."""
        if what is BackField.LAST_BACKUP:
            good_at = self._backups.of(device).good_at
            # The day alone: it fits a field of text, of dates and of times alike, and changes once a day.
            return good_at.astimezone(self._timezone).date().isoformat() if good_at else ""
        return {
            BackField.NAME: device.name,
            BackField.SITE: device.site,
            BackField.CONTRACT: device.contract or "",
            BackField.SERVICE: device.service or "",
            BackField.KIND: device.kind.value,
            BackField.PROFILE: device.profile or "",
        }[what]


def plan_write_back(
    devices: Iterable[Record], inventory: Inventory, settings: NetboxSettings, facts: FactsOfDevices
) -> WriteBack:
    """What would be written. Raises ConfigError where NetBox has no such custom field for devices."""
    book = _Matches(inventory)
    changes: list[FieldChange] = []
    unknown: list[str] = []
    same = 0
    for record in devices:
        custom = record.get("custom_fields")
        fields = custom if isinstance(custom, Mapping) else {}
        _check_fields(settings, fields)
        device = book.of(record)
        if device is None:
            unknown.append(str(record.get("name") or record.get("display") or record["id"]))
            continue
        found = list(_differences(record, device, settings, facts))
        changes += found
        same += not found
    return WriteBack(tuple(changes), same, tuple(unknown))


def _check_fields(settings: NetboxSettings, fields: Mapping[str, object]) -> None:
    """NetBox shows every custom field of a device, also one that is empty."""
    missing = [name for name in settings.write if name not in fields]
    if missing:
        told = Sentence(
            f"NetBox has no custom field {', '.join(missing)} for devices",
            f"NetBox 的设备没有自定义字段 {'、'.join(missing)}",
        )
        hint = nearest(missing[0], fields) or _MAKE_IT
        raise ConfigError((Problem("", 0, 0, told, hint),))


def _differences(
    record: Record, device: Device, settings: NetboxSettings, facts: FactsOfDevices
) -> Iterable[FieldChange]:
    fields = record["custom_fields"]
    for name, what in settings.write.items():
        before, after = _shown(fields[name]), facts.of(device, what)
        # A field of dates with times gives midnight back behind the day.
        if before != after and not (after and what is BackField.LAST_BACKUP and before.startswith(after)):
            yield FieldChange(int(record["id"]), device.name, name, before, after or None)


def _shown(value: object) -> str:
    found = value.get("value") if isinstance(value, Mapping) else value
    return "" if found is None else str(found)


class _Matches:
    """Which device here one of NetBox's is: by the label that an import gives it, else by its address and name."""

    def __init__(self, inventory: Inventory) -> None:
        devices: Sequence[Device] = list(inventory.devices.values())
        self._by_number = {device.labels[NUMBER]: device for device in devices if device.labels.get(NUMBER)}
        self._by_address = {device.address: device for device in devices if not device.labels.get(NUMBER)}

    def of(self, record: Record) -> Device | None:
        numbered = self._by_number.get(str(record["id"]))
        if numbered is not None:
            return numbered
        device = self._by_address.get(address_of(record))
        if device is None:
            return None
        name = name_from(str(record.get("name") or "")).casefold()
        return device if name in {one.casefold() for one in (device.name, *device.formerly)} else None


def facts_of(root: Path, timezone: ZoneInfo) -> FactsOfDevices:
    """What a root knows of its devices beside the inventory."""
    return FactsOfDevices(BackupStatuses(root), timezone)
