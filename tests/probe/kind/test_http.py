"""The http check against real HTTP and HTTPS servers on loopback: answers, logins, certificates, nonsense."""

import asyncio
import socket
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import encode_basic_auth, web
from pydantic import ValidationError

from opsmon.model.sample import Outcome
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.http import HttpSpec
from opsmon.protocol.http.message import MAX_BODY_BYTES
from tests.support.probe.certificate import new_pair
from tests.support.probe.http_check import check, series
from tests.support.probe.tcp_server import Talk, serving
from tests.support.probe.web_server import greet, web_server


async def test_a_page_is_ok_and_gives_the_series_of_blackbox_exporter(context: ProbeContext) -> None:
    async with web_server(greet) as port:
        sample = await check(context, port, path="/status?x=%20y", expect="^door control ready")
    values = series(sample)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")
    assert values["probe_http_status_code"] == 200
    assert values["probe_http_version"] == 1.1
    assert values["probe_http_ssl"] == 0
    assert values["probe_failed_due_to_regex"] == 0
    assert not any(name.startswith(("probe_ssl_", "probe_tls_")) for name in values)
    assert values["probe_http_duration_secondstls"] == 0
    assert all(values[f"probe_http_duration_seconds{phase}"] >= 0 for phase in ("connect", "processing", "transfer"))
    assert sample.facts["server"] == "Door/2"


async def test_the_host_and_the_path_are_sent_as_written(context: ProbeContext) -> None:
    async with web_server(greet) as port:
        expect = rf"on doors\.example:{port}/a%2Fb\?c=%20$"
        sample = await check(context, port, host="doors.example", path="/a%2Fb?c=%20", expect=expect)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")


@pytest.mark.parametrize(
    ("status", "wanted", "outcome"),
    [
        (204, [], Outcome.OK),
        (302, [], Outcome.OK),
        (302, [200], Outcome.DEGRADED),
        (404, [], Outcome.DEGRADED),
        (404, [404], Outcome.OK),
        (401, [], Outcome.AUTH),
        (401, [401], Outcome.OK),
        (500, [], Outcome.DEGRADED),
    ],
)
async def test_a_status_is_judged(context: ProbeContext, status: int, wanted: list[int], outcome: Outcome) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.path == "/"  # a redirect is not followed
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with web_server(answer) as port:
        sample = await check(context, port, status=wanted)
    assert sample.outcome is outcome
    assert series(sample)["probe_http_status_code"] == status


async def test_a_page_without_what_is_expected_is_degraded(context: ProbeContext) -> None:
    async with web_server(greet) as port:
        sample = await check(context, port, expect="elevator")
    assert sample.outcome is Outcome.DEGRADED
    assert series(sample)["probe_failed_due_to_regex"] == 1


