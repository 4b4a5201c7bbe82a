"""The way to the OpenID provider and back."""

from urllib.parse import quote, unquote

from aiohttp import web

from opsmon.access.oidc.flow import OidcSignIn
from opsmon.access.oidc.id_token import OidcError
from opsmon.text.bilingual import Sentence
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.listening.connection_limits import peer_of
from opsmon.web.own_path import own_path
from opsmon.web.sign_in.page import language_of
from opsmon.web.sign_in.pages import begin_session, sign_in_form
from opsmon.web.sign_in.place import addresses_of, place_of

COOKIE = "opsmon-oidc"
_LIFE_S = 600
_NO_OTHER = (
    Sentence("there is no other sign-in here", "此处没有其他登录方式"),
    Sentence("`http: {oidc: …}` in opsmon.yaml names one", "可在 opsmon.yaml 中用 `http: {oidc: …}` 设置"),
)


async def go_to_provider(request: web.Request) -> web.Response:
    """To the provider's page; the browser remembers which sign-in it is, and the page that was wanted."""
    wanted = own_path(request.query.get("next", "/"))
    try:
        page, word = await _sign_in(request).begin()
    except OidcError as error:
        return sign_in_form(request, wanted, error.in_(language_of(request)), 502)
    answer = web.Response(status=303, headers={"Location": page})
    secure = place_of(request, request.app[PARTS].settings).is_secure
    value = f"{word}.{quote(wanted, safe='')}"
    answer.set_cookie(
        _name(secure), value, max_age=_LIFE_S, path="/", secure=secure, httponly=True, samesite="Lax"
    )  # fmt: skip
    return answer


async def come_back(request: web.Request) -> web.Response:
    """A session for whom the provider vouches for; else the form with the reason, and one more failed sign-in."""
    parts, sign_in = request.app[PARTS], _sign_in(request)
    address = peer_of(addresses_of(request, parts.settings)[0])
    if not parts.oidc_throttle.admits(address, parts.clock.monotonic()):  # each asks the provider for a token
        raise RequestError(
            429,
            Sentence("too many sign-ins from this address", "该地址登录过于频繁"),
            Sentence("wait a minute", "请一分钟后再试"),
            {"Retry-After": "60"},
        )
    secure = place_of(request, parts.settings).is_secure
    word, _, wanted = request.cookies.get(_name(secure), "").partition(".")
    wanted, told = own_path(unquote(wanted) or "/"), request.query
    try:
        if "error" in told:
            raise OidcError(
                Sentence(f"the provider says: {told['error'][:100]}", f"登录服务的说明：{told['error'][:100]}")
            )
        account = await sign_in.finish(word, told.get("state", ""), told.get("code", ""), told.get("iss", ""))
    except OidcError as error:
        parts.access.failures.count("", address)
        answer = sign_in_form(request, wanted, error.in_(language_of(request)), 403)
    else:
        answer = await begin_session(request, account, sign_in.settings.issuer, wanted, stays=False)
    answer.del_cookie(_name(secure), path="/", secure=secure, httponly=True, samesite="Lax")
    return answer


def _name(secure: bool) -> str:
    return f"__Host-{COOKIE}" if secure else COOKIE


def _sign_in(request: web.Request) -> OidcSignIn:
    found = request.app[PARTS].access.oidc
    if found is None:
        raise RequestError(404, *_NO_OTHER)
    return found
