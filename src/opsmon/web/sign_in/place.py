"""From where a request comes, and under which address the browser reaches us: both as far as trusted proxies say."""

import ipaddress
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from aiohttp import web

from opsmon.web.settings import PortSettings

_MAX_HOPS = 16


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """`origin` is the browser's (RFC 6454, 6.2); `prefix` stands before every path, "" or `/…` without a slash at the
    end: a proxy that serves us under a sub-path takes it away."""

    origin: str
    prefix: str

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https:")


def place_of(request: web.Request, settings: PortSettings) -> PublicPlace:
    """The settings' public address where the request came that way, else the one that it was sent to."""
    public = urlsplit(settings.public_url)
    if settings.public_url and (comes_by_proxy(request, settings) or request.host == public.netloc):
        return PublicPlace(f"{public.scheme}://{public.netloc}".lower(), public.path)
    is_https = comes_by_proxy(request, settings) and request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    return PublicPlace(f"{'https' if is_https else 'http'}://{request.host}".lower(), "")


def comes_by_proxy(request: web.Request, settings: PortSettings) -> bool:
    """Whether a proxy that the settings trust asks for somebody else."""
    told = any(name in request.headers for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"))
    return told and settings.trusts(_peer(request))


def _peer(request: web.BaseRequest) -> str:
    transport = request.transport
    return str((transport.get_extra_info("peername") or ("unknown",))[0]) if transport is not None else "unknown"


def addresses_of(request: web.BaseRequest, settings: PortSettings) -> tuple[str, str]:
    """From where a request comes, and by which proxy, "" by none.

    X-Forwarded-For is believed as far as trusted proxies wrote it: each adds, at the end, the address that asked it.
    What stands before that anybody may have written.
    """
    peer = _peer(request)
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
