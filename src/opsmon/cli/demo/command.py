"""`opsmon demo`: plays the simulated fleet and the daemon against it, and prints what the on-call phone gets."""

import asyncio
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from opsmon.cli.demo.screen import DemoScreen
from opsmon.cli.language import spoken_language
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json
from opsmon.demo.director import Evening, direct
from opsmon.demo.stage import LOOPBACK, NAMESPACE, UNSHARE, carry_out, may_have_namespaces
from opsmon.demo.story import DEFAULT_SECONDS, MIN_SECONDS
from opsmon.demo.words import next_steps, program_words
from opsmon.text.count import counted

PORT = 9876
EXIT_OF_SIGNAL = 128  # what a shell adds to the number of the signal that ended a program
Language = Literal["en", "zh"]


def demo(
    seconds: Annotated[
        float,
        typer.Option(min=MIN_SECONDS, help="How long the story takes; shorter ones leave less time to type."),
    ] = DEFAULT_SECONDS,
    namespace: Annotated[
        bool, typer.Option(help="Use a private network namespace where the kernel allows it, so that pings die too.")
    ] = True,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the demo's root with its journal behind, and say where it is.")
    ] = False,
    language: Annotated[
        Language | None,
        typer.Option(help="Of the story and of the messages.", show_default="$OPSMON_LANG, else that of your locale"),
    ] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Save what was printed as an SVG.")] = None,
    carrier: Annotated[Path | None, typer.Option(hidden=True)] = None,
    port: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """A simulated fleet on loopback and the daemon against it.

    Devices die and recover; the daemon knows nothing of the simulation. You may acknowledge a fault from another
    terminal. Ctrl-C ends it; nothing is left behind without `--keep`.
    """
    spoken = language or spoken_language(root)
    if carrier is None and namespace and may_have_namespaces():
        words = ["--seconds", str(seconds), "--language", spoken, *(["--keep"] if keep else [])]
        words += ["--json"] if json_output else []
        words += ["--picture", str(picture)] if picture else []
        raise typer.Exit(asyncio.run(_in_namespace(words)))
    screen = DemoScreen(quiet=json_output)
    program = program_words(Path(sys.executable), shutil.which("opsmon"))
    stage = LOOPBACK if carrier is None else NAMESPACE
    evening = Evening(stage, seconds, port or _free_port(PORT), carrier, screen.tell, spoken, keep, program)
    seen = _play(screen, evening)
    _conclude(screen, evening, seen, json_output=json_output)
    if picture is not None:
        screen.save_picture(picture)


def _play(screen: DemoScreen, evening: Evening) -> dict[str, Any]:
    told: list[signal.Signals] = []
    try:
        return asyncio.run(_direct_until_told(screen, evening, told))
    except asyncio.CancelledError:
        raise typer.Exit(EXIT_OF_SIGNAL + (told[0] if told else signal.SIGTERM)) from None
    finally:
        screen.close()


async def _direct_until_told(screen: DemoScreen, evening: Evening, told: list[signal.Signals]) -> dict[str, Any]:
    """A plain kill ends the demo as Ctrl-C does, also in the background of a script: it leaves no process behind. A
    second one, as a terminal sends to every process of it, does not disturb the tidying up."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # we are in it

    def leave(number: signal.Signals) -> None:
        told.append(number)
        if len(told) == 1:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, leave, number)
    _announce(screen, evening)
    return await direct(evening)


async def _in_namespace(words: list[str]) -> int:
    """Play it in a process of its own in a namespace of its own, and carry its HTTP port out to ours."""
    with tempfile.TemporaryDirectory(prefix="opsmon-stage-") as folder:
        carrier, port = Path(folder) / "http", _free_port(PORT)
        server = await carry_out(port, carrier)
        words = ["demo", *words, "--carrier", str(carrier), "--port", str(port)]
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


def _announce(screen: DemoScreen, evening: Evening) -> None:
    zh = evening.language == "zh"
    where = ("private network", "独立网络空间") if evening.stage.routed else ("loopback", "本机回环")
    told = (
        f"opsmon 演示：{evening.seconds:.0f} 秒，{where[1]}；守护进程是真实的，设备是模拟的。"
        if zh
        else f"opsmon demo: {evening.seconds:.0f} seconds, {where[0]}; the daemon is real, the devices are simulated."
    )
    screen.tell("note", told)
    screen.tell("note", "运行期间可打开：" if zh else "Open while it runs:")
    for path in ("/", "/metrics/site/street-cctv", "/api/v1/incidents"):
        screen.tell("url", f"http://127.0.0.1:{evening.port}{path}")


def _conclude(screen: DemoScreen, evening: Evening, seen: dict[str, Any], *, json_output: bool) -> None:
    arrived = {f"{name} {status}": count for (name, status), count in sorted(seen["arrived"].items())}
    if json_output:
        kept = {} if seen["root"] is None else {"root": seen["root"]}
        print_json(
            {
                "incidents": seen["incidents"],
                "notifications": arrived,
                "calls": seen["calls"],
                "forged": seen["forged"],
                "cost": seen["cost"],
            }
            | kept
        )
        return
    for kind, line in _last_lines(evening, seen):
        screen.tell(kind, line)


def _last_lines(evening: Evening, seen: dict[str, Any]) -> Iterator[tuple[str, str]]:
    incidents, late = seen["incidents"], sorted({one["clause"] for one in seen["cost"]["breaches"]})
    messages, over = sum(seen["arrived"].values()), sum(not one["open"] for one in incidents)
    cost = seen["cost"]["sum"]
    yield "note", ""
    if evening.language == "zh":
        clauses = "、".join(late) or "无"
        yield "note", f"结束：{len(incidents)} 个事件，{over} 个已关闭；{messages} 条通知；超时条款：{clauses}。"
        yield "note", f"预计违约金 {cost['cny_min']:,} 至 {cost['cny_max']:,} 元。"
    else:
        clauses = ", ".join(late) or "none"
        yield "note", f"The end: {counted(len(incidents), 'incidents')}, {over} over; {counted(messages, 'messages')}."
        yield "note", f"Clauses in breach: {clauses}; {cost['cny_min']:,} to {cost['cny_max']:,} CNY at stake."
    for line in next_steps(evening.program, seen["root"], seen["cost"]["month"], evening.language):
        yield ("type" if line.startswith(evening.program) else "note"), line
