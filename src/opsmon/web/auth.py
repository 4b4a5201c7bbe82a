"""Who may come in. On loopback reading is open; commands, and everything beyond loopback, need the bearer token."""

import hmac
import ipaddress
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from aiohttp import web

from opsmon.model.origin import over_http
from opsmon.web.errors import RequestError
from opsmon.web.identity import MISDIRECTED, ROOT_HEADER, as_header
from opsmon.web.settings import NamedToken, PortSettings, is_loopback

_PORT = re.compile(r":\d{1,5}$", re.ASCII)
_MAX_HOPS = 16
ORIGIN = web.RequestKey("origin", str)  # of a request that showed a token: which, and from where


class Access(StrEnum):
    """What a route asks of the one who calls it."""

    OPEN = "open"  # for load balancers: says nothing of the fleet
    READ = "read"
    COMMAND = "command"


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
            f"this daemon watches {settings.root}, and another root is meant",
            "give each root a port of its own under `http: {listen: …}` in its opsmon.yaml",
        )


def admit(request: web.Request, access: Access, settings: PortSettings) -> None:
    """Raises RequestError (401 or 403) for who may not come in. Who shows a token is known by `ORIGIN` from here on."""
    if access is Access.OPEN or (access is Access.READ and settings.is_loopback and names_loopback(request.host)):
        return
    known = settings.known_tokens
    if not known:
        raise RequestError(
            403,
            "commands are not allowed" if access is Access.COMMAND else "reading over the network is not allowed",
            "set `http: {token: {env: OPSMON_TOKEN}}` in opsmon.yaml and send `Authorization: Bearer TOKEN`",
        )
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    shown = _token_shown(given, known) if scheme.lower() == "bearer" else None
    if shown is None:
        raise RequestError(
            401,
            "the bearer token is missing or wrong",
            "send `Authorization: Bearer TOKEN` with a token that opsmon.yaml names under `http:`",
            {"WWW-Authenticate": 'Bearer realm="opsmon"'},
        )
    request[ORIGIN] = over_http(shown.name, *_addresses(request, settings))


def _token_shown(given: str, known: Iterable[NamedToken]) -> NamedToken | None:
    """Which token it is. Every one is compared to its end, so that the time tells nothing."""
    word, found = given.strip().encode("utf-8", "surrogateescape"), None
    for token in known:
        if hmac.compare_digest(word, token.secret.reveal().encode("utf-8")):
            found = token
    return found


def _addresses(request: web.Request, settings: PortSettings) -> tuple[str, str]:
    """From where a request comes, and by which proxy, "" by none.

    X-Forwarded-For is believed as far as trusted proxies wrote it: each adds, at the end, the address that asked it.
    What stands before that anybody may have written.
    """
    transport = request.transport
    peer = str((transport.get_extra_info("peername") or ("unknown",))[0]) if transport is not None else "unknown"
    if not settings.trusts(peer):
        return peer, ""
    told = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for word in islice(reversed(told), _MAX_HOPS):
        try:
            address = str(ipaddress.ip_address(word.strip()))
        except ValueError:
            break
        if not settings.trusts(address):
            return address, peer
    return peer, ""


def refuse_encoded(request: web.Request) -> None:
    """Raises RequestError 415 for a body that would have to be unpacked: some bytes could become a great many."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise RequestError(415, "the body is encoded", "send it without Content-Encoding")
