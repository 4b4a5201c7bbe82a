"""What is agreed with one agent for one user, and the messages that hold to it (RFC 3414, 3.1 and 3.2).

Promises: a message that says that it is authentic is proved so, in constant time, before a byte of its scoped PDU is
looked at; what the engine is (its id, its clock, what it takes) is learned of each agent by itself, so that devices
with one engine id, as clones of an image have, do not disturb each other; no salt is used twice by this process.
Refuses by RefusedMessageError.
"""

import time
from collections.abc import Callable
from hmac import compare_digest
from secrets import randbits
from typing import NamedTuple

from opsmon.protocol.snmp.codec.ber import (
    OCTET_STRING,
    SEQUENCE,
    MalformedBerError,
    encode_length,
    read_span,
)
from opsmon.protocol.snmp.codec.message import (
    REQUEST_ID_OCTETS,
    EncodedRequest,
    Request,
    ScopedHead,
    decode_scoped_head,
)
from opsmon.protocol.snmp.v3.ciphers import SALT_OCTETS, MessageCipher, UndecipherableError, make_cipher
from opsmon.protocol.snmp.v3.clock import EngineClock
from opsmon.protocol.snmp.v3.head_shape import HeadShape, UsualHead, content_to_end, learn_head
from opsmon.protocol.snmp.v3.keys import Hmac, key_of_passphrase, localise, localised_privacy_key
from opsmon.protocol.snmp.v3.message import (
    AUTH_FLAG,
    MAX_SIZE_OF_OURS,
    MIN_MAX_SIZE,
    PRIV_FLAG,
    REPORTABLE_FLAG,
    UsmMessage,
    encode_discovery,
    encode_global,
    encode_scoped_request,
    encode_security,
)
from opsmon.protocol.snmp.v3.user import User
from opsmon.text.bilingual import Sentence


class RefusedMessageError(Exception):
    """A message is not what it says, or not what may be believed; its text is the reason, for a person."""

    def __init__(self, words: Sentence) -> None:
        self.words = words
        super().__init__(str(words))


class MessageTooLargeError(ValueError):
    """The engine has told that it takes no message of that size."""


class Opened(NamedTuple):
    """A plain scoped PDU without padding, and whether it is timely; what is not authenticated has no time."""

    scoped: bytes
    is_timely: bool


class _Salts:
    """64 bits that count from a random start (RFC 3826, 3.1.2.1): no IV comes twice while the process runs, and hardly
    over a restart. For DES too, where RFC 3414 (8.1.1.1) has half of it be the boots of an engine that we do not keep.
    """

    def __init__(self) -> None:
        self._next = randbits(64)

    def take(self) -> bytes:
        self._next = (self._next + 1) % 2**64
        return self._next.to_bytes(SALT_OCTETS, "big")


_SALTS = _Salts()
_LENGTHS = tuple(encode_length(length) for length in range(2048))  # of what a request has


def _length(size: int) -> bytes:
    return _LENGTHS[size] if size < len(_LENGTHS) else encode_length(size)


