"""`/backups`: the last good copy of each device; `/backups/DEVICE`: its copies, and what a change was.

What git holds has placeholders where secrets stood, and nothing else is shown.
"""

import asyncio
from collections.abc import Sequence

from aiohttp import web
from pydantic import Field

from opsmon.errors import BackupError
from opsmon.text.bilingual import Sentence
from opsmon.text.safe import visible
from opsmon.web.api.queries import device_of
from opsmon.web.context import PARTS
from opsmon.web.device_backup import BackupVersion
from opsmon.web.errors import RequestError
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.render import Record, page
from opsmon.web.frame.visit import Visit
from opsmon.web.visit import view_of

MAX_LINES = 5_000
MAX_SHOWN = 1_000
_RANKS = {"breached": 0, "at-risk": 1, "met": 2}


class BackupQuery(PageQuery):
    """Which copy."""

    commit: str | None = Field(default=None, pattern="^[0-9a-f]{7,64}$")


async def list_backups(request: web.Request) -> web.Response:
    """Every device that is backed up, the worst first."""
    read_query(PageQuery, request)
    return page(request, "backups.html", backups_record)


def backups_record(visit: Visit) -> Record:
    """What stands of the copies."""
    devices = visit.world.rules.inventory.devices
    found = [(one, devices[one.device]) for one in visit.parts.backups.all() if one.device in devices]
    found.sort(key=lambda pair: (_RANKS[pair[0].tone], pair[0].device))
    tones = [one.tone for one, _ in found]
    return {
        "rows": found[:MAX_SHOWN],
        "counts": {tone: tones.count(tone) for tone in _RANKS},
        "hidden": max(len(found) - MAX_SHOWN, 0),
    }


async def show_backup(request: web.Request) -> web.Response:
    """The copies of one device, and what the chosen one changed."""
    query, parts = read_query(BackupQuery, request), request.app[PARTS]
    device = device_of(view_of(request), request)
    try:
        versions = await asyncio.to_thread(parts.backups.versions, device.name)
        chosen = query.commit or (versions[0].commit if versions else None)
        text = None if chosen is None else await asyncio.to_thread(parts.backups.change, device.name, chosen)
    except BackupError as error:
        words = Sentence(f"the copies cannot be read: {error}", f"备份无法读取：{error}")
        hint = Sentence("`opsmon backup verify` says more", "详见 `opsmon backup verify`")
        raise RequestError(503, words, hint) from None
    if query.commit is not None and text is None:
        place = f"/backups/{device.name}"
        raise RequestError(
            404,
            Sentence("there is no such copy", "没有这份备份"),
            Sentence(f"{place} lists them", f"可在 {place} 中查看"),
        )
    about = {
        "device": device,
        "versions": versions,
        "chosen": _version(versions, chosen),
        "lines": diff_lines(text or ""),
    }
    return page(request, "backup.html", lambda visit: {**about, "backup": visit.parts.backups.of(device.name)})


def _version(versions: Sequence[BackupVersion], commit: str | None) -> BackupVersion | None:
    return next((one for one in versions if one.commit == commit), None)


def diff_lines(text: str) -> list[tuple[str, str]]:
    """Each line of a unified diff with what it is: `plus`, `minus`, `hunk` or nothing."""
    found = []
    for line in text.splitlines()[:MAX_LINES]:
        kind = {"+": "plus", "-": "minus", "@": "hunk"}.get(line[:1], "")
        found.append(("hunk" if line.startswith(("+++", "---")) else kind, visible(line)))
    return found
