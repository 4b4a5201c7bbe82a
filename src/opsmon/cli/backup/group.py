"""`opsmon backup`: capture configurations, look at what is kept, prove it. Exit code 1 when any of it is not good."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from opsmon.backup.archiver import RunContext
from opsmon.backup.inspection import Archive
from opsmon.backup.last_resort import ended_when_held
from opsmon.backup.lock import run_lock
from opsmon.backup.outcome import Occasion, Result
from opsmon.backup.repository.repository import Repository
from opsmon.backup.run import RetryRounds, Run, RunNote
from opsmon.backup.status import BackupStatus, BackupStatuses
from opsmon.cli.backup import change as backup_change
from opsmon.cli.backup.render import Progress, age_text, backup_config_of, print_diff, print_drill, print_results
from opsmon.cli.backup.selector import select_devices
from opsmon.cli.language import language_of
from opsmon.cli.moment import parse_moment
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.clock import WallClock
from opsmon.config.lookup import find_device
from opsmon.config.root import Root, load_root
from opsmon.model.duration import parse_duration_s
from opsmon.model.name import DeviceName
from opsmon.private_file import PRIVATE_UMASK
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.count import counted
from opsmon.text.safe import visible
from opsmon.text.vocabulary import headings

group = new_group("Configurations of devices, proved and kept in git.")
group.add_typer(backup_change.group, name="change")

SelectorsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SELECTOR]...", help="Names, patterns (`core-*`), site:NAME, kind:KIND, label:KEY=VALUE."),
]
GONE = Text("no longer in the inventory", "已不在设备清单中")
UNANNOUNCED = Text("changed without a change order", "配置变更未登记变更单")
NEVER = Text("never captured", "从未备份成功")
INTERRUPTED = Text(
    "the last run was interrupted; `--resume` continues it", "上次备份中断，可用 `--resume` 从中断处继续"
)
DeviceArgument = Annotated[str, typer.Argument(metavar="DEVICE", help="The device's name.")]


def _moment(text: str | None, zone: ZoneInfo, option: str) -> datetime | None:
    """A time as it was typed; without an offset it is the root's own."""
    return None if text is None else parse_moment(text, zone, option, local=True)


