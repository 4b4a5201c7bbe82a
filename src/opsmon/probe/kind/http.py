"""Does a web server of a device answer as expected, and how long is its certificate still good.

Names are blackbox_exporter's: `probe_http_…`, `probe_ssl_…`, `probe_tls_…` and `probe_failed_due_to_regex`; a length or
a date that the server does not tell is absent. Redirects are not followed, and `probe_http_redirects` is 1 where there
was one: a 3xx counts as an answer unless `status` says otherwise.
A certificate that is not trusted is DEGRADED, and its expiry is told all the same; `verify: false` accepts it,
and `authority` names a PEM file of one's own authority, relative to the YAML file that names it.
"""

import re
import secrets
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from math import nan
from typing import Annotated, Literal

from pydantic import Field

from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.labels import check_labels
from opsmon.probe.kind.spec import CheckSpec, Pattern, Port
from opsmon.probe.kind.tcp import first_line
from opsmon.probe.kind.tls_series import tls_reading
from opsmon.protocol.http.auth import Login
from opsmon.protocol.http.client import DEFAULT_PORTS, PHASES, Answer, HttpExchange, exchange_with_login, origin_of
from opsmon.protocol.http.message import MAX_BODY_BYTES
from opsmon.protocol.http.tls import TlsSession, expiry_of, names_of
from opsmon.protocol.http.tls_context import UntrustedCertificateError
from opsmon.protocol.liveness import current_contact
from opsmon.protocol.wire_text import wire_octets
from opsmon.spec import FilePath, SecretField


@dataclass(frozen=True, slots=True)
class HttpSettings:
    scheme: str = "https"
    port: int = 443
    path: str = "/"
    host: str = ""
    method: str = "GET"
    status: tuple[int, ...] = ()
    expect: re.Pattern[str] | None = None
    login: Login | None = None
    verify: bool = True
    authority: str = ""


