"""Who has an account and which programme a token: every change of them, judged, written, and told to the journal.

Whoever may write the store may do so: the command line beside a running daemon, and admins through the port.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from opsmon.access.password import hash_password, refusal_of_password
from opsmon.access.secret_word import TOKEN_PREFIX, kept_of, new_word
from opsmon.errors import ConfigError, Problem
from opsmon.model.access_event import AccountChange, AccountChanged
from opsmon.model.account import AccessToken, Account, Grant, Role, Scope
from opsmon.model.store_address import StoreAddress
from opsmon.store.access_store import AccessStore
from opsmon.store.store import open_store
from opsmon.text.bilingual import Sentence, chinese_of
from opsmon.text.command_words import THINGS
from opsmon.text.near_miss import meant, shown
from opsmon.text.safe import is_seen
from opsmon.text.sign_in_words import ROLES
from opsmon.text.vocabulary import named

MAX_TOKEN_LIFE = timedelta(days=366)
MAX_TOKENS = 500
LANGUAGES = ("", "zh", "en")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_MAX_TITLE = 100
_NAMES = Sentence("up to 60 of a-z, 0-9, `.`, `_` and `-`", "最多 60 个字符：a-z、0-9、`.`、`_`、`-`")
_GOOD_PASSWORD = Sentence(
    "four words that have nothing to do with each other make a good one", "四个互不相关的词就是好密码"
)


def wrong_word(message: Sentence, hint: str = "") -> ConfigError:
    """What somebody typed cannot be."""
    return ConfigError((Problem("", 0, 0, message, hint),))


def grant_words(grant: Grant) -> Sentence:
    """What it allows, in one line."""
    contracts, sites = sorted(grant.scope.contracts), sorted(grant.scope.sites)
    limits = [*(f"contract {name}" for name in contracts), *(f"site {name}" for name in sites)]
    limits_zh = [*(f"合同 {name}" for name in contracts), *(f"站点 {name}" for name in sites)]
    money, money_zh = (", sees money", "，可见金额") if grant.money else ("", "")
    return Sentence(
        f"{grant.role} of {', '.join(limits) or 'everything'}{money}",
        f"{named(ROLES, grant.role, 'zh')}，范围 {'、'.join(limits_zh) or '全部'}{money_zh}",
    )


@dataclass(frozen=True, slots=True)
class Changer:
    """Who changes something: `by` in words, `via` as whom he was let in."""

    by: str
    via: str


class AccountDirectory:
    """Raises ConfigError for what cannot be, StoreError where the store fails. `now` gives the time."""

    def __init__(self, store: AccessStore, now: Callable[[], datetime], changer: Changer) -> None:
        self._store, self._now, self._changer = store, now, changer

    def accounts(self) -> tuple[Account, ...]:
        """All, by name."""
        return self._store.accounts()

    def account(self, name: str) -> Account:
        """The account of that name."""
        found = self._store.account(name)
        if found is None:
            known = [account.name for account in self._store.accounts()]
            listed = Sentence("`opsmon user list` lists them", "用 `opsmon user list` 查看")
            words = Sentence(f"no account {shown(name)}", f"没有账号 {shown(name)}")
            raise wrong_word(words, meant(name, known) or listed)
        return found

    def add(self, name: str, grant: Grant, password: str, title: str = "", language: str = "") -> Account:
        """A new account with a password."""
        if not _NAME.fullmatch(name):
            words = Sentence(f"{shown(name)} is no name for an account", f"{shown(name)} 不能作用户名")
            raise wrong_word(words, _NAMES)
        if self._store.account(name) is not None:
            raise wrong_word(
                Sentence(f"there is an account {name} already", f"已有账号 {name}"),
                Sentence("`opsmon user passwd NAME` sets its password", "用 `opsmon user passwd NAME` 设置密码"),
            )
        _check_title(title, language)
        account = Account(name, grant, title, language, _hashed(password, name))
        self._write(account, AccountChange.ADDED, grant_words(grant))
        return account

    def set_password(self, name: str, password: str) -> None:
        """Another password; whoever is signed in with the old one is out."""
        account = self.account(name)
        if account.issuer:
            words = Sentence(f"{name} signs in through {account.issuer}", f"{name} 通过 {account.issuer} 登录")
            raise wrong_word(words, Sentence("the password is changed there", "请在那里修改密码"))
        changed = replace(account, password=_hashed(password, name))
        self._write(changed, AccountChange.PASSWORD, ends_sessions=True)

    def set_grant(self, name: str, grant: Grant) -> Account:
        """Another role, scope or sight of money."""
        account = replace(self.account(name), grant=grant)
        self._keep_an_admin(account)
        self._write(account, AccountChange.GRANTED, grant_words(grant))
        return account

    def set_title(self, name: str, title: str, language: str) -> Account:
        """How the person is called, and the language of his pages."""
        _check_title(title, language)
        account = replace(self.account(name), title=title, language=language)
        self._write(account, AccountChange.TITLED)
        return account

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Keeps somebody out, and ends every session of his; or lets him in again."""
        account = replace(self.account(name), disabled=disabled)
        self._keep_an_admin(account)
        self._write(account, AccountChange.DISABLED if disabled else AccountChange.ENABLED, ends_sessions=disabled)

    def end_sessions(self, name: str) -> int:
        """How many were ended: everybody who is signed in as the account is out."""
        account = self.account(name)
        ended = self._store.end_other_sessions(account.name)
        if ended:
            self._store.add_notes((self._note(account.name, AccountChange.SESSIONS_ENDED),))
        return ended

    def _keep_an_admin(self, changed: Account) -> None:
        others = [one for one in self._store.accounts() if one.name != changed.name]
        before = self.account(changed.name)
        if _is_admin(before) and not _is_admin(changed) and not any(map(_is_admin, others)):
            words = Sentence(f"{changed.name} is the last admin", f"{changed.name} 是最后一个管理员")
            raise wrong_word(words, Sentence("make another account admin first", "请先设置另一个管理员"))

    def _write(self, account: Account, change: AccountChange, detail: str = "", *, ends_sessions: bool = False) -> None:
        note = self._note(account.name, change, detail)
        self._store.put_account(account, (note,), ends_sessions=ends_sessions)

    def _note(self, name: str, change: AccountChange, detail: str = "") -> AccountChanged:
        now = self._now()
        by, via = self._changer.by, self._changer.via
        return AccountChanged(now, name, change, by, now, str(detail), via, chinese_of(detail))

    def tokens(self) -> tuple[AccessToken, ...]:
        """All, by name."""
        return self._store.tokens()

    def add_token(self, name: str, grant: Grant, life: timedelta, taken: frozenset[str] = frozenset()) -> str:
        """A new token: the word that opens, which nobody can read again. `taken` are the names in opsmon.yaml."""
        if not _NAME.fullmatch(name):
            raise wrong_word(Sentence(f"{shown(name)} is no name for a token", f"{shown(name)} 不能作令牌名称"), _NAMES)
        known = self._store.tokens()
        if name in taken or any(token.name == name for token in known):
            raise wrong_word(
                Sentence(f"there is a token {name} already", f"已有令牌 {name}"),
                Sentence("the journal tells them apart by their names", "日志按名称区分令牌"),
            )
        if not timedelta(0) < life <= MAX_TOKEN_LIFE:
            raise wrong_word(
                Sentence("a token lasts a day to a year", "令牌有效期为 1 天至 1 年"),
                Sentence("such as `--days 90`", "例如 `--days 90`"),
            )
        if len(known) >= MAX_TOKENS:
            raise wrong_word(
                Sentence(f"there are {MAX_TOKENS} tokens already", f"已有 {MAX_TOKENS} 个令牌"),
                Sentence("`opsmon token revoke NAME` takes one away", "用 `opsmon token revoke NAME` 吊销一个"),
            )
        word, now = new_word(TOKEN_PREFIX), self._now()
        token = AccessToken(kept_of(word), name, grant, now, now + life, self._changer.by)
        self._store.add_token(token, (self._note(name, AccountChange.TOKEN_ADDED, grant_words(grant)),))
        return word

    def revoke_token(self, name: str) -> None:
        """It opens nothing any more."""
        if not self._store.revoke_token(name, (self._note(name, AccountChange.TOKEN_REVOKED),)):
            known = [token.name for token in self._store.tokens()]
            listed = Sentence("`opsmon token list` lists them", "用 `opsmon token list` 查看")
            words = Sentence(f"no token {shown(name)}", f"没有令牌 {shown(name)}")
            raise wrong_word(words, meant(name, known) or listed)