@group.command("run")
def run(
    selectors: SelectorsArgument = None,
    accept: Annotated[bool, typer.Option("--accept", help="Believe a copy that is much shorter than before.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the commits.")] = "routine",
    rounds: Annotated[int | None, typer.Option("--rounds", min=1, help="Try failed devices so often.")] = None,
    pause: Annotated[str | None, typer.Option("--pause", help="Between rounds, such as 20m.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="HH:MM", help="Try again until then.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Only what an interrupted run had not done.")] = False,
    threads: Annotated[int | None, typer.Option("--threads", min=1, max=200, help="Devices at a time.")] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Capture configurations now.

    Of all devices with `ssh.platform`, or of those selected; what fails is told with its reason.
    """
    os.umask(PRIVATE_UMASK)
    loaded = load_root(root)
    devices = select_devices(loaded.inventory, selectors or ())
    clock = WallClock()
    began = clock.now()
    retries = _retry_rounds(loaded, rounds, pause, until, began)
    circumstance = RunContext(Occasion.ROUTINE, " ".join(visible(reason).split()) or "routine")
    work = Run(backup_config_of(loaded, threads), circumstance, clock, accept=accept)
    with run_lock(loaded.path), ended_when_held(), Progress(len(devices), quiet=json_output) as progress:
        if not resume and RunNote(loaded.path).interrupted_at():  # with the lock in hand: nobody is at it any more
            warn(INTERRUPTED.in_(language_of(loaded.settings)))
        results = work.run_locked(devices, progress.tell, retries, resume=resume)
    order = {device.name: number for number, device in enumerate(devices)}
    results.sort(key=lambda result: order[result.device])
    if json_output:
        print_json(_summary(results, began, clock.now()))
    else:
        print_results(results, language_of(loaded.settings))
    if not all(result.ok for result in results):
        raise typer.Exit(1)


def _retry_rounds(root: Root, rounds: int | None, pause: str | None, until: str | None, now: datetime) -> RetryRounds:
    try:
        pause_s = parse_duration_s(pause) if pause else root.settings.backup.pause_s
        hour = datetime.strptime(until, "%H:%M").time() if until else None  # noqa: DTZ007 - an hour of no day
    except ValueError:
        raise typer.BadParameter(
            Sentence("--pause is such as 20m, --until such as 06:00", "--pause 例如 20m，--until 例如 06:00")
        ) from None
    if hour is None:
        return RetryRounds(rounds or 1, pause_s if pause or (rounds or 1) > 1 else 0.0)
    local = now.astimezone(root.settings.timezone)
    end = local.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return RetryRounds(rounds or 0, pause_s, end if end > local else end + timedelta(days=1))


def _summary(results: Sequence[Result], began: datetime, ended: datetime) -> dict[str, Any]:
    return {
        "began_at": began.isoformat(timespec="seconds"),
        "ended_at": ended.isoformat(timespec="seconds"),
        "devices": len(results),
        "good": sum(result.ok for result in results),
        "failed": sum(not result.ok for result in results),
        "changed": sum(result.changed for result in results),
        "results": [asdict(result) | {"at": result.at.isoformat(timespec="seconds")} for result in results],
    }


def _shelf(root: Root) -> Archive:
    return Archive(Repository(root.settings.backup.repository), BackupStatuses(root.path), root.recipes)


@group.command("list")
def list_copies(
    selectors: SelectorsArgument = None, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False
) -> None:
    """The last good copy of each device.

    Its age and size, and why there is no newer one; without selectors also of devices that left the inventory. The
    exit code is 1 when any copy of the inventory's devices is not good.
    """
    loaded = load_root(root)
    shelf, now = _shelf(loaded), datetime.now(UTC)
    devices = select_devices(loaded.inventory, selectors or (), may_be_none=True)
    standings = [replace(shelf.standing(device), device=device.name) for device in devices]
    gone = [] if selectors else shelf.gone({*loaded.inventory.devices, *loaded.inventory.renamed()})
    doubts = shelf.doubts([*standings, *gone])
    language = "en" if json_output else language_of(loaded.settings)
    why = {s.device: "; ".join(filter(None, (doubts.get(s.device, ""), _why(s, language)))) for s in standings}
    why |= {s.device: "; ".join(filter(None, (GONE.in_(language), doubts.get(s.device, "")))) for s in gone}
    good = sum(standing.is_good and standing.device not in doubts for standing in standings)
    if json_output:
        rows = [_listed(standing, now, why) | {"in_inventory": True} for standing in standings]
        print_json(rows + [_listed(standing, now, why) | {"in_inventory": False} for standing in gone])
    else:
        table = (
            (s.device, s.site, age_text(s.good_at, now, language), s.lines or "", s.chars or "", s.order, why[s.device])
            for s in (*standings, *gone)
        )
        print_table(headings(("device", "site", "last good", "lines", "size", "change", "why not"), language), table)
        said = Text(
            f"{counted(len(standings), 'devices')}, {good} good{f'; {len(gone)} {GONE.en}' if gone else ''}",
            f"设备 {len(standings)} 台，备份完好 {good} 台{f'；已移出清单 {len(gone)} 台' if gone else ''}",
        )
        say(said.in_(language))
    if good < len(standings):
        raise typer.Exit(1)


def _why(standing: BackupStatus, language: str) -> str:
    if standing.unannounced:
        return UNANNOUNCED.in_(language) + (f"; {standing.reason}" if standing.reason else "")
    return standing.reason or ("" if standing.good_at else NEVER.in_(language))


def _listed(standing: BackupStatus, now: datetime, why: Mapping[DeviceName, str]) -> dict[str, Any]:
    good, tried, changed = standing.good_at, standing.tried_at, standing.changed_at
    return {
        "device": standing.device,
        "site": standing.site,
        "path": standing.path,
        "good_at": good.isoformat(timespec="seconds") if good else None,
        "age_s": round((now - good).total_seconds()) if good else None,
        "changed_at": changed.isoformat(timespec="seconds") if changed else None,
        "tried_at": tried.isoformat(timespec="seconds") if tried else None,
        "lines": standing.lines,
        "chars": standing.chars,
        "commit": standing.commit,
        "order": standing.order,
        "failures": standing.failures,
        "unannounced": standing.unannounced is not None,
        "encoding": standing.encoding,
        "encoding_note": standing.encoding_note,
        "why_not": why[standing.device],
    }


def _places(root: Root, shelf: Archive, name: str) -> tuple[str, ...]:
    """Where the copies of a device are: of the inventory, under a former name, or of one that has left it."""
    devices = root.inventory.devices
    present = DeviceName(name) if name in devices else root.inventory.renamed().get(DeviceName(name))
    if present is not None:
        return shelf.places(devices[present])
    left = {standing.device: (standing.path, *standing.earlier) for standing in shelf.gone(devices) if standing.path}
    return left.get(DeviceName(name)) or shelf.places(find_device(root.inventory, name))


@group.command("show")
def show(
    device: DeviceArgument,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="As it was then.")] = None,
    raw: Annotated[bool, typer.Option("--bytes", help="In the device's own encoding, byte for byte.")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """The last good copy of a device, or the one of a time.

    Of a device that has left the inventory, too, by the name that it had.
    """
    loaded = load_root(root)
    shelf, when = _shelf(loaded), _moment(at, loaded.settings.timezone, "--at")
    if raw and not json_output:
        sys.stdout.buffer.write(shelf.raw(device, _places(loaded, shelf, device), when))
        return
    text, version = shelf.text(device, _places(loaded, shelf, device), when)
    if json_output:
        taken = version.at.isoformat(timespec="seconds")
        print_json({"device": device, "at": taken, "commit": version.commit, "path": version.path, "text": text})
        return
    typer.echo(text, nl=False)


@group.command("diff")
def diff(
    device: DeviceArgument,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="From the copy of then.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="To the copy of then.")] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """What changed between two copies: by default by the last change."""
    loaded = load_root(root)
    shelf, zone = _shelf(loaded), loaded.settings.timezone
    places = _places(loaded, shelf, device)
    text, before, after = shelf.diff(device, places, _moment(since, zone, "--since"), _moment(until, zone, "--until"))
    if json_output:
        print_json({"device": device, "from": before, "to": after, "diff": text})
        return
    print_diff(text)


@group.command("verify")
def verify(
    selectors: SelectorsArgument = None, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False
) -> None:
    """Prove that what is kept could be restored from.

    The repository sound, each copy young enough, whole, and parsing back to itself.
    """
    loaded = load_root(root)
    shelf = _shelf(loaded)
    overdue = timedelta(days=loaded.settings.backup.overdue_nights)
    devices = select_devices(loaded.inventory, selectors or (), may_be_none=True)
    drills = shelf.drill(devices, datetime.now(UTC), overdue)
    faults = shelf.repository.faults()
    edited = shelf.repository.copies_that_differ()
    faults += [f"{path} is not as it was committed: somebody edited the file" for path in edited]
    unowned = (
        [] if selectors else shelf.unowned([d for d in loaded.inventory.devices.values() if d.ssh and d.ssh.platform])
    )
    print_drill(drills, faults, unowned, json_output=json_output)
    if faults or any(drill.faults for drill in drills):
        raise typer.Exit(1)
