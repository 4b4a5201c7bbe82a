"""The agent's side of SNMPv3's user-based security, for tests and benchmarks: an authoritative engine with one user.

It shares no code with `opsmon.protocol.snmp.v3`, so that both would have to make the same mistake. It understands
requests as our engine makes them, and seals whatever it is told to: answers, reports, junk.
"""

import hashlib
import hmac
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from opsmon.demo import ber
from opsmon.model.device import SnmpAccess, SnmpV3Key, SnmpVersion
from opsmon.model.secret import Secret

AUTH, PRIV = 1, 2
REPORT = 0xA8
USM_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
LEVELS, TIME_WINDOWS, USERS, ENGINES, DIGESTS, DECRYPTIONS = (
    (*USM_STATS, n, 0) for n in range(1, 7)
)  # usmStats, RFC 3414, 5
MAC_OCTETS = {"md5": 12, "sha1": 12, "sha224": 16, "sha256": 24, "sha384": 32, "sha512": 48}
DIGEST_OF = {"MD5": "md5", "SHA": "sha1", **{f"SHA{n}": f"sha{n}" for n in (224, 256, 384, 512)}}
PASSPHRASE, PRIV_PASSPHRASE = "authentic words", "private words"
Encoded = bytes


@lru_cache(maxsize=64)
def key_of(digest: str, passphrase: bytes) -> bytes:
    """RFC 3414, A.2, octet by octet."""
    octets = itertools.islice(itertools.cycle(passphrase), 1_048_576)
    return hashlib.new(digest, bytes(octets)).digest()


@lru_cache(maxsize=256)
def localised(digest: str, passphrase: bytes, engine_id: bytes) -> bytes:
    key = key_of(digest, passphrase)
    return hashlib.new(digest, key + engine_id + key).digest()


@lru_cache(maxsize=256)
def stretched(digest: str, passphrase: bytes, engine_id: bytes, octets: int, how: str) -> bytes:
    key = localised(digest, passphrase, engine_id)
    while len(key) < octets:
        more = localised(digest, key, engine_id) if how == "reeder" else hashlib.new(digest, key).digest()
        key += more
    return key[:octets]


@dataclass(frozen=True)
class Message:
    """A message taken apart; `scoped` is plain."""

    message_id: bytes
    flags: int
    engine_id: bytes
    boots: int
    seconds: int
    user: bytes
    salt: bytes
    scoped: bytes
    is_authentic: bool


