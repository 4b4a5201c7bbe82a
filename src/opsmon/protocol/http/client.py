"""One HTTP exchange with a device: bounded, timed by phase, never redirected, its certificate kept.

The request keeps the device's name (or the `host` that a check gives), so that Host, SNI and the certificate's name are
right; the connection always goes to the device's own addresses. Proxies and environment are not looked at.
"""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.dial import dial
from opsmon.protocol.http.auth import (
    Login,
    answer_challenge,
    choose_challenge,
    coded_login,
    login_codes,
    parse_challenges,
)
from opsmon.protocol.http.message import MAX_HEAD_BYTES, read_http_body, read_http_head
from opsmon.protocol.http.tls import TlsSession, session_of
from opsmon.protocol.http.tls_context import UntrustedCertificateError, tls_context
from opsmon.protocol.liveness import note_contact
from opsmon.protocol.socket_fault import fault_of
from opsmon.protocol.text_message import HUNG_UP, MalformedMessageError, build_request

DEFAULT_PORTS = {"http": 80, "https": 443}
PHASES = ("resolve", "connect", "tls", "processing", "transfer")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """What is asked. The connection goes to one of `addresses`, numeric; `origin` is the host as the server knows it.

    `authority` is a PEM file of certificates to trust instead of the system's; `verify` False trusts any.
    """

    method: str
    origin: str
    path: str
    addresses: tuple[str, ...]
    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    verify: bool = True
    authority: str = ""


def origin_of(scheme: str, host: str, port: int) -> str:
    """Scheme, host and port of a URL; the port is left out where it is the scheme's own, and IPv6 gets its brackets."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" if port == DEFAULT_PORTS[scheme] else f"{scheme}://{name}:{port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `phases_s` has the phases that there were; `body` is cut at MAX_BODY_BYTES; header values are
    wire text, the first of each name."""

    status: int
    version: float
    headers: Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes
    phases_s: Mapping[str, float]
    tls: TlsSession | None


async def exchange_with_login(
    exchange: HttpExchange, login: Login | None, cnonce: str, *, basic: bool = True
) -> Answer:
    """The exchange; when the server asks for a login by Digest, or by Basic if that is allowed, once more with it, and
    once again in another code where name or password are not ASCII."""
    answer = await send_exchange(exchange)
    if answer.status != 401 or login is None:
        return answer
    offered = parse_challenges(answer.challenges)
    challenge = choose_challenge(one for one in offered if basic or one.scheme != "basic")
    if challenge is None:
        return answer
    for code in login_codes(challenge, login):
        value = answer_challenge(challenge, coded_login(login, code), exchange.method, exchange.path, cnonce)
        answer = await send_exchange(replace(exchange, headers={**exchange.headers, "Authorization": value}))
        if answer.status != 401:
            break
    return answer


async def send_exchange(exchange: HttpExchange) -> Answer:
    """One request, one answer. Raises ProbeError; the caller bounds the time."""
    stopwatch = _Stopwatch()
    with _faults(exchange.port):
        reader, writer = await _open(exchange, stopwatch)
        try:
            writer.write(request_of(exchange))
            response = await read_http_head(reader)
            stopwatch.mark("processing")
            body = await read_http_body(reader, response, exchange.method)
            stopwatch.mark("transfer")
        finally:
            secured = writer.get_extra_info("ssl_object")
            writer.transport.abort()
    return Answer(
        response.status,
        float(response.protocol.removeprefix("HTTP/")),
        {name: values[0] for name, values in response.headers.items()},
        response.headers.get("www-authenticate", ()),
        body,
        stopwatch.phases_s,
        session_of(secured) if secured else None,
    )


def request_of(exchange: HttpExchange) -> bytes:
    """The request on the wire. Raises MalformedError for a value that would begin another header."""
    host = urlsplit(exchange.origin).netloc
    zone = host.find("%")
    fields = {
        "Host": host if zone < 0 else host[:zone] + host[host.index("]") :],  # a zone means something here alone
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **exchange.headers,
    }
    if exchange.body is not None:
        fields["Content-Length"] = str(len(exchange.body))
    return build_request(exchange.method, exchange.path, "HTTP/1.1", [*fields.items()], exchange.body or b"")


async def _open(exchange: HttpExchange, stopwatch: "_Stopwatch") -> Streams:
    """A connection, secured where the scheme wants it. Raises ProbeError, OSError."""
    security = _security_of(exchange)
    made = await dial(exchange.addresses, exchange.port)
    note_contact()
    stopwatch.mark("connect")
    address = str(made.getpeername()[0])
    try:
        streams = await asyncio.open_connection(sock=made, limit=MAX_HEAD_BYTES, **security)
    except ssl.SSLCertVerificationError as error:
        made.close()
        raise await _untrusted(exchange, address, error.verify_message) from None
    except ssl.SSLError as error:
        made.close()
        raise ProbeError(Outcome.PROTOCOL, f"no TLS connection: {error.reason or 'refused'}") from None
    except ConnectionError as error:
        made.close()
        if error.errno is not None:
            raise
        # asyncio's own word for an end in the middle of the handshake
        words = f"port {exchange.port} hung up during the TLS handshake"
        raise ProbeError(Outcome.PROTOCOL, words) from None
    except UnicodeError:
        made.close()
        raise ProbeError(Outcome.LOCAL_FAULT, f"{exchange.origin} holds no name that TLS can ask for") from None
    except BaseException:
        made.close()
        raise
    if security:
        stopwatch.mark("tls")
    return streams


def _security_of(exchange: HttpExchange) -> dict[str, Any]:
    parts = urlsplit(exchange.origin)
    if parts.scheme != "https":
        return {}
    context = tls_context(verify=exchange.verify, authority=exchange.authority)
    return {"ssl": context, "server_hostname": (parts.hostname or "").partition("%")[0]}


@contextmanager
def _faults(port: int) -> Iterator[None]:
    """Turns what goes wrong on a connection into ProbeError."""
    try:
        yield
    except MalformedMessageError as error:
        hung_up = str(error) == HUNG_UP
        words = f"port {port} hung up instead of answering" if hung_up else f"no HTTP: {error}"
        raise ProbeError(Outcome.PROTOCOL, words) from None
    except ssl.SSLError as error:
        raise ProbeError(Outcome.PROTOCOL, f"the TLS connection broke: {error.reason or 'no reason'}") from None
    except OSError as error:
        raise fault_of(error, f"port {port}") from None


class _Stopwatch:
    """How long each phase took."""

    def __init__(self) -> None:
        self.phases_s: dict[str, float] = {}
        self._lap_s = asyncio.get_running_loop().time()

    def mark(self, phase: str) -> None:
        now_s = asyncio.get_running_loop().time()
        self.phases_s[phase] = now_s - self._lap_s
        self._lap_s = now_s


async def _untrusted(exchange: HttpExchange, address: str, reason: str) -> UntrustedCertificateError:
    """Looks at the certificate once more without trusting it, and sends nothing."""
    security = {**_security_of(exchange), "ssl": tls_context(verify=False)}
    try:
        made = await dial((address,), exchange.port)
        _, writer = await asyncio.open_connection(sock=made, **security)
    except (OSError, ProbeError):
        return UntrustedCertificateError(reason, None)
    try:
        return UntrustedCertificateError(reason, session_of(writer.get_extra_info("ssl_object")))
    finally:
        writer.transport.abort()
