"""Keys of SNMPv3: the vectors of RFC 3414 and of Reeder's draft, and pysnmp as the oracle for every protocol."""

import hmac
from typing import Any

import pytest
from pyasn1.type.univ import OctetString
from pysnmp.entity import config
from pysnmp.proto.secmod.rfc3414 import service as pysnmp_usm

from opsmon.protocol.snmp.v3.algorithms import AUTH_PROTOCOLS, Extension
from opsmon.protocol.snmp.v3.keys import Hmac, key_of_passphrase, localise, localised_privacy_key

MAPLESYRUP, ENGINE = b"maplesyrup", bytes(11) + b"\x02"
REEDER, BLUMENTHAL = Extension.REEDER, Extension.BLUMENTHAL
HmacSha2 = pysnmp_usm.hmacsha2.HmacSha2
IDENTITIES = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}


def service_of(word: str) -> Any:
    old = {"MD5": pysnmp_usm.hmacmd5.HmacMd5, "SHA": pysnmp_usm.hmacsha.HmacSha}
    return old[word]() if word in old else HmacSha2(IDENTITIES[word])


@pytest.mark.parametrize(
    ("digest", "key", "localised"),
    [
        ("md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        ("sha1", "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_the_vectors_of_rfc_3414_a_3(digest: str, key: str, localised: str) -> None:
    assert key_of_passphrase(digest, MAPLESYRUP).hex() == key
    assert localise(digest, bytes.fromhex(key), ENGINE).hex() == localised


@pytest.mark.parametrize(
    ("digest", "stretched"),
    [
        ("md5", "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12"),
        ("sha1", "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9cd2d5065547743fb5"),
    ],
)
def test_the_vectors_of_reeders_draft_b_1(digest: str, stretched: str) -> None:
    expected = bytes.fromhex(stretched)
    assert localised_privacy_key(digest, MAPLESYRUP, ENGINE, len(expected), REEDER) == expected


@pytest.mark.parametrize("word", AUTH_PROTOCOLS)
def test_every_key_is_pysnmps(word: str) -> None:
    protocol, service = AUTH_PROTOCOLS[word], service_of(word)
    master = service.hash_passphrase(MAPLESYRUP)
    assert key_of_passphrase(protocol.digest, MAPLESYRUP) == bytes(master)
    for octets, extension, cipher in (
        (24, REEDER, pysnmp_usm.aes192.Aes192()),
        (24, BLUMENTHAL, pysnmp_usm.aes192.AesBlumenthal192()),
        (32, REEDER, pysnmp_usm.aes256.Aes256()),
        (32, BLUMENTHAL, pysnmp_usm.aes256.AesBlumenthal256()),
        (32, REEDER, pysnmp_usm.des3.Des3()),
    ):
        theirs = bytes(cipher.localize_key(IDENTITIES[word], master, OctetString(ENGINE)))[:octets]
        assert localised_privacy_key(protocol.digest, MAPLESYRUP, ENGINE, octets, extension) == theirs


@pytest.mark.parametrize("word", AUTH_PROTOCOLS)
@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 1_400])
def test_a_mac_is_an_hmac_cut_short(word: str, size: int) -> None:
    protocol = AUTH_PROTOCOLS[word]
    key = localise(protocol.digest, b"k", ENGINE)
    whole = hmac.digest(key, b"x" * size, protocol.digest)
    assert Hmac(protocol, key).sign(b"x" * size) == whole[: protocol.mac_octets]


def test_what_is_cut_to_is_rfc_7860s() -> None:
    assert [protocol.mac_octets for protocol in AUTH_PROTOCOLS.values()] == [12, 12, 16, 24, 32, 48]