@contextmanager
def open_accounts(
    store_address: StoreAddress, root: Path, now: Callable[[], datetime], changer: Changer
) -> Iterator[AccountDirectory]:
    """The accounts in the store of a root, which is made where there is none. Raises StoreError."""
    store = open_store(store_address, root)
    try:
        yield AccountDirectory(store.access, now, changer)
    finally:
        store.close()


def _is_admin(account: Account) -> bool:
    return account.grant.role is Role.ADMIN and not account.disabled


def _hashed(password: str, name: str) -> str:
    refusal = refusal_of_password(password, name)
    if refusal:
        raise wrong_word(refusal, _GOOD_PASSWORD)
    return hash_password(password)


def _check_title(title: str, language: str) -> None:
    if len(title) > _MAX_TITLE or not is_seen(title):
        raise wrong_word(
            Sentence("not a name to show", "称呼无法显示"),
            Sentence(f"at most {_MAX_TITLE} characters that can be seen", f"最多 {_MAX_TITLE} 个可见字符"),
        )
    if language not in LANGUAGES:
        words = Sentence(f"unknown language {shown(language)}", f"没有语言 {shown(language)}")
        raise wrong_word(words, Sentence("zh or en", "可为 zh 或 en"))


def check_scope(scope: Scope, contracts: frozenset[str], sites: frozenset[str]) -> None:
    """Raises ConfigError for a contract or site that the root does not have: nobody would ever see anything."""
    for what, given, known in (("contract", scope.contracts, contracts), ("site", scope.sites, sites)):
        for name in sorted(given - known):
            listed = Sentence(
                f"known: {', '.join(sorted(known)) or 'none'}", f"已有：{'、'.join(sorted(known)) or '无'}"
            )
            words = Sentence(f"no {what} {shown(name)}", f"没有{named(THINGS, what, 'zh')} {shown(name)}")
            raise wrong_word(words, meant(name, sorted(known)) or listed)
