"""What a route is; the list of them (`routes.py`) is both the server's and the OpenAPI document's source."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from opsmon.text.bilingual import Sentence, filled
from opsmon.text.safe import escaped_json
from opsmon.web.api.schemas import Body, NoQuery, Query
from opsmon.web.auth import Access
from opsmon.web.errors import RequestError, short
from opsmon.web.frame.mistakes import mistakes_of
from opsmon.web.frame.refused import Again

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
JSON, TEXT, HTML = "application/json", "text/plain", "text/html"
MAX_BODY_BYTES = 65_536
BODY_TIMEOUT_S = 10.0
MISTAKES_TOLD = 10
Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Route:
    """One address and what it does. `answer` is the shape of its JSON, `many` says that it is a list of them;
    a route without one answers with `content`. `page`: for a person with a browser, who is sent to sign in where that
    is missing. `again`: the page on which the form stands that is sent to it. `names` are the kinds of name in the
    path."""

    method: str
    path: str
    handler: Handler
    summary: str
    access: Access = Access.READ
    query: type[Query] = NoQuery
    body: type[Body] | None = None
    answer: type[BaseModel] | None = None
    many: bool = False
    status: int = 200
    content: str = JSON
    page: bool = False
    again: Again | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The parts of the path that stand for a name."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


def parse_query(shape: type[Q], request: web.Request) -> Q:
    """The filters of the request. Raises RequestError 422 for one that is unknown, twice there or nonsense."""
    given: dict[str, str] = {}
    for name, value in request.query.items():
        if name in given:
            raise RequestError(
                422,
                Sentence(f"{short(name)}: given twice", f"{short(name)}：重复给出"),
                Sentence("each filter once", "每个筛选条件只给一次"),
            )
        given[name] = value
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise _unfit(error, filled("filters: {}", "筛选条件：{}", ", ".join(shape.model_fields) or "-")) from None


async def parse_body(shape: type[B], request: web.Request) -> B:
    """The command of the request. Raises RequestError: 400 for what is no JSON, 413 when too long, 422 when unfit."""
    raw = await _read(request)
    try:
        return shape.model_validate_json(raw or b"{}")
    except ValidationError as error:
        if any(problem["type"] == "json_invalid" for problem in error.errors()):
            raise RequestError(
                400,
                Sentence("the body is no JSON", "请求内容不是 JSON"),
                filled("fields: {}", "字段：{}", ", ".join(shape.model_fields)),
            ) from None
        raise _unfit(error, filled("fields: {}", "字段：{}", ", ".join(shape.model_fields))) from None


async def _read(request: web.Request) -> bytes:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestError(
            413,
            Sentence("the body is too long", "请求内容过长"),
            Sentence("a command's body is a few hundred bytes of JSON", "命令的内容只有几百字节的 JSON"),
        )
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await request.read()
    except TimeoutError:
        raise RequestError(
            408,
            Sentence(f"the body did not come within {BODY_TIMEOUT_S:g} s", f"{BODY_TIMEOUT_S:g} 秒内未收到请求内容"),
        ) from None


def _unfit(error: ValidationError, hint: str) -> RequestError:
    """Names the first mistakes, and never repeats the values that were given: they may be a slip of the clipboard."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    problems = [f"{_place(problem['loc'])}: {problem['msg']}" for problem in found[:MISTAKES_TOLD]]
    if len(found) > MISTAKES_TOLD:
        problems.append(f"and {len(found) - MISTAKES_TOLD} more")
    return RequestError(422, Sentence("; ".join(problems), mistakes_of(error).zh), hint)


def _place(where: tuple[int | str, ...]) -> str:
    """A place in a body or query; a key in it is the client's own text."""
    return short(".".join(map(str, where[:4]))) or "body"


def answer_json(document: BaseModel, status: int = 200) -> web.Response:
    """One document."""
    text = escaped_json(document.model_dump_json())
    return web.Response(text=text, status=status, content_type=JSON, charset="utf-8")


def list_json(documents: Iterable[BaseModel]) -> bytes:
    """A list of documents, as the body of an answer."""
    return b"[" + b",".join(document.__pydantic_serializer__.to_json(document) for document in documents) + b"]"
