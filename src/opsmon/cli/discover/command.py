"""`opsmon discover`: sweep networks at a stated pace, and propose an inventory file. Nothing is ever written over."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.discover.render import count_line, draft_json, heading_lines, plan_line, wrote_line
from opsmon.cli.discover.sweeping import ShownProgress, run_sweep
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, problem_line, say, warn
from opsmon.config.inventory.inventory_spec import is_name
from opsmon.config.root import Root, load_root
from opsmon.discovery.gateway import own_gateways
from opsmon.discovery.paced_sweep import PacedSweep, SweepTerms
from opsmon.discovery.targets import (
    MAX_ADDRESSES,
    USUAL_ADDRESSES,
    Targets,
    check_size,
    parse_targets,
    read_lines,
    read_list,
)
from opsmon.errors import Problem
from opsmon.layout import INVENTORIES
from opsmon.ledger.proposal.accesses import AccessWords, TriedAccess, accesses_of
from opsmon.ledger.proposal.document import Heading, document_of
from opsmon.ledger.proposal.draft import ProposalDraft, draft_of
from opsmon.ledger.proposal.saved import check_free, free_site, problems_of, write_new
from opsmon.model.name import SiteName
from opsmon.text.bilingual import Sentence, Text, in_language
from opsmon.text.count import counted
from opsmon.text.near_miss import shown

USUAL_PACE, USUAL_TIMEOUT_S = 20.0, 1.0
MAX_PACE = 1000.0
EXIT_INTERRUPTED = 130
MAX_FAULTS = 5

NetworksArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[NETWORK]...", help="Networks and addresses: 10.1.2.0/24, 2001:db8::7.")
]
SnmpOption = Annotated[
    list[str] | None,
    typer.Option(
        "--snmp", metavar="ACCESS",
        help="An access to try: env:NAME, file:PATH, a community, or YAML with a version 3 user; repeatable, in order.",
    ),
]  # fmt: skip
CommunityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--community", metavar="NAME",
        help="A community to try; repeatable. Others on this machine can read it in the list of processes.",
    ),
]  # fmt: skip
ListOption = Annotated[
    Path | None, typer.Option("--communities", metavar="FILE", help="A file of communities to try, one a line.")
]
AskOption = Annotated[bool, typer.Option("--ask", help="Ask for a community; it is not shown while you type.")]
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="UDP port of the SNMP agents.")]
HostsOption = Annotated[
    Path | None, typer.Option("--hosts", metavar="FILE", help="A file of networks and addresses, one a line.")
]
ExcludeOption = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="NETWORK", help="Leave these addresses out; repeatable.")
]
PaceOption = Annotated[float, typer.Option("--pace", min=0.1, max=MAX_PACE, help="Addresses a second.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", min=0.1, max=30, help="Seconds that an answer may take.")]
MostOption = Annotated[int, typer.Option("--most", min=1, max=MAX_ADDRESSES, help="Refuse larger sweeps.")]
NoPingOption = Annotated[
    bool, typer.Option("--no-ping", help="Ask for SNMP at addresses that answer no ping, too; takes longer.")
]
PingedOption = Annotated[
    bool, typer.Option("--pinged", help="Propose what answers pings alone as devices, not as comments.")
]
TowardsOption = Annotated[
    str | None, typer.Option("--towards", metavar="DEVICE", help="The root of the tree, by its name or address.")
]
SiteNameOption = Annotated[str | None, typer.Option("--site", help="The name of the proposed site.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the proposal to a new file.")
]


def discover(
    networks: NetworksArgument = None,
    snmp: SnmpOption = None,
    community: CommunityOption = None,
    communities: ListOption = None,
    ask: AskOption = False,
    port: PortOption = None,
    hosts: HostsOption = None,
    exclude: ExcludeOption = None,
    pace: PaceOption = USUAL_PACE,
    timeout: TimeoutOption = USUAL_TIMEOUT_S,
    most: MostOption = USUAL_ADDRESSES,
    no_ping: NoPingOption = False,
    pinged: PingedOption = False,
    towards: TowardsOption = None,
    site: SiteNameOption = None,
    output: OutputOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Look for devices in a network, and propose an inventory file.

    Each address is pinged; those that answer are asked by SNMP who they are. Without an access those of the inventory
    are tried, else `public`. The file goes to stdout or to a new file, never over another; devices that the inventory
    has already are named in comments. Parents are told by LLDP, else by CDP.
    """
    loaded = load_root(root)
    language = language_of(loaded.settings)
    if output is not None:
        check_free(output)
    targets = parse_targets([*(networks or ()), *(read_list(hosts) if hosts else ())], exclude or ())
    check_size(targets, pace, most)
    words = AccessWords(snmp or (), _communities(community, communities, ask=ask, language=language), port)
    accesses = accesses_of(words, loaded.inventory, loaded.path / INVENTORIES)
    name = _site_name(site, loaded)
    sweep, finished = _sweep(loaded, targets, accesses, SweepTerms(pace, timeout, pings_first=not no_ping))
    draft = draft_of(sweep.answers, loaded.inventory, towards=towards or "", gateways=own_gateways())
    heading = Heading(name, heading_lines(sweep, targets.words, pace, finished=finished), language)
    text = document_of(draft, heading, accesses, with_pinged=pinged)
    problems = problems_of(loaded.path, name, text)
    if output is not None:
        write_new(output, text)
    if json_output:
        print_json(draft_json(draft, sweep, name, text, problems))
    elif output is None:
        sys.stdout.write(text)
    else:
        say(wrote_line(draft, output, with_pinged=pinged).in_(language))
    _tell(draft, sweep, problems, language)
    if not finished:
        raise typer.Exit(EXIT_INTERRUPTED)


