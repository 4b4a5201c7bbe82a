"""The fields of a form, as plain texts, bounded; and the filters of a page. From where a form came was asked before."""

import asyncio
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import ValidationError

from opsmon.web.api.schemas import Query
from opsmon.web.errors import RequestError, short
from opsmon.web.route import BODY_TIMEOUT_S, MAX_BODY_BYTES

Q = TypeVar("Q", bound="PageQuery")
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 200


class PageQuery(Query):
    """What stands behind the `?` of a page; `part=live` asks for what changes of it."""

    part: str | None = None


def read_query(shape: type[Q], request: web.Request) -> Q:
    """The filters of a page; those that its form left empty are not there. Raises RequestError 422."""
    given = {name: word for name, word in request.query.items() if word}
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        wrong = ", ".join(short(str(problem["loc"][0])) for problem in error.errors()[:5] if problem["loc"])
        raise RequestError(422, f"not understood: {wrong}", f"filters: {', '.join(shape.model_fields)}") from None


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields that were filled in; of one that is there twice the last. Raises RequestError 408, 413, 415."""
    if request.content_type != FORM:
        raise RequestError(415, "not a form", f"send it as {FORM}")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestError(413, "the form is too long", "a form of this console is a few thousand bytes")
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            raw = await request.read()
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except TimeoutError:
        raise RequestError(408, f"the form did not come within {BODY_TIMEOUT_S:g} s") from None
    except ValueError:
        raise RequestError(413, "the form has too many fields") from None
    return {name: value.strip().replace("\r\n", "\n") for name, value in pairs if value.strip()}
