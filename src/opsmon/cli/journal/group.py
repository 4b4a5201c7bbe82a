"""`opsmon journal`: read and prove what was written down. Reads the store itself, so the daemon may run or not."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from opsmon.backup.repository.history import journal_heads
from opsmon.cli.journal.line import entry_line
from opsmon.cli.language import language_of, spoken_language
from opsmon.cli.moment import parse_moment
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, say
from opsmon.config.settings_file import load_settings
from opsmon.errors import BackupError
from opsmon.model.name import IncidentId
from opsmon.report.journal import journal_rows, verify_journal
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.count import counted
from opsmon.text.near_miss import shown

_HEAD = re.compile(r"\b[0-9a-f]{64}\b")
# A head as we write it: `head HASH` in the log, `opsmon_journal_head_info{hash="HASH"}`, `"journal_head": "SEQ HASH"`
# in a message, `Journal-Head: SEQ HASH` in a commit. Other hashes may stand in the same file.
_NAMED_HEAD = re.compile(r"\bhead\b[^0-9a-f\n]{0,8}(?:\d{1,12} )?([0-9a-f]{64})\b", re.IGNORECASE)
_SAMPLE_OF_HEAD = re.compile(r'journal_head(?:_info\{[^\n]{0,400}?hash=\\?"|\\?": ?\\?"\d{1,12} )([0-9a-f]{64})\b')
_HEAD_OF_VERIFY = re.compile(r'"head":\s*\{\s*"seq":\s*\d+,\s*"hash":\s*"([0-9a-f]{64})"')
MAX_DAMAGE_LINES = 20
group = new_group("The journal of everything that was ever decided.")


@group.command()
def verify(
    root: RootOption = CHOSEN_ROOT,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HEAD|FILE|REPOSITORY",
            help="A head that was kept elsewhere, a file with such heads in it, or a repository of backups.",
        ),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Prove that no past entry was changed, removed or put in. Exit code 1 where one was."""
    kept = [found for given in against or () for found in _heads_in(given)]
    verdict = verify_journal(load_settings(root).store, root, kept)
    if json_output:
        print_json(verdict)
    else:
        _print_verdict(verdict, spoken_language(root))
    if verdict["damage"]:
        raise typer.Exit(1)


def _print_verdict(verdict: Mapping[str, Any], language: str) -> None:
    damage, head = verdict["damage"], verdict["head"]["hash"]
    for one in damage[:MAX_DAMAGE_LINES]:
        place = Text(f"entry {one['seq']}", f"第 {one['seq']} 条") if one["seq"] else Text("head", "链头")
        say(f"{place.in_(language)} {one['message']}")
    if len(damage) > MAX_DAMAGE_LINES:
        more = len(damage) - MAX_DAMAGE_LINES
        say(Text(f"and {more} more (`--json` lists them)", f"另有 {more} 处（`--json` 列出全部）").in_(language))
    whole = Text("is whole", "完整") if not damage else Text(
        f"is damaged in {counted(len(damage), 'places')}", f"有 {len(damage)} 处损坏"
    )  # fmt: skip
    entries = verdict["entries"]
    told = Text(f"The journal {whole.en}: {counted(entries, 'entries')}", f"日志{whole.zh}：共 {entries} 条")
    say(f"{told.in_(language)}, head {head}" if language != "zh" else f"{told.zh}，链头 head {head}")


@group.command()
def show(
    root: RootOption = CHOSEN_ROOT,
    incident: Annotated[str | None, typer.Option(help="Only what was written of this incident.")] = None,
    since: Annotated[str | None, typer.Option(help="From then on: 2026-11-20T10:00:00+08:00, 20:56 for today.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Print the entries, oldest first, in local time (`--json`: UTC)."""
    settings = load_settings(root)
    zone = settings.timezone
    start = None if since is None else parse_moment(since, zone, "--since")
    name = None if incident is None else IncidentId(incident)
    rows = journal_rows(settings.store, root, name, start)
    if rows is None:
        raise typer.BadParameter(
            Sentence(f"the journal knows no incident {shown(str(name))}", f"日志中没有事件 {shown(str(name))}"),
            param_hint="--incident",
        )
    if json_output:
        print_json(rows)
    else:
        language = language_of(settings)
        for row in rows:
            say(entry_line(row, zone, language))


def _heads_in(given: str) -> list[str]:
    """The heads of an option: one itself, or every one that stands in a file (a log, a page of metrics, messages) or
    in the commits of a repository."""
    if _HEAD.fullmatch(given):
        return [given]
    text = _text_of(Path(given))
    named = [found for shape in (_NAMED_HEAD, _SAMPLE_OF_HEAD, _HEAD_OF_VERIFY) for found in shape.findall(text)]
    found = list(dict.fromkeys(map(str.lower, named or _HEAD.findall(text))))
    if not found:
        raise typer.BadParameter(
            Sentence(
                f"{given} holds no head: 64 hex digits, as `journal verify` prints them",
                f"{given} 中没有链头：应为 64 位十六进制，即 `journal verify` 所示",
            )
        )
    return found


def _text_of(place: Path) -> str:
    try:
        return journal_heads(place) if place.is_dir() else place.read_text("utf-8", "replace")
    except OSError as error:
        raise typer.BadParameter(
            Sentence(
                f"'{place}' is no head (64 hex digits), and no file: {error.strerror}",
                f"'{place}' 不是链头（64 位十六进制），也不是文件：{error.strerror}",
            )
        ) from None
    except BackupError as error:
        raise typer.BadParameter(
            Sentence(f"{place} is no repository of backups: {error}", f"{place} 不是备份仓库：{error}")
        ) from None
