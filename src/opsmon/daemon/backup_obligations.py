"""What backups mean to the contracts: obligations that they fulfil, and devices that are overdue.

Pure. The obligations of which a contract says `fulfilled_by: backup` are ticked off for a service on a day on which
every network and security device of it was captured and proved; one that cannot be captured, or that nobody gave an
`ssh.platform`, leaves them open until they are overdue. Those of which it says `broken_by:` are named in what is found.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo

from opsmon.backup.status import BackupStatus
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.obligation import Obligation
from opsmon.engine.commands.tick import judge_done
from opsmon.engine.input import MarkDone, Report
from opsmon.engine.world import World
from opsmon.model.device import Device, Kind
from opsmon.model.discovery import Discovery, Fulfilment
from opsmon.model.name import ContractId, DeviceName
from opsmon.text.count import counted

BY = "opsmon"
NETWORK = frozenset({Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.SECURITY, Kind.WLC})


def duties_done(
    world: World, standings: Mapping[DeviceName, BackupStatus], now: datetime, zone: tzinfo
) -> Iterator[MarkDone]:
    """The obligations that the backups of today have fulfilled and that nobody has ticked off yet."""
    for name, book in world.rules.contracts.items():
        owed = [one for one in book.obligations if one.fulfilled_by is Fulfilment.BACKUP]
        devices = _network_devices(world, name) if owed and standings else []
        for obligation in owed if devices else ():
            yield from _done(world, name, book, obligation, devices, standings, now, zone)


def _done(
    world: World,
    name: ContractId,
    book: ContractRules,
    obligation: Obligation,
    owing: list[Device],
    standings: Mapping[DeviceName, BackupStatus],
    now: datetime,
    zone: tzinfo,
) -> Iterator[MarkDone]:
    today = now.astimezone(zone).date()
    for service in obligation.services or ("",):  # "": the contract owes it as a whole
        devices = [device for device in owing if service in ("", device.service)]
        taken = [standing.good_at for d in devices if (standing := standings.get(d.name)) and standing.good_at]
        if not devices or len(taken) < len(devices) or min(taken).astimezone(zone).date() != today:
            continue
        note = f"{counted(len(devices), 'configurations')} captured and proved"
        asked = MarkDone(name, obligation.id, today, min(max(taken), now), BY, note, service)
        if not isinstance(judge_done(book, asked, world.duties, now), str):
            yield asked


def _network_devices(world: World, contract: ContractId) -> list[Device]:
    of_contract = (device for device in world.rules.inventory.devices.values() if device.contract == contract)
    return [device for device in of_contract if device.kind in NETWORK]


def overdue_reports(
    devices: Iterable[Device],
    standings: Mapping[DeviceName, BackupStatus],
    contracts: Mapping[ContractId, ContractRules],
    now: datetime,
    nights: int,
    condition: str,
) -> Iterator[Report]:
    """For each device that was ever tried, whether it has been without a good copy for so many nights, as a report of
    the `condition`."""
    for device in devices if standings else ():
        standing = standings.get(device.name)
        if standing is not None and standing.tried_at is not None:
            detail = _overdue(standing, now, nights)
            under = clauses_of(device, contracts, Discovery.BACKUP_OVERDUE)
            yield Report(device.name, condition, bool(detail), detail=f"{detail}{under}" if detail else "")


def _overdue(standing: BackupStatus, now: datetime, nights: int) -> str:
    if standing.good_at is None:
        told = f"no configuration was ever backed up in {counted(standing.failures, 'attempts')}"
        return f"{told}: {standing.reason}" if standing.failures >= nights else ""
    age = now - standing.good_at
    why = f": {standing.reason}" if standing.reason else ""
    return f"the last good backup is {counted(age.days, 'days')} old{why}" if age >= timedelta(days=nights) else ""


def clauses_of(device: Device, contracts: Mapping[ContractId, ContractRules], discovery: Discovery) -> str:
    """The obligations of the device's contract and service that a discovery breaks, in brackets; "" for none."""
    book = contracts.get(device.contract) if device.contract else None
    obligations = book.obligations if book is not None else ()
    found = [
        one.id
        for one in obligations
        if discovery in one.broken_by and (not one.services or device.service in one.services)
    ]
    return f" (clause {', '.join(found)})" if found else ""
