"""Delivers one body to one receiver over HTTP, once. Trying again is the outbox's business.

Promises that an attempt ends within the channel's time-out whatever the receiver does, that redirects are not followed,
that no more than a little of an answer is read, and that the same delivery carries the same id on every attempt.
"""

import asyncio
import ssl
from contextlib import suppress
from types import TracebackType

import aiohttp

from opsmon.clock import Clock
from opsmon.errors import NotifyError
from opsmon.notify.channel import Channel
from opsmon.notify.wire.quotation import quotation_of
from opsmon.notify.wire.retry_after import retry_after_s
from opsmon.notify.wire.signature import sign_body, sign_delivery
from opsmon.protocol.http.beginning import add_beginning

_ANSWER_BYTES = 4096
_ANSWER_TIMEOUT_S = 1.0
MAY_ASK_TO_WAIT = frozenset({429, 503})  # whose Retry-After counts (RFC 6585, 4; RFC 9110, 15.6.4)
# Answers that say that this very body will never be taken; everything else may be mended by a person at the receiver.
REFUSALS_FOR_GOOD = frozenset({400, 406, 410, 411, 413, 414, 415, 422, 431})


def new_session() -> aiohttp.ClientSession:
    """A client that keeps neither connections nor cookies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
    )


class WebhookSender:
    """One HTTP client for all channels. Every delivery has a connection of its own: they are few, and a connection that
    the receiver is about to close would make a delivery look failed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "WebhookSender":
        self._http = new_session()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def send(self, channel: Channel, delivery: str, body: str) -> None:
        """Returns when the receiver took it (2xx). Raises NotifyError, retryable unless the body itself is refused."""
        assert self._http is not None, "to be used inside `async with`"  # noqa: S101 - a mistake of ours, not of input
        raw = body.encode("utf-8")
        try:
            async with (
                asyncio.timeout(channel.timeout_s),
                self._http.post(
                    channel.url.reveal(), data=raw, headers=self._headers(channel, delivery, raw), allow_redirects=False
                ) as answer,
            ):
                await self._judge(answer, channel.url.reveal())
        except TimeoutError:
            raise NotifyError(f"no answer within {channel.timeout_s:g} s", retryable=True) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reached = not isinstance(error, aiohttp.ClientConnectorError)
            raise NotifyError(fault_without_address(error), retryable=True, reached=reached) from None

    def _headers(self, channel: Channel, delivery: str, raw: bytes) -> dict[str, str]:
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "opsmon",
            "X-Opsmon-Delivery": delivery,
            "X-Opsmon-Timestamp": timestamp,
        }
        if channel.secret is not None:
            headers["X-Opsmon-Signature"] = sign_body(channel.secret, raw)
            headers["X-Opsmon-Signature-V2"] = sign_delivery(channel.secret, timestamp, delivery, raw)
        return headers

    async def _judge(self, answer: aiohttp.ClientResponse, url: str) -> None:
        """The status decides: a receiver that took the delivery has taken it, however long its answer goes on."""
        quoted = quotation_of(await beginning_of(answer), url)
        answer.close()
        status = answer.status
        if 200 <= status < 300:
            return
        reason = f"HTTP {status}{': ' + quoted if quoted else ''}"
        if 300 <= status < 400:
            reason = f"HTTP {status}: redirects are not followed; give the final address"
        asked_s = None
        if status in MAY_ASK_TO_WAIT:
            headers = answer.headers
            asked_s = retry_after_s(headers.get("Retry-After", ""), headers.get("Date", ""), self._clock.now())
        raise NotifyError(reason, retryable=status not in REFUSALS_FOR_GOOD, status=status, retry_after_s=asked_s)


async def beginning_of(answer: aiohttp.ClientResponse) -> bytes:
    """A little of the answer, for the log and for the verdict of a robot; a short answer is read whole, in however many
    pieces it comes, so that the receiver sees no broken pipe."""
    heard = bytearray()
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            await add_beginning(answer.content, heard, _ANSWER_BYTES)
    return bytes(heard)


def fault_without_address(error: Exception) -> str:
    """What went wrong, without the address, which may hold a key."""
    cause = getattr(error, "os_error", None) or error.__cause__
    certificate = getattr(error, "certificate_error", None)
    if isinstance(certificate, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {certificate.verify_message}"
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(cause, OSError):
        return f"cannot connect: {cause.strerror or type(cause).__name__}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: the receiver broke off or spoke no HTTP"
