"""Users of SNMPv3: keys that cannot be, in both languages."""

import pytest

from opsmon.errors import ProbeError
from opsmon.model.device import SnmpAccess, SnmpV3Key, SnmpVersion
from opsmon.model.sample import Outcome
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.v3.algorithms import AUTH_PROTOCOLS, PRIV_PROTOCOLS
from opsmon.protocol.snmp.v3.message import AUTH_FLAG, PRIV_FLAG
from opsmon.protocol.snmp.v3.user import user_of
from opsmon.text.bilingual import Sentence

SHA = SnmpV3Key("SHA", Secret("authentic words"))
AES = SnmpV3Key("AES", Secret("private words"))


def access(auth: SnmpV3Key | None = SHA, priv: SnmpV3Key | None = AES, user: str = "ops") -> SnmpAccess:
    return SnmpAccess(SnmpVersion.V3, user=user, auth=auth, priv=priv)


@pytest.mark.parametrize(
    ("wrong", "words", "zh"),
    [
        (access(None, AES), "no privacy without authentication", "必须先认证"),
        (access(SnmpV3Key("SHA", Secret("short")), None), "at least 8 characters", "至少 8 个字符"),
        (access(SHA, SnmpV3Key("AES", Secret("1234567"))), "at least 8 characters", "至少 8 个字符"),
        (access(SnmpV3Key("SHA3", Secret("authentic words")), None), "unknown SNMPv3 protocol SHA3", "未知"),
        (access(SHA, SnmpV3Key("RC4", Secret("private words"))), "unknown SNMPv3 protocol RC4", "未知"),
        (access(user="ops" * 11), "at most 32 octets", "最多 32 字节"),
    ],
)
def test_keys_that_cannot_be(wrong: SnmpAccess, words: str, zh: str) -> None:
    with pytest.raises(ProbeError, match=words) as caught:
        user_of(wrong)
    assert caught.value.outcome is Outcome.AUTH
    assert isinstance(caught.value.detail, Sentence)
    assert zh in caught.value.detail.zh
    assert "short" not in str(caught.value)


def test_the_level_follows_the_keys() -> None:
    levels = [user_of(access(auth, priv)).level for auth, priv in ((None, None), (SHA, None), (SHA, AES))]
    assert levels == [0, AUTH_FLAG, AUTH_FLAG | PRIV_FLAG]


def test_every_protocol_word_of_the_inventory_is_known() -> None:
    for auth in AUTH_PROTOCOLS:
        for priv, versions in PRIV_PROTOCOLS.items():
            key, cipher = SnmpV3Key(auth, Secret("authentic words")), SnmpV3Key(priv, Secret("private words"))
            assert user_of(access(key, cipher)).privs == versions
    assert len(user_of(access(SHA, SnmpV3Key("aes-256", Secret("private words")))).privs) == 2


def test_no_passphrase_is_shown() -> None:
    assert "words" not in repr(user_of(access()))
