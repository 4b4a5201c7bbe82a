"""Which hashes and ciphers a user of SNMPv3 may have, by the words of the inventory.

MD5 and SHA-1 with DES are RFC 3414's, SHA-2 is RFC 7860's, AES-128 is RFC 3826's. Triple DES and the longer AES keys
come from drafts that never became standards; devices have them all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


@dataclass(frozen=True, slots=True)
class AuthProtocol:
    """A hash by hashlib's name, the octets of its block, and how many octets of its HMAC a message carries."""

    digest: str
    block_octets: int
    mac_octets: int


class Extension(Enum):
    """How a localised key that is too short for its cipher is made longer."""

    NONE = "none"  # it is never too short
    REEDER = "reeder"  # draft-reeder-snmpv3-usm-3desede-00, 2.1; Cisco and most other makes, for AES too
    BLUMENTHAL = "blumenthal"  # draft-blumenthal-aes-usm-04, 3.1.2.1; what net-snmp calls AES-192 and AES-256


class CipherKind(Enum):
    DES = "des"
    TRIPLE_DES = "3des"
    AES = "aes"


@dataclass(frozen=True, slots=True)
class PrivProtocol:
    """A cipher and the octets of localised key that it takes: with DES the last eight are its pre-IV."""

    kind: CipherKind
    key_octets: int
    extension: Extension = Extension.NONE


AUTH_PROTOCOLS: Final[Mapping[str, AuthProtocol]] = {
    "MD5": AuthProtocol("md5", 64, 12),
    "SHA": AuthProtocol("sha1", 64, 12),
    "SHA224": AuthProtocol("sha224", 64, 16),
    "SHA256": AuthProtocol("sha256", 64, 24),
    "SHA384": AuthProtocol("sha384", 128, 32),
    "SHA512": AuthProtocol("sha512", 128, 48),
}
_AES128 = (PrivProtocol(CipherKind.AES, 16),)
# Where there are several, all are meant by the word, and tried in this order until the agent answers.
PRIV_PROTOCOLS: Final[Mapping[str, tuple[PrivProtocol, ...]]] = {
    "DES": (PrivProtocol(CipherKind.DES, 16),),
    "3DES": (PrivProtocol(CipherKind.TRIPLE_DES, 32, Extension.REEDER),),
    "AES": _AES128,
    "AES128": _AES128,
    "AES192": tuple(PrivProtocol(CipherKind.AES, 24, how) for how in (Extension.REEDER, Extension.BLUMENTHAL)),
    "AES256": tuple(PrivProtocol(CipherKind.AES, 32, how) for how in (Extension.REEDER, Extension.BLUMENTHAL)),
}
