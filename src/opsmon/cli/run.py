"""`opsmon run`: the daemon in the foreground. SIGTERM and SIGINT drain, SIGHUP reloads, even one that comes early."""

import asyncio
import logging
import os
import resource
import signal
import sys
from datetime import UTC, datetime, tzinfo
from typing import Annotated

import typer

from opsmon import __version__
from opsmon.cli.option import CHOSEN_ROOT, RootOption
from opsmon.cli.output import say
from opsmon.clock import WallClock
from opsmon.config.root import Root, load_root
from opsmon.daemon.daemon import run_daemon
from opsmon.early_signals import hold_signals, ignore_hangups, take_noted
from opsmon.errors import OpsmonError, first_of
from opsmon.private_file import PRIVATE_UMASK
from opsmon.text.count import counted

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class ZoneFormatter(logging.Formatter):
    """Lines with their time and its offset, in the root's `timezone`; in this machine's until that is known."""

    def __init__(self) -> None:
        super().__init__(LOG_FORMAT)
        self.zone: tzinfo | None = None

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return f"{datetime.fromtimestamp(record.created, UTC).astimezone(self.zone):%Y-%m-%d %H:%M:%S%z}"


def run(
    root: RootOption = CHOSEN_ROOT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what each room does, too.")] = False,
    trust_clock: Annotated[
        bool, typer.Option("--trust-clock", help="Start although the journal was written at a later time.")
    ] = False,
) -> None:
    """Watch the fleet until told to stop."""
    hold_signals()
    handler, formatter = logging.StreamHandler(sys.stderr), ZoneFormatter()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    os.umask(PRIVATE_UMASK)
    for chatty in ("asyncssh", "aiohttp.access", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    loaded = load_root(root, require_secrets=True)
    formatter.zone = loaded.settings.timezone
    for warning in loaded.warnings:
        logging.getLogger("opsmon.config").warning("%s", warning)
    _announce(loaded)
    _raise_file_limit()
    try:
        asyncio.run(_run(loaded, trust_clock=trust_clock))
    except* OpsmonError as group:
        raise first_of(group) from group
    finally:
        ignore_hangups()


async def _run(root: Root, *, trust_clock: bool) -> None:
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    if signal.SIGHUP in take_noted():
        reload.set()
    await run_daemon(root, WallClock(), stop, reload, trust_clock=trust_clock)


def _announce(root: Root) -> None:
    """What is watched, and where to look."""
    inventory, settings = root.inventory, root.settings
    checks = [check for device in inventory.devices.values() for check in device.checks]
    a_minute = sum(60.0 / check.period_s for check in checks)
    url = settings.http.url
    channels = [*(webhook.name for webhook in settings.webhooks), *(channel.name for channel in root.oncall.channels)]
    say(f"opsmon {__version__} in {root.path}")
    devices, sites = counted(len(inventory.devices), "devices"), counted(len(inventory.sites), "sites")
    say(f"  watching   {devices} at {sites}, {counted(round(a_minute), 'checks')} a minute")
    say(f"  contracts  {', '.join(root.contracts) or 'none'}")
    say(f"  telling    {', '.join(channels) or 'none: nobody will be told'}")
    if root.oncall.rules.rotas:
        say(f"  on call    {', '.join(root.oncall.rules.rotas)}; `opsmon oncall who` says who is on duty")
    if settings.http.port:  # a port that is only found when it is opened is told by the log
        say(f"  look at    {url}/  {url}/metrics  {url}/api/v1/incidents")
    say("  stop with Ctrl-C; `kill -HUP` reloads")
    sys.stdout.flush()


def _raise_file_limit() -> None:
    """Every TCP check needs a file; the hard limit is ours to use."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
