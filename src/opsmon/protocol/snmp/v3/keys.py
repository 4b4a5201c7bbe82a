"""Keys of SNMPv3 users: from a passphrase to the key of one engine (RFC 3414, 2.6 and A.2), and HMACs with it.

Both steps are remembered: a passphrase costs a hash over a mebibyte, and a fleet has few of them.
"""

import hashlib
from functools import lru_cache

from opsmon.protocol.snmp.v3.algorithms import AuthProtocol, Extension

_HASHED_OCTETS = 1_048_576  # RFC 3414, A.2: the passphrase repeated to that length
_INNER, _OUTER = bytes(octet ^ 0x36 for octet in range(256)), bytes(octet ^ 0x5C for octet in range(256))


@lru_cache(maxsize=512)
def key_of_passphrase(digest: str, passphrase: bytes) -> bytes:
    """Ku, which is not yet any engine's: some milliseconds of CPU. The passphrase must not be empty."""
    repeated = passphrase * (_HASHED_OCTETS // len(passphrase) + 1)
    return hashlib.new(digest, memoryview(repeated)[:_HASHED_OCTETS], usedforsecurity=False).digest()


def localise(digest: str, key: bytes, engine_id: bytes) -> bytes:
    """Kul, the key of the user with one engine (RFC 3414, 2.6)."""
    return hashlib.new(digest, key + engine_id + key, usedforsecurity=False).digest()


@lru_cache(maxsize=4096)  # Reeder's takes another mebibyte for each engine
def localised_privacy_key(digest: str, passphrase: bytes, engine_id: bytes, octets: int, extension: Extension) -> bytes:
    """So many octets of the localised key of a cipher, made longer where the hash is too short for it."""
    key = localise(digest, key_of_passphrase(digest, passphrase), engine_id)
    while len(key) < octets:
        if extension is Extension.REEDER:
            key += localise(digest, key_of_passphrase.__wrapped__(digest, key), engine_id)
        else:
            key += hashlib.new(digest, key, usedforsecurity=False).digest()
    return key[:octets]


class Hmac:
    """HMAC (RFC 2104) with one key, cut to what the protocol carries; both pads are hashed once.

    Two copies of hashlib's objects take two thirds of the time of `hmac.copy` and a third of `hmac.digest`.
    """

    __slots__ = ("_inner", "_octets", "_outer")

    def __init__(self, protocol: AuthProtocol, key: bytes) -> None:
        padded = key.ljust(protocol.block_octets, b"\0")
        self._inner = hashlib.new(protocol.digest, padded.translate(_INNER), usedforsecurity=False)
        self._outer = hashlib.new(protocol.digest, padded.translate(_OUTER), usedforsecurity=False)
        self._octets = protocol.mac_octets

    def sign(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[: self._octets]