class HttpSpec(CheckSpec):
    scheme: Literal["http", "https"] = "https"
    """https or http · 协议"""
    port: Port | None = None
    """443 or 80 unless told · 端口"""
    path: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=2000)] = "/"
    """The path that is asked for · 路径"""
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$", max_length=253)] = ""
    """The name that is asked for, where it is not the address · 主机名"""
    method: Literal["GET", "HEAD"] = "GET"
    """GET or HEAD · 方法"""
    status: Annotated[list[Annotated[int, Field(ge=100, le=599)]], Field(max_length=20)] = []  # noqa: RUF012  # pydantic copies a default
    """The status codes that are right; all below 400 unless told · 正确的状态码"""
    expect: Pattern | None = None
    """A pattern that the page has to hold · 页面须匹配的正则"""
    username: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Who logs in (Basic or Digest) · 用户名"""
    password: SecretField | None = None
    """The password, as a reference · 密码（写引用）"""
    verify: bool = True
    """Whether its certificate has to be trusted · 是否校验证书"""
    authority: FilePath = ""
    """The path of a PEM file of the authorities to trust, relative to this file · 信任的根证书文件"""

    def resolve(self) -> HttpSettings:
        login = Login(self.username, self.password) if self.username and self.password else None
        expect = re.compile(self.expect, re.MULTILINE) if self.expect else None
        port = self.port or DEFAULT_PORTS[self.scheme]
        status = tuple(self.status)
        return HttpSettings(
            self.scheme, port, self.path, self.host, self.method, status, expect, login, self.verify, self.authority
        )


async def run(device: Device, check: Check, settings: HttpSettings, context: ProbeContext) -> CheckResult:
    addresses = await context.resolver.addresses(device.address, check.family)
    resolve_s = current_contact().lookup_s
    origin = origin_of(settings.scheme, settings.host or device.address, settings.port)
    exchange = HttpExchange(
        settings.method, origin, settings.path, addresses, settings.port, {"User-Agent": "opsmon"},
        verify=settings.verify, authority=settings.authority,
    )  # fmt: skip
    try:
        answer = await exchange_with_login(exchange, settings.login, secrets.token_hex(8))
    except UntrustedCertificateError as error:
        return _untrusted(error, check.name)
    matches = await _matches(answer, settings, check, context)
    return _judge(answer, settings, check.name, resolve_s, matches=matches)


async def _matches(answer: Answer, settings: HttpSettings, check: Check, context: ProbeContext) -> bool:
    if settings.expect is None:
        return True
    content_type = answer.headers.get("content-type", "")
    return await context.searches.in_page(settings.expect, answer.body, content_type, check.timeout_s)


def _judge(answer: Answer, settings: HttpSettings, check: CheckName, resolve_s: float, *, matches: bool) -> CheckResult:
    right_status = answer.status in settings.status if settings.status else answer.status < 400
    readings = _readings(answer, check, resolve_s, failed_by_regex=right_status and not matches)
    facts = {"server": first_line(wire_octets(answer.headers.get("server", ""))), **_facts_of(answer.tls)}
    if answer.status in (401, 403) and not right_status:
        return CheckResult(Outcome.AUTH, f"the login is refused or missing ({answer.status})", readings, facts=facts)
    if not right_status:
        return CheckResult(Outcome.DEGRADED, f"the server answers {answer.status}", readings, facts=facts)
    if not matches:
        return CheckResult(Outcome.DEGRADED, "the page does not hold what is expected", readings, facts=facts)
    return CheckResult(readings=readings, facts=facts)


def _untrusted(error: UntrustedCertificateError, check: CheckName) -> CheckResult:
    if error.tls is None:
        return CheckResult(error.outcome, error.detail)
    return CheckResult(error.outcome, error.detail, (tls_reading(error.tls, check),), facts=_facts_of(error.tls))


def _facts_of(tls: TlsSession | None) -> dict[str, str]:
    if tls is None:
        return {}
    own = tls.chain[0]
    subject, issuer = names_of(own)
    return {"certificate": subject[:200], "issuer": issuer[:200], "expires": expiry_of((own,)).isoformat()}


@lru_cache(maxsize=256)
def http_block(check: CheckName) -> SeriesBlock:
    """The series of one check of this kind."""
    labels = check_labels(check)
    phases = (SeriesKey("probe_http_duration_seconds", (*labels, ("phase", phase))) for phase in PHASES)
    names = (
        "probe_http_status_code",
        "probe_http_ssl",
        "probe_http_version",
        "probe_http_redirects",
        "probe_http_content_length",
        "probe_http_uncompressed_body_length",
        "probe_http_last_modified_timestamp_seconds",
        "probe_failed_due_to_regex",
    )
    return SeriesBlock((*phases, *(SeriesKey(name, labels) for name in names)))


def _readings(answer: Answer, check: CheckName, resolve_s: float, *, failed_by_regex: bool) -> tuple[Reading, ...]:
    phases_s = {"resolve": resolve_s, "tls": 0.0, **answer.phases_s}  # without TLS it took no time
    values = (
        answer.status,
        answer.tls is not None,
        answer.version or nan,
        300 <= answer.status < 400 and "location" in answer.headers,
        _content_length(answer.headers),
        len(answer.body) if len(answer.body) < MAX_BODY_BYTES else nan,
        _last_modified(answer.headers),
        failed_by_regex,
    )
    reading = Reading(http_block(check), array("d", (*(phases_s.get(phase, nan) for phase in PHASES), *values)))
    return (reading,) if answer.tls is None else (reading, tls_reading(answer.tls, check))


def _content_length(headers: Mapping[str, str]) -> float:
    text = headers.get("content-length", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 19 else nan


def _last_modified(headers: Mapping[str, str]) -> float:
    """Seconds since 1970 (RFC 9110, 8.8.2); NaN where the server tells no date, or none that can be read."""
    try:
        moment = parsedate_to_datetime(headers.get("last-modified", ""))
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return nan
