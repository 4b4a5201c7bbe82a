"""How the backup commands speak: a bar while it lasts, a line a device, differences in colour on a terminal."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from opsmon.backup.inspection import RestoreCheck
from opsmon.backup.outcome import Result
from opsmon.backup.run import BackupConfig
from opsmon.backup.status import BackupStatus
from opsmon.cli.output import print_json
from opsmon.config.root import Root
from opsmon.report.journal import head_of_journal
from opsmon.text.bilingual import Text as Bilingual
from opsmon.text.count import counted
from opsmon.text.duration import age_words, measured_length
from opsmon.text.safe import is_seen
from opsmon.text.vocabulary import BACKUP_RESULTS, named

NEVER, NO_ORDER = Bilingual("never", "从未"), Bilingual("without a change order", "无变更单")
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def backup_config_of(root: Root, threads: int | None = None) -> BackupConfig:
    """Where a run reads and writes; `threads` stands above the settings."""
    settings = root.settings.backup
    return BackupConfig(
        root.path, settings.repository, threads or settings.threads, root.recipes, settings.recipients,
        lambda: head_of_journal(root.settings.store, root.path),
    )  # fmt: skip


class Progress(AbstractContextManager["Progress"]):
    """A bar on stderr where that is a terminal; nothing else."""

    def __init__(self, devices: int, *, quiet: bool) -> None:
        columns = (
            TextColumn("backup"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[failed]}"),
        )
        shown = sys.stderr.isatty() and not quiet
        self._bar = Bar(*columns, console=Console(stderr=True), disable=not shown, transient=True)
        self._task = self._bar.add_task("backup", total=devices, failed="")
        self._done: set[str] = set()
        self._failed: set[str] = set()

    def tell(self, result: Result) -> None:
        """One device is known."""
        self._done.add(result.device)
        (self._failed.discard if result.ok else self._failed.add)(result.device)
        failed = f"{len(self._failed)} failed" if self._failed else ""
        self._bar.update(self._task, completed=len(self._done), failed=failed)

    def __enter__(self) -> "Progress":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


def _write(line: Text) -> None:
    """One line however long, in colour on a terminal."""
    console = Console(soft_wrap=True, highlight=False)
    if console.is_terminal:
        console.print(line, soft_wrap=True)
    else:
        sys.stdout.write(line.plain + "\n")


def print_results(results: Sequence[Result], language: str) -> None:
    """One line a device, and the sum."""
    width = max((len(result.device) for result in results), default=0)
    for result in results:
        line = Text(f"{result.device:<{width}}  ")
        line.append(*_verdict(result, language))
        _write(line)
    good = sum(result.ok for result in results)
    changed = sum(result.changed for result in results)
    said = Bilingual(
        f"{counted(len(results), 'devices')}: {good} good, {changed} changed, {len(results) - good} failed",
        f"设备 {len(results)} 台：完好 {good} 台，有变更 {changed} 台，失败 {len(results) - good} 台",
    )
    _write(Text(said.in_(language), style="bold"))


def _verdict(result: Result, language: str) -> tuple[str, str]:
    if not result.ok:
        return f"{_result_word('failed', language)} {clean(result.reason)}", "red"
    lines = Bilingual(counted(result.lines, "lines"), f"{result.lines} 行").in_(language)
    order = Bilingual(f"change {result.order}", f"变更单 {result.order}").in_(language) if result.order else ""
    told = ", ".join(filter(None, (lines, measured_length(round(result.took_s, 1), language), order)))
    told += f"; {result.note}" if result.note else ""
    if result.unannounced:
        return f"{_result_word('changed', language)} {told}, {NO_ORDER.in_(language)}", "yellow"
    word = "new" if result.first else "changed" if result.changed else "unchanged"
    return f"{_result_word(word, language)} {told}", "cyan" if result.changed or result.first else "green"


def _result_word(word: str, language: str) -> str:
    """A column of ten cells; a Chinese character takes two."""
    shown = named(BACKUP_RESULTS, word, language)
    return shown + " " * (10 - cell_len(shown))


def clean(text: str) -> str:
    """Nothing that a device said reaches the terminal as a control character."""
    return "".join(char if is_seen(char) else "�" for char in text)


def print_diff(text: str) -> None:
    """A unified difference."""
    for line in text.splitlines():
        _write(Text(clean(line.replace("\t", "    ")), style=_STYLES.get(line[:1], "")))


def age_text(at: datetime | None, now: datetime, language: str) -> str:
    """`3 h`, `12 d`, or `never`."""
    return NEVER.in_(language) if at is None else age_words((now - at).total_seconds(), language)


def print_drill(
    drills: Sequence[RestoreCheck], faults: Sequence[str], unowned: Sequence[str], *, json_output: bool
) -> None:
    """What `verify` found."""
    if json_output:
        print_json(
            {
                "good": not faults and not any(d.faults for d in drills),
                "repository": list(faults),
                "unowned": list(unowned),
                "devices": [_drilled(d) for d in drills],
            }
        )
        return
    width = max((len(drill.device) for drill in drills), default=0)
    for drill in drills:
        line = Text(f"{drill.device:<{width}}  ")
        sections, lines = counted(drill.sections, "sections"), counted(drill.standing.lines, "lines")
        sound = f"good       {sections}, {lines}{_encoding(drill.standing)}"
        line.append(*(("bad        " + clean("; ".join(drill.faults)), "red") if drill.faults else (sound, "green")))
        _write(line)
    for told in unowned:
        _write(Text(f"repository: {clean(told)}", style="yellow"))
    for fault in faults:
        _write(Text(f"repository: {clean(fault)}", style="red"))
    bad = sum(bool(drill.faults) for drill in drills)
    state = "broken" if faults else "sound"
    _write(
        Text(
            f"repository {state}; {counted(len(drills), 'devices')}: {len(drills) - bad} good, {bad} bad", style="bold"
        )
    )


def _encoding(standing: BackupStatus) -> str:
    plain = standing.encoding == "utf-8" and not standing.encoding_note
    return "" if plain else "".join(f", {word}" for word in (standing.encoding, standing.encoding_note) if word)


def _drilled(drill: RestoreCheck) -> dict[str, Any]:
    standing = drill.standing
    return {
        "device": drill.device,
        "good": not drill.faults,
        "good_at": standing.good_at.isoformat(timespec="seconds") if standing.good_at else None,
        "age_s": round(drill.age.total_seconds()) if drill.age is not None else None,
        "lines": standing.lines,
        "chars": standing.chars,
        "sections": drill.sections,
        "encoding": standing.encoding,
        "encoding_note": standing.encoding_note,
        "faults": list(drill.faults),
    }