class UsmAgent:
    """An engine. `seconds` gives snmpEngineTime; `how` is reeder or blumenthal for the longer AES keys."""

    def __init__(
        self,
        auth: str = "SHA",
        priv: str = "AES",
        *,
        engine_id: bytes = b"\x80\0\x86\x9f\x05far end",
        how: str = "reeder",
        boots: int = 7,
        seconds: Callable[[], int] | None = None,
    ) -> None:
        self.auth, self.priv, self.how = auth, priv, how
        self.engine_id, self.boots = engine_id, boots
        began_s = time.monotonic() - 4711
        self.seconds = seconds or (lambda: int(time.monotonic() - began_s))
        self.user = b"ops"
        self.max_size = 65_507
        self._salt = itertools.count(1)

    def access(self, port: int, context: str = "") -> SnmpAccess:
        auth = SnmpV3Key(self.auth, Secret(PASSPHRASE)) if self.auth else None
        priv = SnmpV3Key(self.priv, Secret(PRIV_PASSPHRASE)) if self.priv else None
        return SnmpAccess(SnmpVersion.V3, port, user="ops", auth=auth, priv=priv, context=context)

    @property
    def level(self) -> int:
        return (AUTH if self.auth else 0) | (PRIV if self.priv else 0)

    # --- ciphers

    def _cipher(self, salt: bytes, boots: int, seconds: int) -> Cipher[modes.CBC] | Cipher[CFB]:
        octets = {"DES": 16, "3DES": 32, "AES": 16, "AES192": 24, "AES256": 32}[self.priv]
        key = stretched(DIGEST_OF[self.auth], PRIV_PASSPHRASE.encode(), self.engine_id, octets, self.how)
        if self.priv.startswith("AES"):
            return Cipher(algorithms.AES(key), CFB(boots.to_bytes(4, "big") + seconds.to_bytes(4, "big") + salt))
        keys, pre_iv = (key[:8] * 3, key[8:]) if self.priv == "DES" else (key[:24], key[24:])
        return Cipher(TripleDES(keys), modes.CBC(bytes(a ^ b for a, b in zip(pre_iv, salt, strict=True))))

    # --- reading

    def read(self, datagram: bytes) -> Message:
        """A request taken apart. Raises MalformedRequestError or what the ciphers raise."""
        _, whole, _ = ber.read(datagram)
        _, _, at = ber.read(whole)
        _, head, at = ber.read(whole, at)
        _, security, at = ber.read(whole, at)
        (_, message_id), _, (_, flags), _ = ber.read_all(head)
        (_, engine_id), (_, boots), (_, seconds), (_, user), (_, mac), (_, salt) = ber.read_all(ber.read(security)[1])
        data = whole[at:]
        authentic = bool(flags[0] & AUTH) and self.sign(datagram.replace(mac, bytes(len(mac)), 1)) == mac
        parts = message_id, flags[0], engine_id, int.from_bytes(boots, "big"), int.from_bytes(seconds, "big"), user
        if flags[0] & PRIV and engine_id == self.engine_id and authentic:
            decryptor = self._cipher(salt, parts[3], parts[4]).decryptor()
            data = decryptor.update(ber.read(data)[1])
        return Message(*parts, salt, data, authentic)

    def sign(self, message: bytes) -> bytes:
        digest = DIGEST_OF[self.auth]
        key = localised(digest, PASSPHRASE.encode(), self.engine_id)
        return hmac.new(key, message, digest).digest()[: MAC_OCTETS[digest]]

    # --- writing

    def seal(
        self, message_id: bytes, scoped: bytes, level: int | None = None, boots: int | None = None,
        seconds: int | None = None, engine_id: bytes | None = None, user: bytes | None = None,
    ) -> bytes:  # fmt: skip
        """A message of ours around a scoped PDU, or around anything else."""
        level = self.level if level is None else level
        boots = self.boots if boots is None else boots
        seconds = self.seconds() if seconds is None else seconds
        salt, data = b"", scoped
        if level & PRIV:
            salt = next(self._salt).to_bytes(8, "big")
            encryptor = self._cipher(salt, boots, seconds).encryptor()
            padding = -len(scoped) % 8 if "DES" in self.priv else 0
            data = ber.text(encryptor.update(scoped + bytes((padding,)) * padding))
        head = (
            ber.wrap(ber.INTEGER, message_id) + ber.integer(self.max_size) + ber.text(bytes((level,))) + ber.integer(3)
        )
        no_mac = bytes(MAC_OCTETS[DIGEST_OF[self.auth]]) if level & AUTH else b""
        before = ber.text(self.engine_id if engine_id is None else engine_id)
        before += ber.integer(boots) + ber.integer(seconds) + ber.text(self.user if user is None else user)
        security = ber.text(ber.wrap(ber.SEQUENCE, before + ber.text(no_mac) + ber.text(salt)))
        whole = ber.wrap(ber.SEQUENCE, ber.integer(3) + ber.wrap(ber.SEQUENCE, head) + security + data)
        if not no_mac:
            return whole
        at = len(whole) - len(data) - len(salt) - 2 - len(no_mac)
        return whole[:at] + self.sign(whole) + whole[at + len(no_mac) :]

    def scope(self, pdu: bytes, context: bytes = b"") -> bytes:
        return ber.wrap(ber.SEQUENCE, ber.text(self.engine_id) + ber.text(context) + pdu)

    def report(self, message_id: bytes, counter: tuple[int, ...], level: int = 0, **other: object) -> bytes:
        """A Report of a counter; `other` replaces parts of the head."""
        binding = ber.wrap(ber.SEQUENCE, ber.object_id(counter) + ber.counter32(1))
        pdu = ber.wrap(REPORT, ber.integer(0) * 3 + ber.wrap(ber.SEQUENCE, binding))
        return self.seal(message_id, self.scope(pdu), level, **other)  # type: ignore[arg-type]  # parts of a head

    def refusal(self, asked: Message) -> bytes | None:
        """The Report that a request gets instead of an answer (RFC 3414, 3.2); None where it may be answered."""
        proved = (
            (asked.is_authentic, DIGESTS, 0),
            (asked.boots == self.boots and abs(asked.seconds - self.seconds()) <= 150, TIME_WINDOWS, AUTH),
            (asked.scoped[:1] == b"\x30", DECRYPTIONS, AUTH),
        )
        wanted = (
            (asked.engine_id == self.engine_id, ENGINES, 0),
            (asked.user == self.user, USERS, 0),
            (asked.flags & (AUTH | PRIV) == self.level, LEVELS, 0),
            *(proved if self.auth else ()),
        )
        faults = ((counter, level) for is_met, counter, level in wanted if not is_met)
        return next((self.report(asked.message_id, counter, level, user=asked.user) for counter, level in faults), None)
