"""What benchmarks run by: a program for the length of a block, work at a steady pace, waiting with an end."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

PATIENCE_S = 20.0


@contextmanager
def running(
    *command: str, said: bool = True, log: IO[str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A program that ends when its input does, or is ended; with the first line that it says.

    What it says of errors goes to `log`, or where ours go.
    """
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip() if said else ""
        finally:
            process.stdin.close()
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.terminate()
                process.wait(10)


def python_module(name: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *words)


def at_pace(things: int, period_s: float, rounds: int, do: Callable[[int], None]) -> None:
    """Do a thing for each number, spread evenly over the period, `rounds` periods long."""
    began = time.monotonic()
    for turn in range(things * rounds):
        due = began + turn * period_s / things
        if (ahead := due - time.monotonic()) > 0:
            time.sleep(ahead)
        do(turn % things)


def wait_until(what: Callable[[], bool], words: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE_S:g} s in vain for {words}")
        time.sleep(0.1)