def _communities(typed: list[str] | None, file: Path | None, *, ask: bool, language: str) -> list[tuple[str, Text]]:
    """Communities with where each came from, in the words of a remark."""
    found = [(text, Text("the community of --community", " --community 给出的团体名")) for text in typed or ()]
    if file is not None:
        kept = [(number, line.strip()) for number, line in enumerate(read_lines(file), 1) if line.strip()]
        found += [
            (line, Text(f"line {number} of {file.name}", f" {file.name} 第 {number} 行"))
            for number, line in kept
            if not line.startswith("#")
        ]
    if ask:
        found.append(
            (
                typer.prompt(Text("SNMP community", "SNMP 团体名").in_(language), hide_input=True, err=True),
                Text("the community that was typed", "输入的团体名"),
            )
        )
    return found


def _site_name(site: str | None, loaded: Root) -> str:
    if site is None:
        return free_site(loaded.inventory.sites, loaded.path)
    if not is_name(site):
        told = Sentence(f"{shown(site)} is no name of a site", f"{shown(site)} 不能作站点名称")
        raise typer.BadParameter(told, param_hint="--site")
    if SiteName(site) in loaded.inventory.sites:
        told = Sentence(
            f"the site {site} is there already: add to its file by hand", f"站点 {site} 已存在：请手工加入其文件"
        )
        raise typer.BadParameter(told, param_hint="--site")
    return site


def _sweep(
    loaded: Root, targets: Targets, accesses: tuple[TriedAccess, ...], terms: SweepTerms
) -> tuple[PacedSweep, bool]:
    """The sweep when it is over, and whether it came to its end."""
    language = language_of(loaded.settings)
    warn(plan_line(targets.count, terms.pace, terms.timeout_s, len(accesses)).in_(language))
    with ShownProgress(targets.count, language) as progress:
        sweep = PacedSweep([one.access for one in accesses], loaded.profiles, terms, progress.done)
        return sweep, run_sweep(sweep, targets)


def _tell(draft: ProposalDraft, sweep: PacedSweep, problems: tuple[Problem, ...], language: str) -> None:
    """On stderr: what hindered the sweep, what `check` would say, and what was found."""
    if sweep.pings_refused:
        told = Text(
            "this machine may not ping: every address was asked by SNMP (see `sysctl net.ipv4.ping_group_range`)",
            "本机无权 ping：对每个地址都尝试了 SNMP（见 `sysctl net.ipv4.ping_group_range`）",
        )
        warn(told.in_(language))
    for what, number in sweep.faults.most_common(MAX_FAULTS):
        warn(
            Text(
                f"{counted(number, 'addresses')} not asked: {what}",
                f"{number} 个地址未能扫描：{in_language(what, 'zh')}",
            ).in_(language)
        )
    if not draft.is_root_found:
        warn(Text("nothing that was found is what --towards names", "没有发现 --towards 所指的设备").in_(language))
    for problem in problems:
        warn(problem_line(problem, language))
    warn(count_line(draft, sweep).in_(language))
