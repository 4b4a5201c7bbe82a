"""`opsmon demo`: plays the simulated fleet and the daemon against it, and prints what the on-call phone gets."""

import asyncio
import io
import re
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json
from opsmon.demo.director import Evening, direct
from opsmon.demo.stage import LOOPBACK, NAMESPACE, UNSHARE, carry_out, may_have_namespaces
from opsmon.demo.story import DEFAULT_SECONDS, SHORTEST_SECONDS

PORT = 9876
EXIT_OF_SIGNAL = 128  # what a shell adds to the number of the signal that ended a program
PICTURE_COLUMNS = 156
FETCHED_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # a picture that asks nobody for anything
STYLES = {"firing": "bold red", "resolved": "bold green", "act": "bold yellow", "note": "cyan"}


class Programme:
    """Tells the audience: lines in colour, and one line of progress that rewrites itself on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(stderr=quiet, highlight=False, soft_wrap=True)
        self._paper = Console(file=io.StringIO(), record=True, highlight=False, width=PICTURE_COLUMNS)
        self._status: Status | None = None

    def tell(self, kind: str, line: str) -> None:
        if kind == "progress":
            self._progress(line)
            return
        if self._status is not None:
            self._status.stop()
            self._status = None
        mark = ">>> " if kind == "act" else "    "
        for console in (self._console, self._paper):
            console.print(mark + escape(line), style=STYLES.get(kind))

    def save_picture(self, path: Path) -> None:
        """What was told, as an SVG of a terminal."""
        svg = self._paper.export_svg(title="opsmon demo")
        path.write_text(FETCHED_FONT.sub("", svg), encoding="utf-8")

    def _progress(self, line: str) -> None:
        if not self._console.is_terminal:
            return
        if self._status is None:
            self._status = self._console.status(line)
            self._status.start()
        self._status.update(escape(line))


def demo(
    seconds: Annotated[
        float, typer.Option(min=SHORTEST_SECONDS, help="How long the story takes; shorter than 160 shows no risk.")
    ] = DEFAULT_SECONDS,
    namespace: Annotated[
        bool, typer.Option(help="Use a private network namespace where the kernel allows it, so that pings die too.")
    ] = True,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Save what was printed as an SVG.")] = None,
    carrier: Annotated[Path | None, typer.Option(hidden=True)] = None,
    port: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """A simulated fleet on loopback and the daemon against it.

    Devices die and recover; the daemon knows nothing of the simulation.
    """
    if carrier is None and namespace and may_have_namespaces():
        raise typer.Exit(asyncio.run(_in_namespace(seconds, picture, json_output=json_output)))
    programme = Programme(quiet=json_output)
    stage = LOOPBACK if carrier is None else NAMESPACE
    evening = Evening(stage, seconds, port or _free_port(PORT), carrier, programme.tell)
    try:
        seen = asyncio.run(_direct_until_told(programme, evening))
    except asyncio.CancelledError:
        raise typer.Exit(EXIT_OF_SIGNAL + signal.SIGTERM) from None
    _conclude(programme, seen, json_output=json_output)
    if picture is not None:
        programme.save_picture(picture)


async def _direct_until_told(programme: Programme, evening: Evening) -> dict[str, Any]:
    """A plain kill ends the demo as Ctrl-C does, also in the background of a script: it leaves no process behind."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # we are in it
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    _announce(programme, evening)
    return await direct(evening)


async def _in_namespace(seconds: float, picture: Path | None, *, json_output: bool) -> int:
    """Play it in a process of its own in a namespace of its own, and carry its HTTP port out to ours."""
    with tempfile.TemporaryDirectory(prefix="opsmon-stage-") as folder:
        carrier, port = Path(folder) / "http", _free_port(PORT)
        server = await carry_out(port, carrier)
        words = ["demo", "--seconds", str(seconds), "--carrier", str(carrier), "--port", str(port)]
        words += ["--json"] if json_output else []
        words += ["--picture", str(picture)] if picture else []
        player = await asyncio.create_subprocess_exec(*UNSHARE, sys.executable, "-m", "opsmon", *words)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, player.send_signal, signal.SIGINT)
        try:
            code = await player.wait()
            return code if code >= 0 else EXIT_OF_SIGNAL - code
        finally:
            server.close()


def _free_port(wanted: int) -> int:
    """The port that the documents name, or any other where it is taken."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", wanted))
        except OSError:
            trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _announce(programme: Programme, evening: Evening) -> None:
    where = "a private network namespace: a dead device loses its pings too" if evening.stage.routed else (
        "plain loopback: its pings are answered by the kernel, so a death shows in SNMP and TCP"
    )  # fmt: skip
    house = f"http://127.0.0.1:{evening.port}"
    for line in (
        f"opsmon demo, {evening.seconds:.0f} seconds, in {where}.",
        f"Open while it runs: {house}/  {house}/metrics/site/street-cctv  {house}/api/v1/incidents",
    ):
        programme.tell("note", line)


def _conclude(programme: Programme, seen: dict[str, Any], *, json_output: bool) -> None:
    arrived = {f"{name} {status}": count for (name, status), count in sorted(seen["arrived"].items())}
    if json_output:
        print_json({"incidents": seen["incidents"], "notifications": arrived, "forged": seen["forged"]})
        return
    told = ", ".join(f"{name} x{count}" for name, count in arrived.items())
    programme.tell("note", f"The end: {len(seen['incidents'])} incidents. Notifications: {told}.")
