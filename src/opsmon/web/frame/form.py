"""The fields of a form, as plain texts, bounded; and the filters of a page. From where a form came was asked before."""

import asyncio
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import ValidationError

from opsmon.text.bilingual import Sentence
from opsmon.web.api.schemas import Query
from opsmon.web.errors import RequestError, short
from opsmon.web.frame.refused import SENT, filters_of
from opsmon.web.route import BODY_TIMEOUT_S, MAX_BODY_BYTES

Q = TypeVar("Q", bound="PageQuery")
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 200
_TOO_LONG = (
    Sentence("the form is too long", "表单过长"),
    Sentence("a form of this console is a few thousand bytes", "表单一般只有几千字节"),
)
_TOO_SLOW = Sentence(f"the form did not come within {BODY_TIMEOUT_S:g} s", f"表单未在 {BODY_TIMEOUT_S:g} 秒内送达")
_TOO_MANY = Sentence("the form has too many fields", "表单字段过多")


class PageQuery(Query):
    """What stands behind the `?` of a page; `part=live` asks for what changes of it."""

    part: str | None = None


def read_query(shape: type[Q], request: web.Request) -> Q:
    """The filters of a page; those that its form left empty are not there. Raises RequestError 422."""
    given = {name: word for name, word in filters_of(request).items() if word}
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        wrong = ", ".join(short(str(problem["loc"][0])) for problem in error.errors()[:5] if problem["loc"])
        known = ", ".join(one.alias or name for name, one in shape.model_fields.items())
        raise RequestError(
            422,
            Sentence(f"not understood: {wrong}", f"无法识别：{wrong}"),
            Sentence(f"filters: {known}", f"可用条件：{known}"),
        ) from None


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields that were filled in; of one that is there twice the last. Raises RequestError 408, 413, 415."""
    if request.content_type != FORM:
        raise RequestError(415, Sentence("not a form", "不是表单"), Sentence(f"send it as {FORM}", f"请以 {FORM} 提交"))
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestError(413, *_TOO_LONG)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            raw = await request.read()
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except TimeoutError:
        raise RequestError(408, _TOO_SLOW) from None
    except ValueError:
        raise RequestError(413, _TOO_MANY) from None
    found = {name: value.strip().replace("\r\n", "\n") for name, value in pairs if value.strip()}
    request[SENT] = found
    return found
