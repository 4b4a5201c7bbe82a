"""What goes wrong with NetBox, in words that say what to do about it; nothing of them holds the token."""

from collections.abc import Callable
from typing import Any

from opsmon.errors import Problem
from opsmon.text.bilingual import Refusal, Sentence
from opsmon.text.safe import visible

MAX_WORDS = 300
_ITS_LOG = Sentence("try again later, or read NetBox's own log", "请稍后再试，或查看 NetBox 的日志")


class RedirectedError(Exception):
    """NetBox, or something before it, sends us elsewhere."""


def problem_of(error: Exception, url: str) -> Problem | None:
    """The problem of a call; None for an error that no call makes."""
    import pynetbox
    from requests import exceptions

    if isinstance(error, pynetbox.RequestError):
        return _refused(error.req.status_code, _detail(error.req), url)
    if isinstance(error, RedirectedError):
        return _redirected(url, _words(str(error)))
    kinds: tuple[tuple[type[Exception], Callable[[str], Problem]], ...] = (
        (pynetbox.ContentError, _no_netbox),
        (exceptions.JSONDecodeError, _no_netbox),
        (exceptions.SSLError, _untrusted),
        (exceptions.Timeout, _late),
        (exceptions.RequestException, _unreachable),
        (LookupError, _no_netbox),  # JSON of another shape, where pynetbox does not look for it
        (AttributeError, _no_netbox),
        (TypeError, _no_netbox),
        (ValueError, _no_netbox),
    )
    return next((told(url) for kind, told in kinds if isinstance(error, kind)), None)


def _problem(en: str, zh: str, hint: Refusal = "") -> Problem:
    return Problem("", 0, 0, Sentence(en, zh), hint)


def _redirected(url: str, where: str) -> Problem:
    hint = Sentence(
        "a sign-in page, or another address: `netbox.url` is where the API itself answers",
        "登录页或别的地址：`netbox.url` 应为 API 本身的地址",
    )
    return _problem(f"{url} sends us to {where}", f"{url} 要求转到 {where}", hint)


def _no_netbox(url: str) -> Problem:
    hint = Sentence(
        "a page of a proxy or of a sign-in? `netbox.url` is NetBox's address without `/api`",
        "是代理或登录页面吗？`netbox.url` 是 NetBox 的地址，不含 `/api`",
    )
    return _problem(f"{url} does not answer as NetBox's API does", f"{url} 的应答不是 NetBox API", hint)


def _untrusted(url: str) -> Problem:
    hint = Sentence(
        "`netbox: {authority: FILE}` with the certificates of your own authority",
        "用 `netbox: {authority: FILE}` 指定自建 CA 的证书",
    )
    return _problem(f"the certificate of {url} is not trusted", f"不信任 {url} 的证书", hint)


def _late(url: str) -> Problem:
    return _problem(
        f"{url} did not answer in time",
        f"{url} 未及时应答",
        Sentence("`netbox: {timeout: 60s}` where it is slow", "较慢时用 `netbox: {timeout: 60s}`"),
    )


def _unreachable(url: str) -> Problem:
    hint = Sentence(
        "the name, the port, and the proxy of $HTTPS_PROXY, if there is one",
        "请检查名称、端口，以及 `$HTTPS_PROXY` 的代理（如有）",
    )
    return _problem(f"{url} cannot be reached", f"无法连接 {url}", hint)


def _detail(answer: Any) -> str:
    """What NetBox says is wrong: `{"detail": …}`, or messages by field."""
    try:
        said = answer.json()
    except ValueError:
        return ""
    return _words(said["detail"] if isinstance(said, dict) and isinstance(said.get("detail"), str) else str(said))


def _words(text: str) -> str:
    return visible(text).strip()[:MAX_WORDS]


def _refused(status: int, detail: str, url: str) -> Problem:
    said = f": {detail}" if detail else ""
    if status in (401, 403):
        hint = Sentence(
            "`netbox.token`: enabled, not expired, allowed from here; view_device to read, change_device to write",
            "`netbox.token`：须启用、未过期、允许本机；读需 `view_device`，写需 `change_device`",
        )
        told = f"NetBox refuses the token, or what it may do ({status}){said}"
        return _problem(told, f"NetBox 拒绝该令牌或其权限（{status}）{said}", hint)
    if status == 404:
        return _no_netbox(url)
    if status == 400:
        hint = Sentence(
            "filters are slugs, as in NetBox's addresses; custom fields are called by their names",
            "筛选条件用 slug（见 NetBox 地址）；自定义字段用其名称",
        )
        return _problem(f"NetBox does not take these words{said}", f"NetBox 不接受这些内容{said}", hint)
    return _problem(f"NetBox answers {status}{said}", f"NetBox 应答 {status}{said}", _ITS_LOG if status >= 500 else "")
