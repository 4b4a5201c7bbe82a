"""`opsmon store`: look after the store itself: how it is, its shape, a copy of it, from one database to another."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from opsmon.cli.language import spoken_language
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_pairs, say
from opsmon.clock import WallClock
from opsmon.config.settings_file import load_settings
from opsmon.daemon.sharing.store_commands import StoreCommands
from opsmon.text.bilingual import Text
from opsmon.text.count import counted
from opsmon.text.vocabulary import Words, named

group = new_group("The store: the journal, what is owed, accounts.")
ArchiveArgument = Annotated[
    Path, typer.Argument(metavar="FILE", dir_okay=False, help="The archive, such as store.jsonl.gz.")
]
_MIB = 1024 * 1024
_TABLES: Words = {
    "access_note": Text("access_note", "待记日志"), "account": Text("account", "账号"),
    "channel_ban": Text("channel_ban", "通道停用"), "channel_request": Text("channel_request", "通道用量"),
    "head": Text("head", "链头"), "journal": Text("journal", "日志"), "outbox": Text("outbox", "发件箱"),
    "parcel": Text("parcel", "消息"), "parcel_delivery": Text("parcel_delivery", "消息投递"),
    "session": Text("session", "登录"), "snapshot": Text("snapshot", "快照"), "token": Text("token", "令牌"),
    "watch": Text("watch", "值守时段"), "writer": Text("writer", "写入者"),
}  # fmt: skip


def _commands(root: Path) -> StoreCommands:
    return StoreCommands(load_settings(root).store, root.resolve(), WallClock().now())


class _ProgressLine:
    """A line on stderr that is written over, where a person looks; nothing in a pipe."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def __call__(self, table: str, done: int, total: int) -> None:
        if self._is_shown:
            of = f" / {total}" if total else ""
            sys.stderr.write(f"\r\x1b[K{table}: {done}{of}")
            sys.stderr.flush()

    def end(self) -> None:
        """The line goes."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@group.command()
def status(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """What the store holds, and who writes to it.

    Exit code 1 where it needs `store migrate`.
    """
    found = _commands(root).status()
    if json_output:
        print_json(found)
    else:
        _print_status(found, spoken_language(root))
    if found["revision"] != found["newest_revision"]:
        raise typer.Exit(1)


def _print_status(found: Mapping[str, Any], language: str) -> None:
    rows, head, writer = found["rows"], found["head"], found["writer"]
    pairs = {
        Text("address", "地址"): found["address"],
        Text("revision", "结构版本"): found["revision"] or Text("none yet", "尚无").in_(language),
        Text("journal", "日志"): Text(counted(head["seq"], "entries"), f"{head['seq']} 条").in_(language),
        Text("from", "自"): found["first_at"] or "",
        Text("to", "至"): found["last_at"] or "",
        Text("head", "链头"): head["hash"],
        Text("size", "大小"): f"{found['bytes'] / _MIB:.1f} MiB",
        Text("rows", "行数"): ", ".join(
            f"{named(_TABLES, name, language)} {count}" for name, count in rows.items() if count
        ),
    }
    if writer is not None:
        pairs[Text("writer", "写入者")] = f"{writer['name']}, {writer['since']}"
    print_pairs({name.in_(language): value for name, value in pairs.items()})


@group.command()
def migrate(
    to: Annotated[
        str, typer.Option(metavar="REVISION", help="This revision, also an older one; without it the newest.")
    ] = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Give the store the shape of this version, or an older one.

    An older one before you install an older opsmon. The daemon does it by itself when it starts; nothing is
    lost on the way forward.
    """
    found = _commands(root).migrate(to)
    if json_output:
        print_json(found)
    else:
        before, now = found["from"] or "-", found["to"]
        say(
            Text(f"the store has revision {now} (before: {before})", f"结构版本 {now}（之前：{before}）").in_(
                spoken_language(root)
            )
        )


@group.command()
def export(file: ArchiveArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Write everything into one file, as of one moment.

    Whether the daemon runs or not. It can be imported into a database of either kind. It holds what accounts are known
    by: keep it as safe as the store.
    """
    progress = _ProgressLine()
    try:
        found: Mapping[str, Any] = _commands(root).export(file, progress)
    finally:
        progress.end()
    if json_output:
        print_json(found)
        return
    rows, head = sum(found["rows"].values()), found["head"]["hash"]
    say(
        Text(
            f"wrote {counted(rows, 'rows')} to {file}, head {head}", f"已写入 {file}：{rows} 行，链头 head {head}"
        ).in_(spoken_language(root))
    )


@group.command("import")
def import_archive(file: ArchiveArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Read an archive into an empty store, wholly or not at all.

    While no daemon runs. Exit code 1 where the journal in it is damaged: see `journal verify`.
    """
    progress = _ProgressLine()
    try:
        found: Mapping[str, Any] = _commands(root).import_(file, progress)
    finally:
        progress.end()
    if json_output:
        print_json(found)
    else:
        rows, head = sum(found["rows"].values()), found["head"]["hash"]
        say(
            Text(f"read {counted(rows, 'rows')}, head {head}", f"已导入 {rows} 行，链头 head {head}").in_(
                spoken_language(root)
            )
        )
    if found["damage"]:
        raise typer.Exit(1)


@group.command()
def vacuum(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Give room that deleted rows had back to the disk.

    A daemon that runs waits as long as it takes.
    """
    found: Mapping[str, Any] = _commands(root).vacuum()
    if json_output:
        print_json(found)
        return
    before, now = found["bytes_before"] / _MIB, found["bytes"] / _MIB
    say(
        Text(f"{before:.1f} MiB before, {now:.1f} MiB now", f"之前 {before:.1f} MiB，现在 {now:.1f} MiB").in_(
            spoken_language(root)
        )
    )
