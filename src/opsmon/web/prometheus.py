"""The routes for Prometheus: the daemon's own metrics, pages of devices, and http_sd lists of those pages.

Always the text format 0.0.4, whatever the Accept header: in OpenMetrics a counter must end in `_total`, and the names
of IF-MIB do not.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

from opsmon.model.device import Device, Site
from opsmon.text.bilingual import Sentence
from opsmon.web.api.queries import device_of
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError, unknown
from opsmon.web.visit import refuse_limited, view_of

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
REFRESH_S = 60
_GZIP_WINDOW = 31
_QUICKEST = 1  # half of the processor time of the usual level, for a tenth more bytes


class Squeeze(Protocol):
    """What `zlib.compressobj` gives; its own type has no public name."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


async def daemon_metrics(request: web.Request) -> web.Response:
    """The daemon's own page. It counts over every contract, budgets too."""
    refuse_limited(request)
    page = await asyncio.to_thread(request.app[PARTS].pages.daemon)
    return web.Response(body=page, headers={"Content-Type": TEXT_FORMAT})


async def site_metrics(request: web.Request) -> web.StreamResponse:
    """The page of a site. Raises RequestError 404."""
    parts, name, view = request.app[PARTS], request.match_info["site"], view_of(request)
    pieces = parts.pages.site(name) if name in view.rules.inventory.sites else None
    if pieces is None:
        raise unknown("site", name, view.rules.inventory.sites.keys(), "GET /sd/sites")
    if name in view.shared_sites:
        raise RequestError(
            403,
            Sentence("other contracts' devices are at the site, too", "该站点还有其他合同的设备"),
            Sentence("/metrics/device/NAME is one device's", "单台设备见 /metrics/device/NAME"),
        )
    return await _answer_pieces(request, pieces)


async def device_metrics(request: web.Request) -> web.StreamResponse:
    """The page of a device. Raises RequestError 404."""
    parts = request.app[PARTS]
    device = device_of(view_of(request), request)
    pieces = parts.pages.device(device.name)
    if pieces is None:
        raise RequestError(
            404, Sentence(f"device {device.name!r} has just left the inventory", f"设备 {device.name!r} 刚移出清单")
        )
    return await _answer_pieces(request, pieces)


async def _answer_pieces(request: web.Request, pieces: Iterator[str]) -> web.StreamResponse:
    """A page that is one piece is answered whole, which is cheaper; a longer one is streamed."""
    headers = {"Content-Type": TEXT_FORMAT, "Vary": "Accept-Encoding"}
    squeeze = _new_squeeze() if _takes_gzip(request) else None
    if squeeze is not None:
        headers["Content-Encoding"] = "gzip"
    turns = _in_turns(pieces)
    first, second = await anext(turns, ""), await anext(turns, "")
    if not second or request.method == "HEAD":
        raw = first.encode("utf-8")
        return web.Response(body=raw if squeeze is None else squeeze.compress(raw) + squeeze.flush(), headers=headers)
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    for piece in (first, second):
        await _send(response, piece, squeeze)
    async for piece in turns:
        await _send(response, piece, squeeze)
    await response.write_eof(b"" if squeeze is None else squeeze.flush())
    return response


async def _in_turns(pieces: Iterator[str]) -> AsyncIterator[str]:
    """The pieces that hold something; others have their turn after each, also after an empty one."""
    for piece in pieces:
        if piece:
            yield piece
        await asyncio.sleep(0)


async def _send(response: web.StreamResponse, piece: str, squeeze: Squeeze | None) -> None:
    raw = piece.encode("utf-8")
    if squeeze is not None:
        raw = squeeze.compress(raw)
    if raw:
        await response.write(raw)


def _new_squeeze() -> Squeeze:
    return zlib.compressobj(_QUICKEST, zlib.DEFLATED, _GZIP_WINDOW)


def _takes_gzip(request: web.Request) -> bool:
    for offer in request.headers.get("Accept-Encoding", "").split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip().lower() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def discover_sites(request: web.Request) -> web.Response:
    """One target for each site."""
    sites = view_of(request).rules.inventory.sites.values()
    return _targets(request, [site_labels(site) for site in sites])


async def discover_devices(request: web.Request) -> web.Response:
    """One target for each device, for those who scrape them one by one."""
    devices = view_of(request).rules.inventory.devices.values()
    return _targets(request, [device_labels(device) for device in devices])


def site_labels(site: Site) -> dict[str, str]:
    """Labels of a site's target; those that begin with `__meta_` are for relabelling."""
    return {
        "__metrics_path__": f"/metrics/site/{quote(site.name, safe='')}",
        "site": site.name,
        "__meta_opsmon_site": site.name,
        "__meta_opsmon_site_title": site.title,
        "__meta_opsmon_contract": site.contract or "",
        "__meta_opsmon_service": site.service or "",
    }


def device_labels(device: Device) -> dict[str, str]:
    """Labels of a device's target; `instance` is the device."""
    return {
        "__metrics_path__": f"/metrics/device/{quote(device.name, safe='')}",
        "instance": device.name,
        "site": device.site,
        "__meta_opsmon_device": device.name,
        "__meta_opsmon_site": device.site,
        "__meta_opsmon_kind": device.kind.value,
        "__meta_opsmon_address": device.address,
        "__meta_opsmon_contract": device.contract or "",
        "__meta_opsmon_service": device.service or "",
    }


def _targets(request: web.Request, groups: list[dict[str, str]]) -> web.Response:
    """The whole list every time; the target is the address under which we were asked."""
    body = [{"targets": [request.host], "labels": labels} for labels in groups]
    return web.json_response(body, headers={"X-Prometheus-Refresh-Interval-Seconds": str(REFRESH_S)})
