"""Who may come in: the one who shows a token or the cookie of a session, and on loopback, where nobody has an account,
every reader of this machine."""

import hmac
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from aiohttp import web

from opsmon.access.calendar_link import is_calendar_key
from opsmon.access.visitor import OPEN_READER, Visitor, VisitorKind
from opsmon.model.account import Grant, Role
from opsmon.model.origin import over_http, over_session
from opsmon.text.bilingual import Sentence
from opsmon.web.context import PARTS
from opsmon.web.errors import ASK_AN_ADMIN, RequestError, unfit
from opsmon.web.identity import MISDIRECTED, ROOT_HEADER, as_header
from opsmon.web.settings import NamedToken, PortSettings, is_loopback
from opsmon.web.sign_in.cookie import csrf_field_of, session_word
from opsmon.web.sign_in.place import addresses_of, comes_by_proxy

_PORT = re.compile(r":\d{1,5}$", re.ASCII)
ORIGIN = web.RequestKey("origin", str)  # of a request that was let in by name: as whom, and from where
VISITOR = web.RequestKey("visitor", Visitor)


class Access(StrEnum):
    """What a route asks of the one who calls it."""

    OPEN = "open"  # for load balancers and who signs in: says nothing of the fleet
    READ = "read"
    KEYED = "keyed"  # the same, or with the key that stands in the address
    SELF = "self"  # of a person who signed in, about himself
    COMMAND = "command"
    MANAGE = "manage"
    ADMIN = "admin"

    @property
    def role(self) -> Role:
        """The least role that may."""
        return _ROLES.get(self, Role.VIEWER)


_READING = (Access.READ, Access.KEYED)
_ROLES = {Access.COMMAND: Role.RESPONDER, Access.MANAGE: Role.MANAGER, Access.ADMIN: Role.ADMIN}


@lru_cache(maxsize=256)
def names_loopback(host: str) -> bool:
    """Whether a Host header means this machine. A page in a browser here, whose name was pointed at our address after
    it was loaded (DNS rebinding), gives its own name; a proxy that does so shows the token."""
    name = _PORT.sub("", host)
    return name.lower() == "localhost" or is_loopback(name.removeprefix("[").removesuffix("]"))


def refuse_misdirected(request: web.Request, settings: PortSettings) -> None:
    """Raises RequestError 421 where the one who asks means the daemon of another root."""
    meant = request.headers.get(ROOT_HEADER)
    if meant is not None and settings.root is not None and meant != as_header(settings.root):
        raise RequestError(
            MISDIRECTED,
            Sentence(
                f"this daemon watches {settings.root}, and another root is meant",
                f"该守护进程监控的是 {settings.root}，而请求针对另一目录",
            ),
            Sentence(
                "give each root a port of its own under `http: {listen: …}` in its opsmon.yaml",
                "请在各自的 opsmon.yaml 用 `http: {listen: …}` 为每个目录设置端口",
            ),
        )


async def admit(request: web.Request, access: Access) -> None:
    """Raises RequestError (401 or 403) for who may not come in; who may is known by `VISITOR` from here on, and by
    `ORIGIN` where he has a name."""
    visitor = (_by_key(request) if access is Access.KEYED else None) or await _visitor(request)
    if access is not Access.OPEN:
        if visitor is None or (visitor.kind is VisitorKind.OPEN and access not in _READING):
            raise await _stranger(request, access)
        refuse_unfit(visitor, access)
    if visitor is not None:
        request[VISITOR] = visitor
        if visitor.via:
            request[ORIGIN] = visitor.via


def refuse_unfit(visitor: Visitor, access: Access) -> None:
    """Raises RequestError 403 for who may not, though he was let in."""
    if access is Access.SELF and visitor.kind is not VisitorKind.SESSION:
        raise RequestError(
            403,
            Sentence("this is for people who signed in", "请先登录"),
            Sentence("/login is where they do", "登录页为 /login"),
        )
    if access not in _READING and not visitor.may(access.role):
        raise unfit(visitor.account, visitor.role, access.role)
    if access is Access.ADMIN and not visitor.scope.is_everything:
        words = Sentence(
            f"{visitor.account} is admin of a part, and this is about everything",
            f"{visitor.account} 是部分范围的管理员，此操作涉及全部范围",
        )
        raise RequestError(403, words, ASK_AN_ADMIN)


async def _visitor(request: web.Request) -> Visitor | None:
    """The one who asks, None where nothing says who it is."""
    word = _bearer_word(request)
    by_token = await _by_token(request, word) if word else None
    return by_token or await _by_session(request) or await _by_being_here(request)


