"""A NetBox at the far end of the wire, as far as devices go: pages, nested objects, choices, filters, tokens, errors.

Shapes are those of NetBox's serializers in versions 3.5 (`device_role`) and 4.6 (`role`). Its `next` links point to a
place that nobody may follow, as behind a proxy that was set up badly.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "nbt_ab12cd.planted-secret-22"  # of the second version; the first is 40 digits
OLD_TOKEN = "0123456789abcdef0123456789abcdef01234567"
FIELDS = ("opsmon_name", "opsmon_profile", "opsmon_backup", "venue")


def nested(number: int, name: str, **more: object) -> dict[str, Any]:
    slug = name.lower().replace(" ", "-")
    return {
        "id": number,
        "url": f"http://10.0.0.9/api/x/{number}/",
        "display": name,
        "name": name,
        "slug": slug,
        **more,
    }


@dataclass
class FakeNetbox:
    """`devices` by number, in the shape of version 4; what was asked, and what is answered instead, if anything."""

    version: str = "4.6"
    token: str = TOKEN
    devices: dict[int, dict[str, Any]] = field(default_factory=dict)
    page: int = 1000  # MAX_PAGE_SIZE
    fields: tuple[str, ...] = FIELDS
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    patched: list[list[dict[str, Any]]] = field(default_factory=list)
    instead: web.Response | None = None
    may_write: bool = True
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, number: int, name: str | None, address: str | None, **more: Any) -> None:
        """One device; `role`, `site`, `platform`, `tags` are names of their own objects."""
        role, site = more.pop("role", "Access Switch"), more.pop("site", "Hall One")
        platform, tags = more.pop("platform", None), more.pop("tags", ())
        self.devices[number] = {
            "id": number, "url": f"http://10.0.0.9/api/dcim/devices/{number}/", "display": name or f"device ({number})",
            "name": name, "role": nested(1, role), "site": nested(2, site), "serial": "", "asset_tag": None,
            "device_type": {
                "id": 3, "display": "S5130", "model": "S5130-28S", "slug": "s5130-28s",
                "manufacturer": nested(4, "H3C"),
            },
            "platform": nested(5, platform) if platform else None, "tenant": None, "location": None,
            "rack": nested(6, "R1"), "position": 12.0, "face": {"value": "front", "label": "Front"},
            "status": {"value": more.pop("status", "active"), "label": "Active"}, "description": "",
            "primary_ip": {
                "id": 7, "url": "http://10.0.0.9/api/ipam/ip-addresses/7/", "display": address, "address": address,
                "family": {"value": 4, "label": "IPv4"},
            } if address else None,
            "tags": [nested(8 + place, tag, color="9e9e9e") for place, tag in enumerate(tags)],
            "custom_fields": dict.fromkeys(self.fields), **more,
        }  # fmt: skip

    def _shown(self, device: dict[str, Any]) -> dict[str, Any]:
        if self.version >= "3.6":
            return device
        return {("device_role" if key == "role" else key): value for key, value in device.items()}

    def _matches(self, device: dict[str, Any], query: dict[str, list[str]]) -> bool:
        tags = {tag["slug"] for tag in device["tags"]}
        single = {"status": device["status"]["value"], "site": device["site"]["slug"], "role": device["role"]["slug"]}
        return (
            all(single[name] in query[name] for name in single if name in query)
            and tags >= set(query.get("tag", ()))
            and not tags & set(query.get("tag__n", ()))
        )

    async def list_devices(self, request: web.Request) -> web.Response:
        query = {name: request.query.getall(name) for name in request.query}
        self.asked.append((str(request.path), query))
        if (refused := self._refusal(request)) is not None:
            return refused
        known = {device["site"]["slug"] for device in self.devices.values()}
        if unknown := [slug for slug in query.get("site", ()) if slug not in known]:
            told = f"Select a valid choice. {unknown[0]} is not one of the available choices."
            return self._json({"site": [told]}, 400)
        found = [device for device in self.devices.values() if self._matches(device, query)]
        offset, limit = int(query["offset"][0]), min(int(query["limit"][0]), self.page)
        more = offset + limit < len(found)
        return self._json(
            {
                "count": len(found), "previous": None,
                "next": "http://10.0.0.9/api/dcim/devices/?limit=1&offset=1" if more else None,
                "results": [self._shown(device) for device in found[offset : offset + limit]],
            }
        )  # fmt: skip

    async def patch_devices(self, request: web.Request) -> web.Response:
        if (refused := self._refusal(request)) is not None:
            return refused
        if not self.may_write:
            return self._json({"detail": "You do not have permission to perform this action."}, 403)
        changes = await request.json()
        self.patched.append(changes)
        for change in changes:
            fields = self.devices[change["id"]]["custom_fields"]
            if unknown := set(change["custom_fields"]) - set(fields):
                return self._json([{"custom_fields": f"Custom field '{min(unknown)}' does not exist"}], 400)
            fields.update(change["custom_fields"])
        return self._json([self._shown(self.devices[change["id"]]) for change in changes])

    def _refusal(self, request: web.Request) -> web.Response | None:
        if self.instead is not None:
            return self.instead
        word = "Bearer" if self.token.startswith("nbt_") else "Token"
        if request.headers.get("Authorization") != f"{word} {self.token}":
            return self._json({"detail": "Invalid v2 token"}, 403)
        return None

    def _json(self, document: Any, status: int = 200) -> web.Response:
        return web.json_response(document, status=status, headers={"API-Version": self.version})


@contextmanager
def running_netbox(netbox: FakeNetbox) -> Iterator[FakeNetbox]:
    """It answers on loopback while the block runs, from a thread of its own."""
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/api/dcim/devices/", netbox.list_devices)
        app.router.add_patch("/api/dcim/devices/", netbox.patch_devices)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        netbox.port = runner.addresses[0][1]
        return runner

    def serve() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield netbox
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
