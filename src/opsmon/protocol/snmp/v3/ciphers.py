"""The ciphers of SNMPv3 with one localised key each: DES and triple DES in CBC, AES in CFB128.

A context of the library costs more than what it encrypts here, and cannot be set back to another IV. So each cipher
keeps its contexts and never finishes them. CBC: the running chain is undone by XORing it into the first block, and when
decrypting by putting the IV in front. CFB128: its key stream for encryption is CBC with an IV of zeros over the IV and
the plain text; for decryption it is ECB over the IV and the cipher text. Measured in docs/decisions/0028-usm.md.
"""

from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from opsmon.protocol.snmp.v3.algorithms import CipherKind

SALT_OCTETS = 8  # msgPrivacyParameters, of all of them
_DES_BLOCK, _AES_BLOCK = 8, 16


class UndecipherableError(ValueError):
    """What came cannot have been encrypted by this cipher."""


class MessageCipher(Protocol):
    """Encrypts and decrypts scoped PDUs; `boots` and `seconds` are those of the message that carries them."""

    def encrypt(self, plain: bytes, salt: bytes, boots: int, seconds: int) -> bytes: ...

    def decrypt(self, secret: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        """May be longer than what was encrypted, by the padding. Raises UndecipherableError."""
        ...


def make_cipher(kind: CipherKind, key: bytes) -> MessageCipher:
    if kind is CipherKind.AES:
        return AesCfb(key)
    # One DES is three with the same key (FIPS 46-3).
    return DesCbc(key[:8] * 3, key[8:16]) if kind is CipherKind.DES else DesCbc(key[:24], key[24:32])


class DesCbc:
    """RFC 3414, 8.1.1: the IV is the pre-IV XOR the salt. Three keys make it triple DES (draft-reeder, 5.1.1.1)."""

    __slots__ = ("_chain", "_decryptor", "_encryptor", "_pre_iv")

    def __init__(self, keys: bytes, pre_iv: bytes) -> None:
        cipher = Cipher(TripleDES(keys), modes.CBC(bytes(_DES_BLOCK)))
        self._encryptor: CipherContext = cipher.encryptor()
        self._decryptor: CipherContext = cipher.decryptor()
        self._chain = 0  # the last block that was encrypted
        self._pre_iv = int.from_bytes(pre_iv, "big")

    def encrypt(self, plain: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        iv = self._pre_iv ^ int.from_bytes(salt, "big")
        padded = plain.ljust(-(-len(plain) // _DES_BLOCK) * _DES_BLOCK, b"\0")
        first = int.from_bytes(padded[:_DES_BLOCK], "big") ^ iv ^ self._chain
        secret = self._encryptor.update(first.to_bytes(_DES_BLOCK, "big") + padded[_DES_BLOCK:])
        self._chain = int.from_bytes(secret[-_DES_BLOCK:], "big")
        return secret

    def decrypt(self, secret: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        if not secret or len(secret) % _DES_BLOCK:
            raise UndecipherableError("what is encrypted by DES has no whole number of blocks")
        iv = self._pre_iv ^ int.from_bytes(salt, "big")
        return self._decryptor.update(iv.to_bytes(_DES_BLOCK, "big") + secret)[_DES_BLOCK:]


class AesCfb:
    """RFC 3826, 3.1.2: the IV is boots, time and salt. The longer keys differ in nothing else."""

    __slots__ = ("_chain", "_ecb", "_stream")

    def __init__(self, key: bytes) -> None:
        self._stream: CipherContext = Cipher(algorithms.AES(key), modes.CBC(bytes(_AES_BLOCK))).encryptor()
        self._ecb: CipherContext = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - see above
        self._chain = 0  # the last block of the key stream

    def encrypt(self, plain: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        size = len(plain)
        whole = size - size % _AES_BLOCK
        first = (((boots << 32 | seconds) << 64) | int.from_bytes(salt, "big")) ^ self._chain
        stream = self._stream.update(first.to_bytes(_AES_BLOCK, "big") + plain[:whole])
        self._chain = int.from_bytes(stream[-_AES_BLOCK:], "big")
        return (int.from_bytes(stream[:size], "big") ^ int.from_bytes(plain, "big")).to_bytes(size, "big")

    def decrypt(self, secret: bytes, salt: bytes, boots: int, seconds: int) -> bytes:
        size = len(secret)
        chained = (boots << 32 | seconds).to_bytes(8, "big") + salt + secret
        stream = self._ecb.update(chained[: -(-size // _AES_BLOCK) * _AES_BLOCK])
        return (int.from_bytes(stream[:size], "big") ^ int.from_bytes(secret, "big")).to_bytes(size, "big")
