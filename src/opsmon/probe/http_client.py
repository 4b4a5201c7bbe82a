"""One HTTP exchange with a device, by aiohttp: bounded, timed by phase, never redirected, its certificate kept.

The URL keeps the device's name (or the `host` that a check gives), so that Host, SNI and the certificate's name are
right; the connection always goes to the device's own address. Proxies and environment are not looked at.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.probe.contact import note_contact
from opsmon.probe.digest import Login, answer_challenge, choose_challenge, parse_challenges
from opsmon.probe.tcp import fault_of
from opsmon.probe.tls import TlsSession, session_of

LONGEST_BODY_BYTES = 1_048_576
DEFAULT_PORTS = {"http": 80, "https": 443}
PHASES = ("resolve", "connect", "tls", "processing", "transfer")

_OP_LEGACY_SERVER_CONNECT = 0x4  # OpenSSL's; the ssl module has no name for it before Python 3.12


@dataclass(slots=True)
class _Handshake:
    """A connection that is being secured, and when that began."""

    secured: ssl.SSLObject
    began_s: float


_handshakes: ContextVar[list[_Handshake] | None] = ContextVar("handshakes", default=None)


class _WatchedContext(ssl.SSLContext):
    """Notes the connections that it secures: aiohttp lets go of a short answer's connection before we can look."""

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        secured = super().wrap_bio(*args, **kwargs)
        noted = _handshakes.get()
        if noted is not None:
            noted.append(_Handshake(secured, asyncio.get_running_loop().time()))
        return secured


@lru_cache(maxsize=64)
def _context(*, verify: bool, authority: str = "") -> _WatchedContext:
    """Loading the trusted certificates takes long, so it is done once. Raises ProbeError."""
    context = _WatchedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if verify and authority:
        try:
            context.load_verify_locations(authority)
        except OSError as error:
            raise ProbeError(Outcome.LOCAL_FAULT, f"no certificates in {authority}: {error.strerror}") from None
    elif verify:
        context.load_default_certs()
    else:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # Old devices speak nothing newer, with short keys; who is not verified is not trusted with more than that.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.options |= _OP_LEGACY_SERVER_CONNECT
    return context


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is asked. `address` is where the connection goes, numeric; `origin` names the host as the server knows it.

    `authority` is a PEM file of certificates to trust instead of the system's; `verify` False trusts any.
    """

    method: str
    origin: str
    path: str
    address: str
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
    """What came back. `phases_s` has the phases that there were; `body` is cut at LONGEST_BODY_BYTES."""

    status: int
    version: float
    headers: Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes
    phases_s: Mapping[str, float]
    tls: TlsSession | None


class UntrustedCertificateError(ProbeError):
    """The server's certificate does not hold; what it showed is worth a look all the same."""

    def __init__(self, reason: str, tls: TlsSession | None) -> None:
        super().__init__(Outcome.DEGRADED, f"the certificate is not trusted: {reason}")
        self.tls = tls


