"""`opsmon user`: people who may sign in."""

from typing import Annotated

import typer

from opsmon.cli.access.directory import (
    ContractsOption,
    MoneyOption,
    RoleOption,
    SitesOption,
    grant_json,
    grant_of,
    open_directory,
    read_password,
)
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say
from opsmon.model.account import Account, Role
from opsmon.text.bilingual import Text
from opsmon.text.sign_in_words import ROLES

group = new_group("Accounts of people who may sign in.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")]
TitleOption = Annotated[str, typer.Option("--title", help="How pages call the person.")]
LanguageOption = Annotated[str, typer.Option("--language", help="Of the person's pages: zh or en; else the browser's.")]
_COLUMNS = {
    "zh": ("用户名", "称呼", "角色", "合同", "站点", "金额", "状态"),
    "en": ("name", "title", "role", "contracts", "sites", "money", "state"),
}
_EVERYTHING, _SHOWN, _HIDDEN = Text("all", "全部"), Text("shown", "可见"), Text("hidden", "不可见")
_ENABLED, _DISABLED = Text("enabled", "启用"), Text("disabled", "停用")
_NOBODY = Text(
    "nobody has an account yet: `opsmon user add NAME --role admin`",
    "还没有账号：`opsmon user add 用户名 --role admin`",
)
_ADDED, _CHANGED = Text("added {name}: {what}", "已添加 {name}：{what}"), Text("changed {name}", "已修改 {name}")


@group.command("add")
def add_user(
    name: NameArgument,
    role: RoleOption = Role.VIEWER,
    contract: ContractsOption = None,
    site: SitesOption = None,
    money: MoneyOption = False,
    title: TitleOption = "",
    language: LanguageOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Add an account. Its password is asked for, or read from standard input.

    Nothing is said of the password on the command line: others could read it there. The journal is told of the account.
    """
    grant = grant_of(root, role, contract, site, money=money)
    with open_directory(root) as (directory, settings):
        account = directory.add(name, grant, read_password(), title, language)
    spoken = language_of(settings)
    what = ROLES[account.grant.role].in_(spoken)
    _tell(account, _ADDED.in_(spoken).format(name=name, what=what), json_output=json_output)


@group.command("list")
def list_users(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Every account, with its role and scope."""
    with open_directory(root) as (directory, settings):
        accounts = directory.accounts()
    language = language_of(settings)
    if json_output:
        print_json([_document(account) for account in accounts])
    elif not accounts:
        say(_NOBODY.in_(language))
    else:
        print_table(_COLUMNS[language], [_row(account, language) for account in accounts])


@group.command("passwd")
def set_password(name: NameArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Set another password, asked for or read from standard input.

    Whoever is signed in with the old one is signed out.
    """
    with open_directory(root) as (directory, settings):
        directory.account(name)
        directory.set_password(name, read_password())
        account = directory.account(name)
    _tell(account, _CHANGED.in_(language_of(settings)).format(name=name), json_output=json_output)


@group.command("role")
def set_role(
    name: NameArgument,
    role: Annotated[Role, typer.Argument(help="What it may do: viewer, responder, manager or admin.")],
    contract: ContractsOption = None,
    site: SitesOption = None,
    money: MoneyOption = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Give an account another role and scope.

    Without `--contract` and `--site` it is everything, without `--money` only managers see money.
    """
    grant = grant_of(root, role, contract, site, money=money)
    with open_directory(root) as (directory, settings):
        account = directory.set_grant(name, grant)
    _tell(account, _CHANGED.in_(language_of(settings)).format(name=name), json_output=json_output)


@group.command("title")
def set_title(
    name: NameArgument,
    title: Annotated[str, typer.Argument(help="How pages call the person.")],
    language: LanguageOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Say how pages call a person, and in which language they are."""
    with open_directory(root) as (directory, settings):
        account = directory.set_title(name, title, language)
    _tell(account, _CHANGED.in_(language_of(settings)).format(name=name), json_output=json_output)


@group.command("disable")
def disable_user(name: NameArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Keep a person out, and end every session of the account.

    The account stays: the journal goes on naming it.
    """
    _set_disabled(name, root, json_output, disabled=True)


@group.command("enable")
def enable_user(name: NameArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Let a person in again."""
    _set_disabled(name, root, json_output, disabled=False)


def _set_disabled(name: str, root: RootOption, json_output: JsonOption, *, disabled: bool) -> None:
    with open_directory(root) as (directory, settings):
        directory.set_disabled(name, disabled=disabled)
        account = directory.account(name)
    _tell(account, _CHANGED.in_(language_of(settings)).format(name=name), json_output=json_output)


def _tell(account: Account, told: str, *, json_output: bool) -> None:
    if json_output:
        print_json(_document(account))
    else:
        say(told)


def _document(account: Account) -> dict[str, object]:
    names = {"name": account.name, "title": account.title, "language": account.language}
    return {**names, **grant_json(account.grant), "issuer": account.issuer, "disabled": account.disabled}


def _row(account: Account, language: str) -> tuple[object, ...]:
    scope = account.grant.scope
    limits = [", ".join(sorted(names)) or _EVERYTHING.in_(language) for names in (scope.contracts, scope.sites)]
    money = (_SHOWN if account.grant.sees_money else _HIDDEN).in_(language)
    state = (_DISABLED if account.disabled else _ENABLED).in_(language)
    return (account.name, account.title, ROLES[account.grant.role].in_(language), *limits, money, state)
