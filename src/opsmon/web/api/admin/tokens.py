"""The routes of programmes' tokens, for admins of everything."""

from aiohttp import web

from opsmon.access.directory import AccountDirectory
from opsmon.model.account import AccessToken
from opsmon.web.api.admin.directory import change, check_grant
from opsmon.web.api.admin.schemas import (
    NewTokenBody,
    NewTokenDocument,
    NothingBody,
    TokenDocument,
    token_document,
)
from opsmon.web.context import PARTS
from opsmon.web.errors import unknown
from opsmon.web.route import JSON, answer_json, list_json, parse_body


async def list_tokens(request: web.Request) -> web.Response:
    """All of the store, by name; those of opsmon.yaml are not among them."""
    found = await change(request, AccountDirectory.tokens)
    return web.Response(body=list_json(map(token_document, found)), content_type=JSON, charset="utf-8")


async def add_token(request: web.Request) -> web.Response:
    """A new one, with the word that opens, which nobody can read again."""
    body = await parse_body(NewTokenBody, request)
    grant = check_grant(request, body.grant)
    taken = frozenset(token.name for token in request.app[PARTS].settings.known_tokens)

    def make(directory: AccountDirectory) -> tuple[str, AccessToken]:
        word = directory.add_token(body.name, grant, body.life, taken)
        return word, next(token for token in directory.tokens() if token.name == body.name)

    word, made = await change(request, make)
    answer = answer_json(NewTokenDocument(**token_document(made).model_dump(), token=word), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def revoke_token(request: web.Request) -> web.Response:
    """It opens nothing any more; the answer is the token as it was."""
    await parse_body(NothingBody, request)
    name = request.match_info["token"]
    known = {token.name: token for token in await change(request, AccountDirectory.tokens)}
    if name not in known:
        raise unknown("token", name, known, "GET /api/v1/tokens")
    document: TokenDocument = token_document(known[name])
    await change(request, lambda directory: directory.revoke_token(name))
    return answer_json(document)
