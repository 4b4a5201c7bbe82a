"""What a TLS session says of itself: names as blackbox_exporter writes them, and the ends of its certificates."""

from datetime import timedelta
from math import isnan
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.x509.oid import NameOID

from opsmon.model.sample import Sample
from opsmon.probe.address_hash import address_hash
from opsmon.probe.context import ProbeContext
from opsmon.protocol.http.tls import distinguished_name, standard_cipher
from tests.support.probe.certificate import new_pair
from tests.support.probe.http_check import check, series
from tests.support.probe.web_server import web_server


@pytest.mark.parametrize(
    ("openssl", "standard"),
    [
        ("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("DHE-RSA-AES256-SHA256", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
        ("AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
        ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("DES-CBC3-SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
        ("RC4-SHA", "TLS_RSA_WITH_RC4_128_SHA"),
        ("ECDHE-ECDSA-AES128-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
        ("GOST2012-GOST8912-GOST8912", "GOST2012-GOST8912-GOST8912"),
    ],
)
def test_a_cipher_has_the_name_that_iana_gave_it(openssl: str, standard: str) -> None:
    assert standard_cipher(openssl) == standard


def test_a_subject_is_written_in_one_order_whatever_order_the_certificate_has() -> None:
    words = {
        NameOID.COUNTRY_NAME: "CN",
        NameOID.COMMON_NAME: "doors, east",
        NameOID.ORGANIZATION_NAME: "二龙路",
        NameOID.SERIAL_NUMBER: "7",
    }
    attributes = [x509.NameAttribute(oid, text) for oid, text in words.items()]
    written = r"SERIALNUMBER=7,CN=doors\, east,O=二龙路,C=CN"
    assert distinguished_name(x509.Name(attributes)) == written
    assert distinguished_name(x509.Name(attributes[::-1])) == written


@pytest.mark.parametrize(
    ("address", "value"),
    [
        # FNV-1a of the octets, as prometheus-blackbox-exporter 0.23 shows it.
        ("127.0.0.1", 3668918509.0),
        ("127.0.0.3", 3635363271.0),
        ("::ffff:127.0.0.1", 3668918509.0),
    ],
)
def test_an_address_has_the_hash_of_blackbox_exporter(address: str, value: float) -> None:
    assert address_hash(address) == value


def test_the_hash_of_ipv6_covers_sixteen_octets_and_no_zone() -> None:
    assert address_hash("fe80::5%eth0") == address_hash("fe80:0:0::5") != address_hash("fe80::6")
    assert isnan(address_hash("doors.example"))


async def greet(request: web.Request) -> web.Response:
    return web.Response(text="ready", headers={"Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"})


def labels(sample: Sample, metric: str) -> dict[str, str]:
    return next(dict(key.labels) for reading in sample.readings for key in reading.block.keys if key.metric == metric)


async def test_the_end_of_the_chain_is_that_of_its_shortest_certificate(context: ProbeContext, tmp_path: Path) -> None:
    root = new_pair("authority.example", lasts=timedelta(hours=1))
    served = new_pair("doors.example", issuer=root, lasts=timedelta(hours=5))
    authority = str(root.write_certificate(tmp_path / "root.pem"))
    async with web_server(greet, served, tmp_path) as port:
        verified = await check(context, port, scheme="https", authority=authority)
        accepted = await check(context, port, scheme="https", verify=False)
    own_end = served.certificate.not_valid_after_utc.timestamp()
    values = series(verified)
    assert values["probe_ssl_earliest_cert_expiry"] == own_end  # the server sends no other
    last = "probe_ssl_last_chain_expiry_timestamp_seconds"
    assert values[last] == root.certificate.not_valid_after_utc.timestamp()
    assert isnan(series(accepted)[last])
    assert labels(verified, "probe_tls_version_info")["version"] == "TLS 1.3"
    told = labels(verified, "probe_ssl_last_chain_info")
    assert (told["subject"], told["issuer"]) == ("CN=doors.example", "CN=authority.example")
    assert told["subjectalternative"] == "doors.example"
    assert int(told["serialnumber"], 16) == served.certificate.serial_number


async def test_the_blocks_of_one_certificate_live_on(context: ProbeContext, tmp_path: Path) -> None:
    async with web_server(greet, new_pair("doors.example"), tmp_path) as port:
        first, second = [await check(context, port, scheme="https", verify=False) for _ in range(2)]
    assert [reading.block for reading in first.readings] == [reading.block for reading in second.readings]


async def test_lengths_redirects_and_dates_are_told_or_absent(context: ProbeContext) -> None:
    async def moved(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=302, headers={"Location": "/", "Last-Modified": "yesterday"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"gone")
        return response

    async with web_server(greet) as port:
        page = series(await check(context, port))
    async with web_server(moved) as port:
        redirect = series(await check(context, port))
    assert (page["probe_http_content_length"], page["probe_http_uncompressed_body_length"]) == (5.0, 5.0)
    assert (page["probe_http_redirects"], page["probe_http_last_modified_timestamp_seconds"]) == (0.0, 784111777.0)
    assert isnan(redirect["probe_http_content_length"])
    assert isnan(redirect["probe_http_last_modified_timestamp_seconds"])
    assert (redirect["probe_http_redirects"], redirect["probe_http_uncompressed_body_length"]) == (1.0, 4.0)
