"""The sweep of `opsmon discover` while somebody waits for it: progress on stderr, and Ctrl-C keeps what was found."""

import asyncio
import signal
from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from opsmon.cli.output import warn
from opsmon.discovery.paced_sweep import PacedSweep
from opsmon.text.bilingual import Text

MANY = 200  # addresses; fewer are soon asked
STEPS = 10  # lines of progress where stderr is no terminal


def run_sweep(sweep: PacedSweep, addresses: Iterable[str]) -> bool:
    """Whether it came to its end; else it was interrupted. Raises OSError."""
    return asyncio.run(_run(sweep, addresses))


async def _run(sweep: PacedSweep, addresses: Iterable[str]) -> bool:
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(sweep.run(addresses))
    loop.add_signal_handler(signal.SIGINT, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        return False
    finally:
        loop.remove_signal_handler(signal.SIGINT)
    return True


class ShownProgress:
    """A bar on a terminal, else a line at each tenth of the way."""

    def __init__(self, total: int, language: str) -> None:
        self._total, self._language = total, language
        console = Console(stderr=True)
        columns = (
            TextColumn("[progress.description]{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeRemainingColumn(),
        )  # fmt: skip
        self._is_bar = console.is_terminal
        self._bar = Progress(*columns, console=console, transient=True, disable=not self._is_bar)
        self._task = self._bar.add_task(Text("asking", "扫描中").in_(language), total=total)

    def __enter__(self) -> "ShownProgress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def done(self, asked: int) -> None:
        """So many addresses have been asked."""
        if self._is_bar:
            self._bar.update(self._task, completed=asked)
        elif self._total >= MANY and asked * STEPS // self._total > (asked - 1) * STEPS // self._total:
            line = Text(f"{asked:,} of {self._total:,} addresses asked", f"已扫描 {asked:,} / {self._total:,} 个地址")
            warn(line.in_(self._language))
