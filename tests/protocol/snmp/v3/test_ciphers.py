"""The ciphers of SNMPv3: NIST's vectors, the library's own modes as the oracle, and many messages with one object."""

import random

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from opsmon.protocol.snmp.v3.algorithms import CipherKind
from opsmon.protocol.snmp.v3.ciphers import UndecipherableError, make_cipher

KEYS = {
    "2b7e151628aed2a6abf7158809cf4f3c": "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"
    "26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6",
    "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b": "cdc80d6fddf18cab34c25909c99a4174"
    "67ce7f7f81173621961a2b70171d3d7a2e1e8a1dd59b88b1c8e60fed1efac4c9c05f9f9ca9834fa042ae8fba584b09ff",
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4": "dc7e84bfda79164b7ecd8486985d3860"
    "39ffed143b28b1c832113c6331e5407bdf10132415e54b92a13ed0a8267ae2f975a385741ab9cef82031623d55b1e471",
}
PLAIN = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
BOOTS, SECONDS, SALT = 0x00010203, 0x04050607, bytes(range(8, 16))


@pytest.mark.parametrize("key", KEYS)
def test_the_vectors_of_sp_800_38a_f_3(key: str) -> None:
    cipher = make_cipher(CipherKind.AES, bytes.fromhex(key))
    for size in (64, 16, 17, 1, 63):
        secret = bytes.fromhex(KEYS[key])[:size]
        assert cipher.encrypt(PLAIN[:size], SALT, BOOTS, SECONDS) == secret
        assert cipher.decrypt(secret, SALT, BOOTS, SECONDS) == PLAIN[:size]


@pytest.mark.parametrize(("kind", "octets"), [(CipherKind.AES, 16), (CipherKind.AES, 24), (CipherKind.AES, 32)])
def test_aes_is_the_librarys_cfb_however_many_messages(kind: CipherKind, octets: int) -> None:
    draw = random.Random(20261129)
    key = draw.randbytes(octets)
    cipher = make_cipher(kind, key)
    for _ in range(60):
        plain, salt = draw.randbytes(draw.randrange(1, 200)), draw.randbytes(8)
        boots, seconds = draw.randrange(2**31), draw.randrange(2**31)
        theirs = Cipher(algorithms.AES(key), CFB(boots.to_bytes(4, "big") + seconds.to_bytes(4, "big") + salt))
        secret = cipher.encrypt(plain, salt, boots, seconds)
        assert secret == theirs.encryptor().update(plain)
        assert cipher.decrypt(secret, salt, boots, seconds) == plain


@pytest.mark.parametrize(("kind", "octets"), [(CipherKind.DES, 16), (CipherKind.TRIPLE_DES, 32)])
def test_des_is_the_librarys_cbc_however_many_messages(kind: CipherKind, octets: int) -> None:
    draw = random.Random(20261129)
    key = draw.randbytes(octets)
    cipher = make_cipher(kind, key)
    keys, pre_iv = (key[:8] * 3, key[8:]) if kind is CipherKind.DES else (key[:24], key[24:])
    for _ in range(60):
        plain, salt = draw.randbytes(draw.randrange(1, 200)), draw.randbytes(8)
        theirs = Cipher(TripleDES(keys), modes.CBC(bytes(a ^ b for a, b in zip(pre_iv, salt, strict=True))))
        padded = plain + bytes(-len(plain) % 8)
        secret = cipher.encrypt(plain, salt, 0, 0)
        assert secret == theirs.encryptor().update(padded)
        assert cipher.decrypt(secret, salt, 0, 0) == padded


@pytest.mark.parametrize("size", [0, 1, 7, 9])
def test_des_refuses_what_is_no_whole_number_of_blocks(size: int) -> None:
    with pytest.raises(UndecipherableError):
        make_cipher(CipherKind.DES, bytes(16)).decrypt(bytes(size), SALT, 0, 0)
