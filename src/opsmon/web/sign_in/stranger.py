"""Sends a person who has not signed in to do so, and back to where he wanted to go."""

from urllib.parse import quote

from aiohttp import web

from opsmon.web.context import PARTS
from opsmon.web.sign_in.place import place_of

_MAX_PATH = 2_000


async def may_sign_in(request: web.Request) -> bool:
    """Whether anybody could sign in."""
    return await request.app[PARTS].access.has_accounts()


def to_sign_in(request: web.Request) -> web.Response:
    """The way to the form, which remembers the page."""
    prefix = place_of(request, request.app[PARTS].settings).prefix
    wanted = request.path_qs if len(request.path_qs) <= _MAX_PATH else "/"
    return web.Response(status=303, headers={"Location": f"{prefix}/login?next={quote(wanted, safe='/')}"})
