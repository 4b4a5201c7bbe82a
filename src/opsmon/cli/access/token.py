"""`opsmon token`: bearer tokens of programmes."""

from datetime import timedelta
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
)
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say
from opsmon.model.account import AccessToken, Role
from opsmon.text.bilingual import Text
from opsmon.text.sign_in_words import ROLES
from opsmon.text.time import short_local_time

group = new_group("Tokens of programmes that use the API.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, for the journal.")]
_COLUMNS = {
    "zh": ("名称", "角色", "合同", "站点", "到期", "创建人"),
    "en": ("name", "role", "contracts", "sites", "ends", "made by"),
}
_EVERYTHING = Text("all", "全部")
_NONE = Text("there is no token: `opsmon token add NAME`", "还没有令牌：`opsmon token add 名称`")
_ONCE = Text(
    "It is shown this once: keep it where only the programme can read it.",
    "只显示这一次，请保存在只有该程序能读取的位置。",
)
_REVOKED = Text("{name} opens nothing any more", "{name} 已作废")


@group.command("add")
def add_token(
    name: NameArgument,
    role: RoleOption = Role.VIEWER,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it opens.")] = 90,
    contract: ContractsOption = None,
    site: SitesOption = None,
    money: MoneyOption = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Make a token, and show it this once.

    Send it as `Authorization: Bearer TOKEN`. What is commanded with it stands in the journal under its name.
    """
    grant = grant_of(root, role, contract, site, money=money)
    with open_directory(root) as (directory, settings):
        taken = frozenset(token.name for token in settings.http.known_tokens)
        word = directory.add_token(name, grant, timedelta(days=days), taken)
    if json_output:
        print_json({"name": name, "token": word, **grant_json(grant), "days": days})
        return
    say(word)
    typer.echo(_ONCE.in_(language_of(settings)), err=True)  # so that `$(opsmon token add NAME)` is the token


@group.command("list")
def list_tokens(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Every token, without the word that opens.

    Those that opsmon.yaml names are not among them: they are an admin's, and last as long as they stand there.
    """
    with open_directory(root) as (directory, settings):
        tokens = directory.tokens()
    language, zone = language_of(settings), settings.timezone
    if json_output:
        print_json([_document(token) for token in tokens])
    elif not tokens:
        say(_NONE.in_(language))
    else:
        ends = [short_local_time(token.ends_at.isoformat(), zone) for token in tokens]
        print_table(_COLUMNS[language], [_row(token, end, language) for token, end in zip(tokens, ends, strict=True)])


@group.command("revoke")
def revoke_token(name: NameArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Take a token away: it opens nothing from now on."""
    with open_directory(root) as (directory, settings):
        directory.revoke_token(name)
    if json_output:
        print_json({"name": name, "revoked": True})
    else:
        say(_REVOKED.in_(language_of(settings)).format(name=name))


def _document(token: AccessToken) -> dict[str, object]:
    times = {"made_at": token.made_at.isoformat(), "ends_at": token.ends_at.isoformat()}
    return {"name": token.name, **grant_json(token.grant), **times, "made_by": token.made_by}


def _row(token: AccessToken, ends: str, language: str) -> tuple[object, ...]:
    scope = token.grant.scope
    limits = [", ".join(sorted(names)) or _EVERYTHING.in_(language) for names in (scope.contracts, scope.sites)]
    return (token.name, ROLES[token.grant.role].in_(language), *limits, ends, token.made_by)
