"""Opens the accounts of a root, and reads what both groups of commands take."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from opsmon.access.directory import AccountDirectory, Changer, check_scope, open_accounts
from opsmon.cli.who import login_name, ourselves
from opsmon.clock import WallClock
from opsmon.config.root import load_root
from opsmon.config.settings import Settings
from opsmon.config.settings_file import load_settings
from opsmon.model.account import Grant, Role, Scope
from opsmon.model.name import ContractId, SiteName

RoleOption = Annotated[Role, typer.Option("--role", help="What it may do: viewer, responder, manager or admin.")]
ContractsOption = Annotated[
    list[str] | None, typer.Option("--contract", metavar="ID", help="Only this contract; repeatable.")
]
SitesOption = Annotated[list[str] | None, typer.Option("--site", metavar="SITE", help="Only this site; repeatable.")]
MoneyOption = Annotated[
    bool, typer.Option("--money", help="Penalties and budgets are shown, as they are to managers anyhow.")
]


@contextmanager
def open_directory(root: Path) -> Iterator[tuple[AccountDirectory, Settings]]:
    """The accounts of a root; the journal is told as whom this process runs."""
    settings = load_settings(root)
    changer = Changer(login_name(), ourselves())
    with open_accounts(settings.store, root.resolve(), WallClock().now, changer) as directory:
        yield directory, settings


def grant_of(
    root: Path, role: Role, contracts: Sequence[str] | None, sites: Sequence[str] | None, *, money: bool
) -> Grant:
    """What the options allow; each name must be one of the root."""
    scope = Scope(frozenset(map(ContractId, contracts or ())), frozenset(map(SiteName, sites or ())))
    if not scope.is_everything:
        loaded = load_root(root)
        check_scope(scope, frozenset(loaded.contracts), frozenset(loaded.inventory.sites))
    return Grant(role, scope, money)


def grant_json(grant: Grant) -> dict[str, object]:
    """A grant as plain data; empty lists limit nothing."""
    contracts, sites = sorted(grant.scope.contracts), sorted(grant.scope.sites)
    return {"role": grant.role.value, "contracts": contracts, "sites": sites, "money": grant.sees_money}


def read_password() -> str:
    """Asked for twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")
