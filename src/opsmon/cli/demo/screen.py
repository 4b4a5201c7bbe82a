"""What the audience of the demo sees: lines with the time, and one line that rewrites itself on a terminal.

Text is folded beside its time at the width of the terminal; addresses and commands stand on lines of their own and are
never folded, so that they can be copied. In a pipe a message is one line, and the running clock one in 20 seconds.
"""

import io
import re
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from opsmon.demo.receiver import SHOWN_ZONE

PICTURE_COLUMNS = 110
SPARSE_S = 20.0
FETCHED_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # a picture that asks nobody for anything
STYLES = {
    "firing": "bold red", "resolved": "bold green", "call": "bold blue", "act": "bold yellow", "note": "",
    "cost": "bold magenta", "clock": "bold cyan", "type": "bold cyan", "url": "cyan",
}  # fmt: skip
MARKS = {"firing": "▲", "resolved": "▼", "call": "☎", "act": "»", "cost": "¥", "clock": "◆"}
VERBATIM = frozenset({"url", "type"})
IN_PLACE = frozenset({"progress", "clock"})


class DemoScreen:
    """`quiet` leaves stdout to somebody else and speaks on stderr."""

    def __init__(self, *, quiet: bool, console: Console | None = None) -> None:
        self._console = console or Console(stderr=quiet, highlight=False)
        self._paper = Console(file=io.StringIO(), record=True, highlight=False, width=PICTURE_COLUMNS)
        self._status: Status | None = None
        self._last_clock = -SPARSE_S

    def tell(self, kind: str, line: str) -> None:
        """`line` is plain text; of a `clock` that has stopped it is empty."""
        if kind in IN_PLACE:
            self._rewrite(kind, line)
            return
        self._print(self._console, kind, line, folded=self._console.is_terminal)
        self._print(self._paper, kind, line, folded=True)

    def close(self) -> None:
        """Takes the line that rewrites itself away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def save_picture(self, path: Path) -> None:
        """What was told, as an SVG of a terminal."""
        svg = self._paper.export_svg(title="opsmon demo")
        path.write_text(FETCHED_FONT.sub("", svg), encoding="utf-8")

    def _rewrite(self, kind: str, line: str) -> None:
        if kind == "clock" and line and time.monotonic() - self._last_clock >= SPARSE_S:
            self._last_clock = time.monotonic()
            self._print(self._paper, kind, line, folded=True)
            if not self._console.is_terminal:
                self._print(self._console, kind, line, folded=False)
        if not self._console.is_terminal:
            return
        if not line:
            self.close()
            return
        shown = Text(line, style=STYLES.get(kind, ""), no_wrap=True, overflow="ellipsis")
        if self._status is None:
            self._status = self._console.status(shown)
            self._status.start()
        self._status.update(shown)

    def _print(self, console: Console, kind: str, line: str, *, folded: bool) -> None:
        style = STYLES[kind]
        if kind in VERBATIM:
            console.print(Text(f"  {line}", style=style), soft_wrap=True)
            return
        if kind == "note":
            console.print(Text(line), soft_wrap=not folded)
            return
        now = f"{datetime.now(SHOWN_ZONE):%H:%M:%S}"
        if not folded:
            console.print(Text(f"{now} {MARKS[kind]} {line}", style=style), soft_wrap=True)
            return
        grid = Table.grid(padding=(0, 1))
        for _ in range(2):
            grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(now, style="dim"), Text(MARKS[kind], style=style), Text(line, style=style))
        console.print(grid)