class _ThisDevice(AbstractResolver):
    """Every name is the device's: nothing in a URL leads anywhere else."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        version = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        return [ResolveResult(hostname=host, host=self._address, port=port, family=version, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


async def exchange_with_login(exchange: Exchange, login: Login | None, cnonce: str, *, basic: bool = True) -> Answer:
    """The exchange; when the server asks for a login by Digest, or by Basic if that is allowed, once more with it."""
    answer = await send_exchange(exchange)
    if answer.status != 401 or login is None:
        return answer
    offered = parse_challenges(answer.challenges)
    challenge = choose_challenge(one for one in offered if basic or one.scheme != "basic")
    if challenge is None:
        return answer
    value = answer_challenge(challenge, login, exchange.method, exchange.path, cnonce)
    return await send_exchange(replace(exchange, headers={**exchange.headers, "Authorization": value}))


async def send_exchange(exchange: Exchange) -> Answer:
    """One request, one answer. Raises ProbeError; the caller bounds the time."""
    handshakes: list[_Handshake] = []
    token = _handshakes.set(handshakes)
    try:
        return await _send(exchange, handshakes)
    except aiohttp.ClientConnectorCertificateError as error:
        raise await _untrusted(exchange, error) from None
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError):
        raise ProbeError(Outcome.PROTOCOL, f"port {exchange.port} hung up instead of answering") from None
    except aiohttp.ClientOSError as error:
        raise _fault_of_connection(error, exchange.port) from None
    except (aiohttp.ClientError, ValueError) as error:
        raise ProbeError(Outcome.PROTOCOL, f"no HTTP: {type(error).__name__}") from None
    finally:
        _handshakes.reset(token)


async def _send(exchange: Exchange, handshakes: list[_Handshake]) -> Answer:
    stopwatch = _Stopwatch(handshakes)
    connector = aiohttp.TCPConnector(
        resolver=_ThisDevice(exchange.address),
        ssl=_context(verify=exchange.verify, authority=exchange.authority),
        force_close=True,
        limit=1,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        trace_configs=[stopwatch.trace()],
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,  # a small answer must not become a large one
    )
    url = URL(exchange.origin + exchange.path, encoded=True)
    async with (
        session,
        session.request(
            exchange.method,
            url,
            headers={"Accept-Encoding": "identity", **exchange.headers},
            data=exchange.body,
            allow_redirects=False,
        ) as response,
    ):
        stopwatch.mark("processing")
        body = await _read_bounded(response)
        stopwatch.mark("transfer")
        version = response.version.major + response.version.minor / 10 if response.version else 0.0
        return Answer(
            response.status,
            version,
            {name.lower(): value for name, value in response.headers.items()},
            tuple(response.headers.getall("WWW-Authenticate", ())),
            body,
            stopwatch.phases_s,
            session_of(handshakes[-1].secured) if handshakes else None,
        )


async def _read_bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) >= LONGEST_BODY_BYTES:
            break
    return bytes(body[:LONGEST_BODY_BYTES])


class _Stopwatch:
    """How long each phase took, by aiohttp's own signals."""

    def __init__(self, handshakes: list[_Handshake]) -> None:
        self.phases_s: dict[str, float] = {}
        self._handshakes = handshakes
        self._lap_s = asyncio.get_running_loop().time()

    def mark(self, phase: str, at_s: float | None = None) -> None:
        now_s = asyncio.get_running_loop().time() if at_s is None else at_s
        self.phases_s[phase] = now_s - self._lap_s
        self._lap_s = now_s

    def trace(self) -> aiohttp.TraceConfig:
        config = aiohttp.TraceConfig()
        config.on_connection_create_end.append(self._connected)
        return config

    async def _connected(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceConnectionCreateEndParams
    ) -> None:
        if self._handshakes:
            self.mark("connect", self._handshakes[-1].began_s)
            self.mark("tls")
        else:
            self.mark("connect")
        note_contact()


async def _untrusted(exchange: Exchange, error: aiohttp.ClientConnectorCertificateError) -> UntrustedCertificateError:
    """Looks at the certificate once more without trusting it, and sends nothing."""
    cause = error.certificate_error
    reason = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else type(cause).__name__
    try:
        _, writer = await asyncio.open_connection(
            exchange.address, exchange.port, ssl=_context(verify=False), server_hostname=error.host
        )
    except OSError:
        return UntrustedCertificateError(reason, None)
    try:
        return UntrustedCertificateError(reason, session_of(writer.get_extra_info("ssl_object")))
    finally:
        writer.transport.abort()


def _fault_of_connection(error: aiohttp.ClientOSError, port: int) -> ProbeError:
    """A TLS failure is the far end's, whatever number OpenSSL gives it; the rest is as the socket says."""
    causes = (error, getattr(error, "os_error", None), error.__cause__)
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None or isinstance(error, aiohttp.ClientSSLError):
        return ProbeError(Outcome.PROTOCOL, f"no TLS connection: {getattr(tls, 'reason', None) or 'refused'}")
    hung_up = next((cause for cause in causes if isinstance(cause, ConnectionError) and cause.errno is None), None)
    if hung_up is not None:  # asyncio's own word for an end in the middle of the handshake
        return ProbeError(Outcome.PROTOCOL, f"port {port} hung up during the TLS handshake")
    return fault_of(error, port)