class Association:
    """Of one agent and one user; nothing of it is kept over a restart of ours, since the agent is the authority."""

    __slots__ = (
        "_before_id",
        "_behind_id",
        "_cipher_is_known",
        "_ciphers",
        "_head",
        "_hmac",
        "_is_doubted",
        "_mac_octets",
        "_monotonic",
        "_no_mac",
        "_security",
        "_security_at",
        "_turn",
        "clock",
        "context",
        "engine_id",
        "level",
        "max_size",
        "user",
    )  # fmt: skip

    def __init__(self, user: User, context: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.user = user
        self.level = user.level
        self.context = context.encode()
        self.engine_id = b""  # until it is discovered
        self.clock = EngineClock()
        self.max_size = MAX_SIZE_OF_OURS
        self._monotonic = monotonic
        self._before_id, self._behind_id = encode_global(self.level | REPORTABLE_FLAG)
        self._mac_octets = user.auth.mac_octets if user.auth is not None else 0
        self._no_mac = bytes(self._mac_octets)
        self._hmac: Hmac | None = None
        self._head: HeadShape | None = None
        self._ciphers: list[MessageCipher] = []
        self._turn = 0  # which of the versions of a cipher is tried
        self._cipher_is_known = False
        self._is_doubted = False  # the engine may be another one by now
        self._security: tuple[bytes, bytes] = (b"", b"")
        self._security_at = (-1, -1)

    # --- the engine

    @property
    def needs_discovery(self) -> bool:
        return self._is_doubted or not self.engine_id

    def doubt(self) -> None:
        """Something does not fit any more: ask the agent for its engine before anything else."""
        self._is_doubted = True

    def meet(self, engine_id: bytes, boots: int, seconds: int) -> None:
        """The agent says unproved that this is its engine; its clock is believed as far as for asking it."""
        if engine_id != self.engine_id:
            self.engine_id = engine_id
            self.clock = EngineClock()
            self.max_size = MAX_SIZE_OF_OURS
            self._localise()
        elif self._is_doubted:
            self.clock.forget()
        self._is_doubted = False
        self.clock.hint(boots, seconds, self._monotonic())

    def _localise(self) -> None:
        user = self.user
        self._security_at = (-1, -1)
        self._hmac, self._head, self._ciphers = None, None, []
        if user.auth is None:
            return
        key = key_of_passphrase(user.auth.digest, user.auth_passphrase)
        self._hmac = Hmac(user.auth, localise(user.auth.digest, key, self.engine_id))
        keys = {
            localised_privacy_key(
                user.auth.digest, user.priv_passphrase, self.engine_id, priv.key_octets, priv.extension
            ): priv.kind
            for priv in user.privs
        }  # the versions of a cipher are one where the hash is long enough
        self._ciphers = [make_cipher(kind, key) for key, kind in keys.items()]
        self._turn = min(self._turn, max(0, len(self._ciphers) - 1))
        self._cipher_is_known = len(self._ciphers) == 1

    def set_clock(self, boots: int, seconds: int) -> None:
        """Also backwards, for what is proved and was asked for by a number that nobody could foresee."""
        self.clock.set(boots, seconds, self._monotonic())

    def try_next_cipher(self) -> bool:
        """The agent does not understand the version of the cipher: whether there is another to try."""
        if self._cipher_is_known or len(self._ciphers) < 2:
            return False
        self._turn = (self._turn + 1) % len(self._ciphers)
        return True

    def doubt_cipher(self) -> None:
        """The agent was silent to what is encrypted: it may speak another version by now."""
        self._cipher_is_known = len(self._ciphers) == 1

    # --- what goes out

    def encode(self, request: Request) -> "SealedRequest":
        return SealedRequest(self, request)

    def seal(self, scoped: bytes, message_id: int) -> bytes:
        """The message that carries a scoped PDU. Raises MessageTooLargeError."""
        boots, seconds = self.clock.at(self._monotonic()) if self._hmac is not None else (0, 0)
        if self._security_at != (boots, seconds):
            salt_octets = SALT_OCTETS if self._ciphers else 0
            self._security = encode_security(
                self.engine_id, boots, seconds, self.user.name, self._mac_octets, salt_octets
            )
            self._security_at = boots, seconds
        before_mac, behind_mac = self._security
        if self._ciphers:
            salt = _SALTS.take()
            secret = self._ciphers[self._turn].encrypt(scoped, salt, boots, seconds)
            behind_mac += salt + b"\x04" + _length(len(secret)) + secret
        else:
            behind_mac += scoped
        before_mac = self._before_id + message_id.to_bytes(REQUEST_ID_OCTETS, "big") + self._behind_id + before_mac
        size = len(before_mac) + self._mac_octets + len(behind_mac)
        before_mac = b"\x30" + _length(size) + before_mac
        if size + 4 > self.max_size:
            raise MessageTooLargeError(f"{size} octets for an engine that takes {self.max_size}")
        if self._hmac is None:
            return before_mac + behind_mac
        return before_mac + self._hmac.sign(before_mac + self._no_mac + behind_mac) + behind_mac

    # --- what comes in

    def open(self, message: UsmMessage, data: bytes) -> Opened:
        """What a message of our engine holds, proved as far as its level says. Raises RefusedMessageError for what
        is no such message, MalformedBerError for a scoped PDU that is none."""
        if message.engine_id != self.engine_id:
            raise RefusedMessageError(_OTHER_ENGINE)
        if message.user != self.user.name:
            raise RefusedMessageError(_OTHER_USER)
        is_timely = self._prove(message, data) if message.flags & AUTH_FLAG else True
        if message.flags & PRIV_FLAG:
            return Opened(self._decrypt(message, data), is_timely)
        return Opened(plain_scoped(message, data), is_timely)

    def open_usual(self, data: bytes, message_id: int) -> bytes | None:
        """The scoped PDU of a message that is authentic, timely, of our level, under that number, and has the head that
        was learned; None for any other, which is for `open` to judge."""
        shape, hmac = self._head, self._hmac
        head = shape.read(data) if shape is not None else None
        if head is None or shape is None or hmac is None or head.message_id != message_id:
            return None
        mac_at = head.mac_at
        if not compare_digest(
            hmac.sign(data[:mac_at] + self._no_mac + data[mac_at + self._mac_octets :]), head.mac
        ) or not self.clock.take(shape.boots, head.seconds, self._monotonic()):
            return None
        if not self._ciphers:
            return data[head.data_at :]
        return self._decrypt_usual(data, head, shape.boots)

    def _decrypt_usual(self, data: bytes, head: UsualHead, boots: int) -> bytes | None:
        at = content_to_end(data, head.data_at, OCTET_STRING)
        if not at or len(head.salt) != SALT_OCTETS:
            return None
        try:
            plain = self._ciphers[self._turn].decrypt(data[at:], head.salt, boots, head.seconds)
            if content_to_end(plain, 0, SEQUENCE):
                return plain
            return plain[: read_span(plain, 0, len(plain), SEQUENCE)[1]]  # without the padding of DES
        except (UndecipherableError, MalformedBerError):
            return None

    def learn_head(self, message: UsmMessage, data: bytes) -> None:
        """Of a message that is proved and of our level, the head that the next one will have."""
        is_usual = self._hmac is not None and self._cipher_is_known == bool(self._ciphers)
        self._head = learn_head(message, data) if is_usual else None

    def is_authentic(self, message: UsmMessage, data: bytes) -> bool:
        """Whether our engine has made the message for our user, whenever it was."""
        at, end = message.mac_at, message.mac_end
        if self._hmac is None or end - at != self._mac_octets:
            return False
        return compare_digest(self._hmac.sign(data[:at] + self._no_mac + data[end:]), data[at:end])

    def _prove(self, message: UsmMessage, data: bytes) -> bool:
        if not self.is_authentic(message, data):
            raise RefusedMessageError(_WRONG_MAC)
        return self.clock.take(message.boots, message.seconds, self._monotonic())

    def _decrypt(self, message: UsmMessage, data: bytes) -> bytes:
        at, end = read_span(data, message.data_at, len(data), OCTET_STRING)
        if end != len(data) or len(message.salt) != SALT_OCTETS or not self._ciphers:
            raise RefusedMessageError(_NOT_DECRYPTED)
        secret = data[at:end]
        if self._cipher_is_known:
            return self._plain(self._turn, secret, message)
        for turn in self._turns():
            try:
                plain = self._plain(turn, secret, message)
                self.check_scope(decode_scoped_head(plain))
            except (MalformedBerError, RefusedMessageError):
                continue
            self._turn, self._cipher_is_known = turn, True
            return plain
        raise RefusedMessageError(_NOT_DECRYPTED)

    def _plain(self, turn: int, secret: bytes, message: UsmMessage) -> bytes:
        try:
            plain = self._ciphers[turn].decrypt(secret, message.salt, message.boots, message.seconds)
        except UndecipherableError:
            raise RefusedMessageError(_NOT_DECRYPTED) from None
        _, end = read_span(plain, 0, len(plain), SEQUENCE)
        return plain if end == len(plain) else plain[:end]

    def _turns(self) -> list[int]:
        return [(self._turn + step) % len(self._ciphers) for step in range(len(self._ciphers))]

    def check_scope(self, head: ScopedHead) -> None:
        """Raises RefusedMessageError for an answer of other objects than were asked for (RFC 3412, 7.2.10)."""
        if head.engine_id != self.engine_id or head.context != self.context:
            raise RefusedMessageError(_OTHER_CONTEXT)

    def note_max_size(self, max_size: int) -> None:
        """What an answer that is believed says of the messages that its engine takes."""
        self.max_size = min(max(max_size, MIN_MAX_SIZE), MAX_SIZE_OF_OURS)


class SealedRequest:
    """A request as this agent is asked it; until its engine is known, what asks for the engine."""

    __slots__ = ("_association", "_engine_id", "_request", "_scoped")

    def __init__(self, association: Association, request: Request) -> None:
        self._association = association
        self._request = request
        self._engine_id = b""
        self._scoped: EncodedRequest | None = None

    def with_id(self, request_id: int) -> bytes:
        """The datagram; a new one each time. Raises MessageTooLargeError."""
        association = self._association
        if association.needs_discovery:
            return encode_discovery(request_id)
        if self._scoped is None or self._engine_id is not association.engine_id:
            self._engine_id = association.engine_id
            self._scoped = encode_scoped_request(self._engine_id, association.context, self._request)
        return association.seal(self._scoped.with_id(request_id), request_id)


def plain_scoped(message: UsmMessage, data: bytes) -> bytes:
    """The scoped PDU of a message that is not encrypted. Raises MalformedBerError."""
    _, end = read_span(data, message.data_at, len(data), SEQUENCE)
    if end != len(data):
        raise MalformedBerError("octets behind the scoped PDU")
    return data[message.data_at :]


_OTHER_ENGINE = Sentence("it answers under another engine id", "应答中的引擎 ID 不符")
_OTHER_USER = Sentence("it answers for another user", "应答中的用户不符")
_OTHER_CONTEXT = Sentence("it answers for another context", "应答中的上下文不符")
_WRONG_MAC = Sentence("its answer is not authentic: wrong digest", "应答未通过认证：摘要不符")
_NOT_DECRYPTED = Sentence("its answer cannot be decrypted", "应答无法解密")
