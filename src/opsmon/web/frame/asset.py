"""The script, the style and the icon: named by a hash of what is in them, so that a browser may keep them for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from opsmon.text.bilingual import Sentence
from opsmon.web.errors import RequestError

FOLDER = Path(__file__).resolve().parents[1] / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    name: str
    digest: str
    body: bytes
    kind: str

    @property
    def path(self) -> str:
        return f"/static/{self.digest}/{self.name}"


@cache
def assets() -> Mapping[str, Asset]:
    """Every file, read once."""
    found = (path for path in sorted(FOLDER.iterdir()) if path.suffix in _KINDS)
    return {path.name: _read(path) for path in found}


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(path.name, hashlib.sha256(body).hexdigest()[:16], body, _KINDS[path.suffix])


def asset_path(name: str) -> str:
    """The address of a file. Raises KeyError for one that we do not have."""
    return assets()[name].path


async def show_asset(request: web.Request) -> web.Response:
    """A file. One under an old hash is not there: the page that names it is old, too."""
    asset = assets().get(request.match_info["file"])
    if asset is None or asset.digest != request.match_info["hash"]:
        raise RequestError(
            404, Sentence("there is no such file", "没有这个文件"), Sentence("load the page again", "请重新载入页面")
        )
    return web.Response(body=asset.body, content_type=asset.kind, charset="utf-8", headers={"Cache-Control": _A_YEAR})
