"""`opsmon inventory diff --discovered`: what the devices' neighbours say, held against `parents`."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from opsmon.cli.language import language_of
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.config.root import Root, load_root
from opsmon.discovery.links import Heard, LinkVerdict, NeighbourLink, judge_links
from opsmon.discovery.sweep import hear_neighbours
from opsmon.model.name import DeviceName
from opsmon.model.sample import Sample
from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import LINKS, headings, named


def show_discovered(root: Path, *, json_output: bool) -> None:
    """Poll every SNMP device once, and print each link that the inventory does not know. Nothing is changed."""
    loaded = load_root(root, require_secrets=True)
    heard, silent = _hear(loaded)
    links = judge_links(loaded.inventory, heard)
    if json_output:
        print_json({"links": [_as_json(link) for link in links], "silent": silent})
        return
    language = language_of(loaded.settings)
    told = [link for link in links if link.verdict is not LinkVerdict.KNOWN]
    if told:
        rows = ((link.device, link.port, link.said, named(LINKS, link.verdict, language), link.advice) for link in told)
        print_table(headings(("device", "port", "neighbour", "link", "advice"), language), rows)
    for name in silent:
        warn(Text(f"{name} does not answer over SNMP", f"{name} 未应答 SNMP").in_(language))
    counts = {verdict: sum(link.verdict is verdict for link in links) for verdict in LinkVerdict}
    if language == "zh":
        say(
            "，".join(f"{named(LINKS, one, language)} {number}" for one, number in counts.items())
            + f"；无应答 {len(silent)}"
        )
        return
    say(", ".join(f"{number} {verdict.value}" for verdict, number in counts.items()) + f"; {len(silent)} silent")


def _hear(loaded: Root) -> tuple[dict[DeviceName, Heard], list[str]]:
    """What was heard, and who did not answer; a bar on a terminal while it lasts."""
    devices = [device for device in loaded.inventory.devices.values() if device.snmp is not None]
    silent: list[str] = []
    columns = (TextColumn("asking for neighbours"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(devices))

        def done(sample: Sample) -> None:
            progress.advance(task)
            if sample.identity is None:
                silent.append(sample.device)

        heard = asyncio.run(hear_neighbours(devices, loaded.profiles, done))
    return heard, sorted(silent)


def _as_json(link: NeighbourLink) -> dict[str, object]:
    return {
        "device": link.device,
        "port": link.port,
        "said": link.said,
        "neighbour": link.neighbour,
        "verdict": link.verdict.value,
        "directed": link.directed,
        "advice": link.advice,
    }
