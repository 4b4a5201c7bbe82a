"""One attempt at one receiver, which may do whatever it likes."""

import asyncio
import hashlib
import hmac
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from opsmon.clock import WallClock
from opsmon.errors import NotifyError
from opsmon.model.secret import Secret
from opsmon.notify.channel import Channel
from opsmon.notify.wire.webhook import WebhookSender
from tests.support.notify.receiver import Behaviour, answer, drip, hang, nonsense, receiver, reset

BODY = '{"摘要": "断电"}'


async def send(url: str, *, timeout_s: float = 5.0, secret: str | None = None) -> None:
    channel = Channel("oncall", Secret(url), secret=None if secret is None else Secret(secret), timeout_s=timeout_s)
    async with WebhookSender(WallClock()) as sender:
        await sender.send(channel, "20261120-1-1-oncall", BODY)


async def test_what_arrives_is_the_body_signed_with_the_shared_secret() -> None:
    async with receiver(answer(200)) as there:
        await send(there.url, secret="open sesame")
    (request,) = there.received
    assert request.body == BODY.encode()
    expected = hmac.new(b"open sesame", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-opsmon-signature"] == f"sha256={expected}"
    timestamp, delivery = request.headers["x-opsmon-timestamp"], request.headers["x-opsmon-delivery"]
    again = {(timestamp, delivery): True, (str(int(timestamp) + 60), delivery): False, (timestamp, "another"): False}
    for (when, name), verifies in again.items():
        of_all = hmac.new(b"open sesame", f"{when}.{name}.".encode() + request.body, hashlib.sha256).hexdigest()
        assert (request.headers["x-opsmon-signature-v2"] == f"sha256={of_all}") is verifies
    assert request.headers["x-opsmon-delivery"] == "20261120-1-1-oncall"
    assert abs(int(request.headers["x-opsmon-timestamp"]) - time.time()) < 5
    assert request.headers["content-type"] == "application/json; charset=utf-8"


async def test_without_a_secret_there_is_no_signature() -> None:
    async with receiver(answer(204)) as there:
        await send(there.url)
    assert "x-opsmon-signature" not in there.received[0].headers


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408, 401, 403, 404])
async def test_what_a_person_can_mend_is_tried_again(status: int) -> None:
    async with receiver(answer(status, b"go away")) as there:
        with pytest.raises(NotifyError, match=rf"HTTP {status}: go away") as caught:
            await send(there.url)
    assert caught.value.retryable


@pytest.mark.parametrize("status", [400, 410, 413, 415, 422])
async def test_a_body_that_is_refused_will_always_be(status: int) -> None:
    async with receiver(answer(status)) as there:
        with pytest.raises(NotifyError, match=f"HTTP {status}") as caught:
            await send(there.url)
    assert not caught.value.retryable


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with receiver(answer(200)) as elsewhere:
        location = f"Location: {elsewhere.url}\r\n"
        async with receiver(answer(status, headers=location)) as there:
            with pytest.raises(NotifyError, match="redirects are not followed") as caught:
                await send(there.url)
        assert caught.value.retryable
        assert elsewhere.received == []


@pytest.mark.parametrize("behave", [hang, drip])
async def test_a_receiver_that_takes_for_ever_is_left(behave: Behaviour) -> None:
    began = time.monotonic()
    async with receiver(behave) as there:
        with pytest.raises(NotifyError, match=r"no answer within 0\.3 s") as caught:
            await send(there.url, timeout_s=0.3)
    assert caught.value.retryable
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("behave", [reset, nonsense])
async def test_a_receiver_that_breaks_off_or_speaks_no_http(behave: Behaviour) -> None:
    async with receiver(behave) as there:
        with pytest.raises(NotifyError) as caught:
            await send(there.url)
    assert caught.value.retryable


async def test_nobody_there() -> None:
    async with receiver(answer(200)) as there:
        url = there.url
    with pytest.raises(NotifyError, match="cannot connect") as caught:
        await send(url)
    assert caught.value.retryable


async def test_a_certificate_that_nobody_vouches_for_is_named(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=untrusted(tmp_path))
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(NotifyError, match=r"its certificate is not trusted: self.signed") as caught:
        await send(f"https://127.0.0.1:{port}/hook")
    server.close()
    assert caught.value.retryable


def untrusted(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "receiver.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("status", [200, 500])
async def test_ten_megabytes_of_answer_are_not_read(status: int) -> None:
    written = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.transport.set_write_buffer_limits(high=65_536)
        writer.write(f"HTTP/1.1 {status} Much\r\nContent-Length: 10000000\r\n\r\n".encode())
        for _ in range(100):
            writer.write(b"x" * 100_000)
            await writer.drain()
            written += 100_000

    async with receiver(flood) as there:
        if status == 200:
            await send(there.url)
        else:
            with pytest.raises(NotifyError, match="HTTP 500") as caught:
                await send(there.url)
            assert len(caught.value.reason) < 300
    assert written < 10_000_000


async def test_an_address_that_holds_a_key_is_not_told() -> None:
    async with receiver(reset) as there:
        with pytest.raises(NotifyError) as caught:
            await send(there.url + "?key=hush-hush")
    assert there.received[0].path == "/hook?key=hush-hush"
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize(
    "echo",
    [
        b"The requested URL /robot/k%2Fey-8Hs7Dk2?access_token=Qp4rTz9 was not found",
        b"<a href='/robot/k/ey-8Hs7Dk2?x&amp;access_token=Qp4rTz9'>",
        b"no robot K/EY-8HS7DK2, token qp4rtz9",
        b"gone: " + b"x" * 188 + b"ey-8Hs7D",
    ],
)
async def test_an_answer_that_says_our_address_back_is_quoted_without_it(echo: bytes) -> None:
    async with receiver(answer(404, echo)) as there:
        with pytest.raises(NotifyError, match="HTTP 404: ") as caught:
            await send(f"{there.url}/robot/k%2Fey-8Hs7Dk2?access_token=Qp4rTz9")
    told = str(caught.value).lower()
    assert not [part for part in ("8hs7", "dk2", "qp4r", "rtz9") if part in told]


async def test_an_answer_shows_nothing_that_is_not_seen() -> None:
    async with receiver(answer(500, "a\u202eb\u3164c\x1b[2Jd".encode())) as there:
        with pytest.raises(NotifyError, match=r"HTTP 500: abc \[2Jd"):
            await send(there.url)
