"""The root of the demo, as `opsmon init` writes one, with the simulated fleet as its inventory."""

import asyncio
import re
import secrets
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opsmon.access.directory import Changer, open_accounts
from opsmon.clock import WallClock
from opsmon.config.settings_file import load_settings
from opsmon.demo.cast import COMMUNITY, SITES, inventory_of
from opsmon.demo.duty import ONCALL_TEXT, PEOPLE_TEXT, ROBOT_FILE
from opsmon.demo.scrape import prometheus_text
from opsmon.demo.stage import DemoError, Stage
from opsmon.layout import INVENTORIES, SETTINGS_FILE
from opsmon.model.account import Grant, Role
from opsmon.private_file import open_private

PERIOD_S = 10
ACCOUNT = "demo"
PROMETHEUS_FILE = "prometheus.yml"
_OURSELVES = Changer("opsmon demo", "demo")
_TERM_END = re.compile(r'(?m)^(term: \{from: "\d{4}-\d\d-\d\d", to: ")(\d{4})(-\d\d-\d\d)')


@dataclass(frozen=True, slots=True)
class DemoRoot:
    """Where it is and the keys that it holds; they are files in it, so that commands need no environment."""

    place: Path
    token: str
    secret: str
    password: str


async def write_root(place: Path, stage: Stage, port: int, hook_port: int, language: str) -> DemoRoot:
    """A new root by `opsmon init`. Raises DemoError when that fails."""
    contracts = dict.fromkeys(contract for _, contract, _, _ in SITES.values())
    examples = [word for contract in contracts for word in ("--example", contract)]
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opsmon", "init", str(place), *examples, stdout=asyncio.subprocess.DEVNULL
    )
    if await made.wait() != 0:
        raise DemoError("`opsmon init` failed: see its message above")
    root = DemoRoot(place, secrets.token_hex(16), secrets.token_hex(16), secrets.token_urlsafe(12))
    await asyncio.to_thread(_fill, root, stage, port, hook_port, language)
    return root


def _fill(root: DemoRoot, stage: Stage, port: int, hook_port: int, language: str) -> None:
    for sample in (root.place / INVENTORIES).rglob("*.yaml"):
        sample.unlink()
    for site in SITES:
        text = inventory_of(site, stage.network, pings=stage.routed, period_s=PERIOD_S)
        (root.place / INVENTORIES / f"{site}.yaml").write_text(text, encoding="utf-8")
    for contract in (root.place / "rules" / "contracts").glob("*.yaml"):
        contract.write_text(in_force(contract.read_text(encoding="utf-8"), date.today()), encoding="utf-8")  # noqa: DTZ011
    robot = f"http://127.0.0.1:{hook_port}/robot/{root.secret}"
    keys = {"token": root.token, "hook-secret": root.secret, "community": COMMUNITY, ROBOT_FILE: robot}
    for name, key in keys.items():
        _write_key(root.place / name, key)
    (root.place / "rules" / "oncall.yaml").write_text(ONCALL_TEXT, encoding="utf-8")
    (root.place / "people.yaml").write_text(PEOPLE_TEXT, encoding="utf-8")
    (root.place / SETTINGS_FILE).write_text(
        f"http: {{listen: '127.0.0.1:{port}', token: {{file: token}}}}\nlanguage: {language}\n"
        f"webhooks:\n  - {{name: oncall, url: 'http://127.0.0.1:{hook_port}/hook', format: alertmanager,"
        " secret: {file: hook-secret}}\n",
        encoding="utf-8",
    )
    (root.place / PROMETHEUS_FILE).write_text(prometheus_text(port), encoding="utf-8")
    with open_accounts(load_settings(root.place).store, root.place, WallClock().now, _OURSELVES) as directory:
        directory.add(ACCOUNT, Grant(Role.ADMIN), root.password)


def in_force(contract: str, today: date) -> str:
    """The contracts of the demo are real ones; when their term is over they are played as if it went on."""
    return _TERM_END.sub(lambda found: f"{found[1]}{max(int(found[2]), today.year + 1)}{found[3]}", contract)


def _write_key(path: Path, key: str) -> None:
    with open_private(path, "w") as file:
        file.write(key)