def _by_key(request: web.Request) -> Visitor | None:
    """Whose address holds the key of the rota that it names: reads that."""
    shown, rota = request.query.get("k", ""), request.match_info.get("rota", "").removesuffix(".ics")
    is_key = bool(shown) and is_calendar_key(request.app[PARTS].calendar_secret, rota, shown)
    return Visitor(VisitorKind.LINK, "", Grant(Role.VIEWER)) if is_key else None


async def _by_token(request: web.Request, word: str) -> Visitor | None:
    parts = request.app[PARTS]
    shown = _token_shown(word, parts.settings.known_tokens)
    if shown is not None:
        grant, name, kind = Grant(Role.ADMIN), shown.name, VisitorKind.SETTINGS
    else:
        kept = await parts.access.token(word)
        if kept is None:
            return None
        grant, name, kind = kept.grant, kept.name, VisitorKind.TOKEN
    via = over_http(name, *addresses_of(request, parts.settings))
    return Visitor(kind, name, grant, title=name, via=via)


async def is_still_admitted(request: web.Request) -> bool:
    """Whether the one who was let in for an answer that goes on would be let in now, and as the same. Raises
    StoreError."""
    visitor, parts = request[VISITOR], request.app[PARTS]
    if visitor.kind is VisitorKind.SESSION:
        account = await parts.access.sessions.still(session_word(request))
        return account is not None and account.grant == visitor.grant
    if visitor.kind is VisitorKind.TOKEN:
        kept = await parts.access.token(_bearer_word(request))
        return kept is not None and kept.grant == visitor.grant
    return visitor.kind is VisitorKind.SETTINGS or not await parts.access.has_accounts()


def _bearer_word(request: web.Request) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _token_shown(given: str, known: Iterable[NamedToken]) -> NamedToken | None:
    """Which token of the settings it is. Every one is compared to its end, so that the time tells nothing."""
    word, found = given.encode("utf-8", "surrogateescape"), None
    for token in known:
        if hmac.compare_digest(word, token.secret.reveal().encode("utf-8")):
            found = token
    return found


async def _by_session(request: web.Request) -> Visitor | None:
    return await visitor_of_session(request, session_word(request))


async def visitor_of_session(request: web.Request, word: str) -> Visitor | None:
    """Whose session it is; None where it holds no more."""
    found = await request.app[PARTS].access.sessions.find(word) if word else None
    if found is None:
        return None
    session, account = found
    via = over_session(account.name, *addresses_of(request, request.app[PARTS].settings))
    return Visitor(
        VisitorKind.SESSION, account.name, account.grant, account.shown, account.language, csrf_field_of(word), via,
        session.id,
    )  # fmt: skip


async def _by_being_here(request: web.Request) -> Visitor | None:
    """On loopback reading is open, while nobody could sign in instead."""
    parts = request.app[PARTS]
    is_here = (
        parts.settings.is_loopback and names_loopback(request.host) and not comes_by_proxy(request, parts.settings)
    )
    return OPEN_READER if is_here and not await parts.access.has_accounts() else None


async def _stranger(request: web.Request, access: Access) -> RequestError:
    parts = request.app[PARTS]
    if parts.settings.known_tokens or await parts.access.has_accounts():
        return RequestError(
            401,
            Sentence("the bearer token is missing or wrong", "缺少令牌或令牌错误"),
            Sentence(
                "send `Authorization: Bearer TOKEN` with a token that opsmon.yaml names under `http:` or that "
                "`opsmon token add` gave, or sign in at /login",
                "请发送 `Authorization: Bearer TOKEN`，令牌取自 opsmon.yaml 的 `http:` 或 `opsmon token add`；"
                "或在 /login 登录",
            ),
            {"WWW-Authenticate": 'Bearer realm="opsmon"'},
        )
    return RequestError(
        403,
        Sentence("reading over the network is not allowed", "不允许通过网络读取")
        if access in _READING
        else Sentence("commands are not allowed", "不允许执行命令"),
        Sentence(
            "set `http: {token: {env: OPSMON_TOKEN}}` in opsmon.yaml and send `Authorization: Bearer TOKEN`, "
            "or add an account with `opsmon user add NAME --role admin`",
            "请在 opsmon.yaml 设置 `http: {token: {env: OPSMON_TOKEN}}` 并发送 `Authorization: Bearer TOKEN`，"
            "或用 `opsmon user add 用户名 --role admin` 添加账号",
        ),
    )


def refuse_encoded(request: web.Request) -> None:
    """Raises RequestError 415 for a body that would have to be unpacked: some bytes could become a great many."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise RequestError(
            415,
            Sentence("the body is encoded", "请求内容经过编码"),
            Sentence("send it without Content-Encoding", "请不要使用 Content-Encoding"),
        )
