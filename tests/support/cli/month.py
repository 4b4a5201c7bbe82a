"""A journal of November 2026 under the video-conference contract, for the tests of reports and assessments."""

from datetime import timedelta
from pathlib import Path

from opsmon.model.device import Kind
from opsmon.model.duty import ContractWatched, ObligationDone, TaskChanged, TaskState
from opsmon.model.event import Event, FactAdded, IncidentClosed, IncidentOpened
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ClauseId, ContractId, DeviceName, IncidentId, SiteName
from opsmon.store.store import open_store
from tests.support.contract.rulebook import local
from tests.support.places import REPOSITORY

E = ContractId("xicheng-vc-2025")
SHA = "5e" * 32


def opened(name: str, at: str, device: str, kind: Kind, *, condition: str = "DeviceDown") -> IncidentOpened:
    return IncidentOpened(
        at=local(at), incident=IncidentId(name), condition=condition, subject="", device=DeviceName(device),
        site=SiteName("hall"), kind=kind, contract=E, service="vc", severity=Severity.ORDINARY, starts_at=local(at),
        detail="no answer", labels={"venue": "bureau"},
    )  # fmt: skip


def told(name: str, type_: FactType, at: str, **words: object) -> FactAdded:
    fact = Fact(type_, local(at), "值班员", **words)  # type: ignore[arg-type]
    return FactAdded(local(at), IncidentId(name), fact)


def kept_fault(name: str, day: str, device: str, kind: Kind) -> list[Event]:
    """A fault with everything in time: reported, acknowledged, helped, resolved, its report on the same day."""
    steps = (
        (FactType.REPORTED, "10:00:00"), (FactType.ACKNOWLEDGED, "10:02:00"), (FactType.REMOTE_STARTED, "10:05:00"),
        (FactType.RESOLVED, "10:30:00"), (FactType.REPORT_FILED, "16:00:00"),
    )  # fmt: skip
    facts = [told(name, type_, f"{day} {time}") for type_, time in steps]
    closed = IncidentClosed(local(f"{day} 16:00:00"), IncidentId(name), "resolved")
    return [opened(name, f"{day} 10:00:00", device, kind), *facts, closed]


def late_fault(name: str, day: str, device: str) -> list[Event]:
    """Remote help failed, resolved four hours later, closed; its report is still owed."""
    steps = (
        (FactType.REPORTED, "10:00:00"), (FactType.ACKNOWLEDGED, "10:02:00"), (FactType.REMOTE_STARTED, "10:05:00"),
        (FactType.REMOTE_FAILED, "10:10:00"), (FactType.ON_SITE, "11:00:00"), (FactType.RESOLVED, "14:00:00"),
    )  # fmt: skip
    facts = [told(name, type_, f"{day} {time}") for type_, time in steps]
    closed = IncidentClosed(local(f"{day} 14:10:00"), IncidentId(name), "resolved")
    return [opened(name, f"{day} 10:00:00", device, Kind.MCU), *facts, closed]


def story() -> list[Event]:
    """Two faults in time (one of a device with a bad name), one late, one late and excluded; a patrol ticked off."""
    tick = ObligationDone(
        local("2026-11-04 17:00:00"), E, ClauseId("E13"), "", "", local("2026-11-05 00:00:00"), "2026-11-04",
        local("2026-11-04 17:00:00"), "巡检员", file="patrol.pdf", file_sha256=SHA,
    )  # fmt: skip
    missed = TaskChanged(
        local("2026-11-06 00:00:00"), E, ClauseId("E12"), "", "", local("2026-11-07 00:00:00"), TaskState.AT_RISK,
        TaskState.OVERDUE,
    )  # fmt: skip
    excluded = told(
        "20261111-1", FactType.EXCLUDED, "2026-11-13 09:00:00", note="停电", approved_by="客户负责人",
        paper="停电证明.pdf", paper_sha256=SHA,
    )  # fmt: skip
    return [
        ContractWatched(local("2026-11-03 00:00:00"), E), tick, missed,
        *kept_fault("20261105-1", "2026-11-05", "mcu-1", Kind.MCU),
        *kept_fault("20261106-1", "2026-11-06", '=cmd|"/C calc"!A0', Kind.SWITCH),
        *late_fault("20261110-1", "2026-11-10", "mcu-1"),
        *late_fault("20261111-1", "2026-11-11", "mcu-2"), excluded,
    ]  # fmt: skip


def write_root(folder: Path, events: list[Event], settings: str = "") -> Path:
    """A root with the stock rules and a journal of these events."""
    (folder / "rules").symlink_to(REPOSITORY / "rules")
    if settings:
        (folder / "opsmon.yaml").write_text(settings, encoding="utf-8")
    store = open_store("sqlite:///var/opsmon.db", folder)
    store.commit(events, (), max(event.at for event in events) + timedelta(seconds=1))
    store.close()
    return folder