async def test_a_login_by_basic_is_answered_and_a_wrong_one_is_auth(context: ProbeContext) -> None:
    seen: list[str] = []

    async def guarded(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        seen.append(given)
        if given == encode_basic_auth("patrol", "right"):
            return web.Response(text="in")
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="door"'})

    async with web_server(guarded) as port:
        right = await check(context, port, username="patrol", password=Secret("right"), expect="in")
        wrong = await check(context, port, username="patrol", password=Secret("guess-guess"))
    assert (right.outcome, wrong.outcome) == (Outcome.OK, Outcome.AUTH)
    assert seen[0] == ""  # nothing is given before it is asked for
    assert "guess" not in repr(wrong)


async def test_a_login_by_digest_covers_path_and_query(context: ProbeContext) -> None:
    seen: list[str] = []

    async def guarded(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        if seen[-1]:
            return web.Response(text="in")
        return web.Response(status=401, headers={"WWW-Authenticate": 'Digest realm="door", nonce="n", qop="auth"'})

    async with web_server(guarded) as port:
        sample = await check(context, port, path="/a?b=c", username="patrol", password=Secret("right"))
    assert sample.outcome is Outcome.OK
    assert 'uri="/a?b=c"' in seen[1]


async def test_an_endless_page_is_cut_off(context: ProbeContext) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        except ConnectionError:
            return response

    async with web_server(endless) as port:
        sample = await check(context, port, expect="never")
    assert sample.outcome is Outcome.DEGRADED
    assert MAX_BODY_BYTES == 1_048_576


def saying(octets: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(octets)
        await writer.drain()

    return talk


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"\0" * 99,
    ],
)
async def test_what_is_no_http_is_a_protocol_fault(context: ProbeContext, octets: bytes) -> None:
    async with serving(saying(octets)) as port:
        assert (await check(context, port)).outcome is Outcome.PROTOCOL


async def test_a_closed_port_is_refused(context: ProbeContext) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert (await check(context, closed.getsockname()[1])).outcome is Outcome.REFUSED


async def test_a_server_that_takes_the_connection_and_never_answers_is_slow_not_silent(context: ProbeContext) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(mute) as port:
        assert (await check(context, port, timeout_s=0.3)).outcome is Outcome.DEGRADED


async def test_a_trusted_certificate_is_ok_and_its_end_is_told(context: ProbeContext, tmp_path: Path) -> None:
    authority = new_pair("our authority")
    served = new_pair("doors.example", authority, lasts=timedelta(hours=5))
    trusted = str(authority.write_certificate(tmp_path / "authority.pem"))
    async with web_server(greet, served, tmp_path) as port:
        by_name = await check(context, port, scheme="https", authority=trusted, host="doors.example")
        by_address = await check(context, port, scheme="https", authority=trusted)
    assert (by_name.outcome, by_name.detail) == (Outcome.OK, "")
    assert by_address.outcome is Outcome.OK
    left_s = series(by_name)["probe_ssl_earliest_cert_expiry"] - datetime.now(UTC).timestamp()
    assert 5 * 3600 - 60 < left_s <= 5 * 3600
    assert series(by_name)["probe_http_ssl"] == 1
    assert by_name.facts["certificate"] == "CN=doors.example"
    assert by_name.facts["issuer"] == "CN=our authority"


@pytest.mark.parametrize("lasts", [timedelta(days=2), timedelta(days=-1)])
async def test_an_untrusted_certificate_is_degraded_and_its_end_is_told_all_the_same(
    context: ProbeContext, tmp_path: Path, lasts: timedelta
) -> None:
    served = new_pair("doors.example", lasts=lasts)
    async with web_server(greet, served, tmp_path) as port:
        sample = await check(context, port, scheme="https")
        accepted = await check(context, port, scheme="https", verify=False)
    assert sample.outcome is Outcome.DEGRADED
    assert "self-signed certificate" in sample.detail
    ends_at = served.certificate.not_valid_after_utc.timestamp()
    assert series(sample)["probe_ssl_earliest_cert_expiry"] == ends_at
    assert accepted.outcome is Outcome.OK
    assert series(accepted)["probe_ssl_earliest_cert_expiry"] == ends_at


@pytest.mark.parametrize(
    ("lasts", "host", "words"),
    [
        (timedelta(seconds=-5), "doors.example", "expired"),
        (timedelta(days=2), "other.example", "other.example"),
    ],
)
async def test_an_expired_certificate_or_one_of_another_name_is_degraded(
    context: ProbeContext, tmp_path: Path, lasts: timedelta, host: str, words: str
) -> None:
    authority = new_pair("our authority")
    served = new_pair("doors.example", authority, lasts=lasts)
    trusted = str(authority.write_certificate(tmp_path / "authority.pem"))
    async with web_server(greet, served, tmp_path) as port:
        sample = await check(context, port, scheme="https", authority=trusted, host=host)
    assert sample.outcome is Outcome.DEGRADED
    assert words in sample.detail
    assert series(sample)["probe_ssl_earliest_cert_expiry"] == served.certificate.not_valid_after_utc.timestamp()


async def test_an_old_device_is_only_spoken_to_when_it_is_not_verified(context: ProbeContext, tmp_path: Path) -> None:
    served = new_pair("doors.example")
    old = served.server_context(tmp_path)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the ssl module's about old versions
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=old)
    async with server:
        port = server.sockets[0].getsockname()[1]
        accepted = await check(context, port, scheme="https", verify=False, expect="old")
        verified = await check(context, port, scheme="https")
    assert (accepted.outcome, accepted.detail) == (Outcome.OK, "")
    assert series(accepted)["probe_http_version"] == 1.0
    assert verified.outcome is Outcome.PROTOCOL
    assert "TLS" in verified.detail


async def test_an_authority_that_cannot_be_read_is_our_own_fault(context: ProbeContext) -> None:
    sample = await check(context, 1, scheme="https", authority="no/such/file.pem")
    assert sample.outcome is Outcome.LOCAL_FAULT


async def test_plain_http_behind_https_is_a_protocol_fault(context: ProbeContext) -> None:
    async with web_server(greet) as port:
        sample = await check(context, port, scheme="https")
    assert sample.outcome is Outcome.PROTOCOL


@pytest.mark.parametrize(
    "wrong", [{"path": "x"}, {"status": [99]}, {"method": "POST"}, {"host": "a b"}, {"scheme": "ftp"}]
)
def test_a_wrong_spec_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HttpSpec.model_validate(wrong)
