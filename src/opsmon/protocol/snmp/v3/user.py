"""Users of SNMPv3's user-based security (RFC 3414): which keys one has, and what a key must be."""

from collections.abc import Container
from dataclasses import dataclass, field

from opsmon.errors import ProbeError
from opsmon.model.device import SnmpAccess, SnmpV3Key
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.v3.algorithms import AUTH_PROTOCOLS, PRIV_PROTOCOLS, AuthProtocol, PrivProtocol
from opsmon.protocol.snmp.v3.message import AUTH_FLAG, MAX_USER_OCTETS, PRIV_FLAG
from opsmon.text.bilingual import Sentence

MIN_KEY_LENGTH = 8  # RFC 3414, 11.2


@dataclass(frozen=True, slots=True)
class User:
    """A user with its passphrases; several `privs` are versions of one cipher, of which the agent speaks one."""

    name: bytes
    auth: AuthProtocol | None = None
    auth_passphrase: bytes = field(default=b"", repr=False)
    privs: tuple[PrivProtocol, ...] = ()
    priv_passphrase: bytes = field(default=b"", repr=False)

    @property
    def level(self) -> int:
        """The level of security that its messages have, as msgFlags tell it."""
        return (AUTH_FLAG if self.auth is not None else 0) | (PRIV_FLAG if self.privs else 0)


def user_of(access: SnmpAccess) -> User:
    """The user of an access. Raises ProbeError(AUTH) for keys that cannot be."""
    if access.priv is not None and access.auth is None:
        raise _impossible(
            "SNMPv3 has no privacy without authentication: `auth` is missing", "SNMPv3 加密必须先认证：缺少 `auth`"
        )
    name = access.user.encode()
    if len(name) > MAX_USER_OCTETS:
        raise _impossible(
            f"an SNMPv3 user name has at most {MAX_USER_OCTETS} octets (RFC 3414, 5)",
            f"SNMPv3 用户名最多 {MAX_USER_OCTETS} 字节（RFC 3414 第 5 节）",
        )
    auth = AUTH_PROTOCOLS[_known(access.auth, AUTH_PROTOCOLS)] if access.auth is not None else None
    privs = PRIV_PROTOCOLS[_known(access.priv, PRIV_PROTOCOLS)] if access.priv is not None else ()
    return User(name, auth, _passphrase(access.auth), privs, _passphrase(access.priv))


def _known(key: SnmpV3Key, protocols: Container[str]) -> str:
    word = key.protocol.upper().replace("-", "")
    if word in protocols:
        return word
    raise _impossible(f"unknown SNMPv3 protocol {key.protocol}", f"未知的 SNMPv3 算法 {key.protocol}")


def _passphrase(key: SnmpV3Key | None) -> bytes:
    if key is None:
        return b""
    passphrase = key.key.reveal()
    if len(passphrase) < MIN_KEY_LENGTH:
        raise _impossible(
            f"an SNMPv3 key has at least {MIN_KEY_LENGTH} characters (RFC 3414, 11.2)",
            f"SNMPv3 口令至少 {MIN_KEY_LENGTH} 个字符（RFC 3414 第 11.2 节）",
        )
    return passphrase.encode()


def _impossible(en: str, zh: str) -> ProbeError:
    return ProbeError(Outcome.AUTH, Sentence(en, zh))
