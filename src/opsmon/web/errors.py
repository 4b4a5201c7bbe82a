"""How a request fails: always as JSON that says what is wrong and what to do."""

import difflib
from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from opsmon.errors import StoreError
from opsmon.model.account import Role
from opsmon.text.bilingual import Sentence, filled, in_language
from opsmon.text.command_words import THINGS
from opsmon.text.sign_in_words import ROLES
from opsmon.text.vocabulary import named

_NAMES_COMPARED = 5_000
_MAX_QUOTE = 80


class Failure(BaseModel):
    """The body of every answer that is an error; its Chinese words where a person may meet it."""

    error: str
    hint: str = ""
    error_zh: str = ""
    hint_zh: str = ""


class RequestError(Exception):
    """A request that cannot be answered as it was meant."""

    def __init__(self, status: int, error: str, hint: str = "", headers: dict[str, str] | None = None) -> None:
        self.status, self.headers = status, headers
        self.error, self.hint = error, hint  # may know their Chinese: pages show it
        error_zh, hint_zh = (words.zh if isinstance(words, Sentence) else "" for words in (error, hint))
        self.failure = Failure(error=str(error), hint=str(hint), error_zh=error_zh, hint_zh=hint_zh)
        super().__init__(error)

    def as_response(self) -> web.Response:
        """The answer."""
        return web.json_response(
            text=self.failure.model_dump_json(exclude_defaults=True), status=self.status, headers=self.headers
        )


def short(text: str) -> str:
    """A client's own text, as far as an answer repeats it."""
    return text if len(text) <= _MAX_QUOTE else f"{text[:_MAX_QUOTE]}…"


ASK_AN_ADMIN = Sentence("ask an admin", "请联系管理员")
NOTHING_CHANGED = Sentence("nothing was changed", "未作任何更改")


def unfit(account: str, role: Role, least: str) -> RequestError:
    """403: the role of who asks does not reach."""
    have, need = named(ROLES, role, "zh"), named(ROLES, least, "zh")
    words = Sentence(f"{account} is {role}, and this takes {least}", f"{account} 的角色是{have}，此操作需要{need}")
    return RequestError(403, words, ASK_AN_ADMIN)


def unknown(what: str, name: str, known: Iterable[str], see: str) -> RequestError:
    """404, with the name that was perhaps meant."""
    names = list(known)
    comparable = len(names) <= _NAMES_COMPARED and len(name) <= _MAX_QUOTE  # the work grows with both
    close = difflib.get_close_matches(name, names, n=1) if comparable else []
    hint, hint_zh = (f"did you mean {close[0]!r}? ", f"是否为 {close[0]}？") if close else ("", "")
    return RequestError(
        404,
        Sentence(f"no {what} {short(name)!r}", f"没有{named(THINGS, what, 'zh')}“{short(name)}”"),
        Sentence(f"{hint}{see} lists them", f"{hint_zh}可在 {in_language(see, 'zh')} 中查看"),
    )


def store_failed(error: StoreError) -> RequestError:
    """503: it may be well again in a moment."""
    words = filled("the store failed: {}", "存储出错：{}", error.words)
    return RequestError(503, words, Sentence("see /readyz", "详见 /readyz"), {"Retry-After": "5"})


_HINTS = {
    404: Sentence("/api/v1/openapi.json lists every address", "/api/v1/openapi.json 列出所有地址"),
    405: Sentence("see the Allow header for what this address takes", "该地址接受的方法见 Allow 头"),
    413: Sentence("a command's body is a few hundred bytes of JSON", "命令的内容只有几百字节的 JSON"),
}


@web.middleware
async def failures_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns what handlers and aiohttp raise into the one shape of failures."""
    try:
        return await handler(request)
    except RequestError as error:
        return error.as_response()
    except StoreError as error:
        return store_failed(error).as_response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return RequestError(error.status, error.reason, _HINTS.get(error.status, ""), kept).as_response()
