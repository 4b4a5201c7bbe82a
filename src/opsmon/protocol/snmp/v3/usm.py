"""Users of SNMPv3's user-based security (RFC 3414): which protocols there are, and what a key must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from pysnmp.entity import config

from opsmon.errors import ProbeError
from opsmon.model.device import SnmpAccess, SnmpV3Key
from opsmon.model.sample import Outcome

AUTH_PROTOCOLS: Final[Mapping[str, Any]] = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
# AES192 and AES256 exist in two versions that stretch the key differently: Reeder's, which network devices use, and
# Blumenthal's, which net-snmp calls by the plain name. Neither is a standard; both are listed, in the order of trial.
PRIV_PROTOCOLS: Final[Mapping[str, tuple[Any, ...]]] = {
    "DES": (config.USM_PRIV_CBC56_DES,),
    "3DES": (config.USM_PRIV_CBC168_3DES,),
    "AES": (config.USM_PRIV_CFB128_AES,),
    "AES128": (config.USM_PRIV_CFB128_AES,),
    "AES192": (config.USM_PRIV_CFB192_AES, config.USM_PRIV_CFB192_AES_BLUMENTHAL),
    "AES256": (config.USM_PRIV_CFB256_AES, config.USM_PRIV_CFB256_AES_BLUMENTHAL),
}
MIN_KEY_LENGTH = 8  # RFC 3414, 11.2


class SecurityLevel(IntEnum):
    """RFC 3411, SnmpSecurityLevel."""

    NO_AUTH_NO_PRIV = 1
    AUTH_NO_PRIV = 2
    AUTH_PRIV = 3


@dataclass(frozen=True, slots=True)
class User:
    """A user with its keys, and which version of its cipher is meant."""

    name: str
    auth: SnmpV3Key | None
    priv: SnmpV3Key | None
    version: int = 0

    @property
    def level(self) -> SecurityLevel:
        if self.auth is None:
            return SecurityLevel.NO_AUTH_NO_PRIV
        return SecurityLevel.AUTH_NO_PRIV if self.priv is None else SecurityLevel.AUTH_PRIV

    def keys(self) -> dict[str, Any]:
        """The arguments that pysnmp's `add_v3_user` wants."""
        keys: dict[str, Any] = {}
        if self.auth is not None:
            keys |= {"authProtocol": AUTH_PROTOCOLS[_word(self.auth)], "authKey": self.auth.key.reveal()}
        if self.priv is not None:
            cipher = PRIV_PROTOCOLS[_word(self.priv)][self.version]
            keys |= {"privProtocol": cipher, "privKey": self.priv.key.reveal()}
        return keys


def users_of(access: SnmpAccess) -> tuple[User, ...]:
    """The user of an access, once for each version of its cipher. Raises ProbeError(AUTH) for keys that cannot be."""
    if access.priv is not None and access.auth is None:
        raise ProbeError(Outcome.AUTH, "SNMPv3 has no privacy without authentication: `auth` is missing")
    for key, known in ((access.auth, AUTH_PROTOCOLS), (access.priv, PRIV_PROTOCOLS)):
        if key is not None and _word(key) not in known:
            raise ProbeError(Outcome.AUTH, f"unknown SNMPv3 protocol {key.protocol}")
        if key is not None and len(key.key.reveal()) < MIN_KEY_LENGTH:
            raise ProbeError(Outcome.AUTH, f"an SNMPv3 key has at least {MIN_KEY_LENGTH} characters (RFC 3414, 11.2)")
    versions = len(PRIV_PROTOCOLS[_word(access.priv)]) if access.priv is not None else 1
    return tuple(User(access.user, access.auth, access.priv, version) for version in range(versions))


def _word(key: SnmpV3Key) -> str:
    return key.protocol.upper().replace("-", "")
