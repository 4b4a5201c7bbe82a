"""The routes for Prometheus: the daemon's own metrics, pages of devices, and http_sd lists of those pages.

Always the text format 0.0.4, whatever the Accept header: in OpenMetrics a counter must end in `_total`, and the names
of IF-MIB do not.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from urllib.parse import quote

from aiohttp import web

from opsmon.model.device import Device, Site
from opsmon.text.bilingual import Sentence
from opsmon.web.api.queries import device_of
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError, unknown
from opsmon.web.scrape.shared_answer import ANSWERS, CutOffError
from opsmon.web.scrape.squeeze import in_octets, takes_gzip
from opsmon.web.visit import refuse_limited, view_of

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
REFRESH_S = 60


async def daemon_metrics(request: web.Request) -> web.Response:
    """The daemon's own page. It counts over every contract, budgets too."""
    refuse_limited(request)
    page = await asyncio.to_thread(request.app[PARTS].pages.daemon)
    return web.Response(body=page, headers={"Content-Type": TEXT_FORMAT})


async def site_metrics(request: web.Request) -> web.StreamResponse:
    """The page of a site. Raises RequestError 404."""
    parts, name, view = request.app[PARTS], request.match_info["site"], view_of(request)
    if name not in view.rules.inventory.sites or not parts.pages.has(site=name):
        raise unknown("site", name, view.rules.inventory.sites.keys(), "GET /sd/sites")
    if name in view.shared_sites:
        raise RequestError(
            403,
            Sentence("other contracts' devices are at the site, too", "该站点还有其他合同的设备"),
            Sentence("/metrics/device/NAME is one device's", "单台设备见 /metrics/device/NAME"),
        )
    return await _answer(request, ("site", name), lambda: parts.pages.site(name))


async def device_metrics(request: web.Request) -> web.StreamResponse:
    """The page of a device. Raises RequestError 404."""
    parts = request.app[PARTS]
    device = device_of(view_of(request), request)
    if not parts.pages.has(device=device.name):
        raise RequestError(
            404, Sentence(f"device {device.name!r} has just left the inventory", f"设备 {device.name!r} 刚移出清单")
        )
    return await _answer(request, ("device", device.name), lambda: parts.pages.device(device.name))


async def _answer(
    request: web.Request, page: tuple[str, str], write: Callable[[], Iterator[str] | None]
) -> web.StreamResponse:
    """What is on a page does not depend on who reads it: whoever may is given what another one was given within the
    last second."""
    squeezed = takes_gzip(request)
    headers = {"Content-Type": TEXT_FORMAT, "Vary": "Accept-Encoding"} | (
        {"Content-Encoding": "gzip"} if squeezed else {}
    )
    edition = request.app[PARTS].pages.edition
    answer = request.app[ANSWERS].of(
        (*page, squeezed), edition, lambda: in_octets(write() or iter(()), squeezed=squeezed)
    )
    return await _send(request, answer.read(), headers)


async def _send(
    request: web.Request, pieces: AsyncGenerator[bytes, None], headers: Mapping[str, str]
) -> web.StreamResponse:
    """An answer that is one piece is sent whole, which is cheaper; a longer one is streamed. A reader who cannot have
    the rest has his connection broken, so that nobody takes a part for the whole."""
    async with aclosing(pieces):
        first, second = await anext(pieces, b""), await anext(pieces, b"")
        if not second:
            return web.Response(body=first, headers=headers)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        try:
            await response.write(first)
            await response.write(second)
            async for piece in pieces:
                await response.write(piece)
        except CutOffError:
            if request.transport is not None:
                request.transport.abort()
    return response


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
