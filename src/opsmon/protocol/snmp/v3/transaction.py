"""One operation with one SNMPv3 agent over the shared socket: what counts as an answer, and what a Report leads to.

Promises, besides those of every transaction: nothing that is not authenticated ends or turns a transaction with an
agent that has proved itself before the attempt has had its time for a true answer; so a forger costs a wait at most.
What is authenticated under the number that was asked with is fresh, since nobody can foresee that number: it may set
the agent's clock back, too. Setting up (engine id, clock, version of a cipher) is done a few times for one request.
"""

from typing import NamedTuple

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import (
    ErrorStatus,
    MessageHead,
    Pdu,
    Response,
    ScopedHead,
    decode_response,
    decode_scoped_head,
)
from opsmon.protocol.snmp.codec.value import Cell
from opsmon.protocol.snmp.pace import RetryPolicy, Terms
from opsmon.protocol.snmp.replay import CachedOperation
from opsmon.protocol.snmp.traffic import Trace
from opsmon.protocol.snmp.transaction import SocketAddress, Transaction, Wire
from opsmon.protocol.snmp.v3.association import MessageTooLargeError, Opened, RefusedMessageError, plain_scoped
from opsmon.protocol.snmp.v3.message import (
    AUTH_FLAG,
    MAX_ENGINE_ID_OCTETS,
    MAX_INT,
    MIN_ENGINE_ID_OCTETS,
    UsmMessage,
    decode_message,
)
from opsmon.protocol.snmp.v3.peer import UsmPeer
from opsmon.protocol.snmp.v3.report import ReportKind, refusal_of, report_kind
from opsmon.text.bilingual import Sentence

MAX_SETTINGS = 4  # for one request: its engine id, its time, and each once more


class UsmReport(NamedTuple):
    """A Report, of which kind it is and the message that it came by."""

    kind: ReportKind
    names: tuple[bytes, ...]
    message: UsmMessage


class UsmTransaction(Transaction):
    """Runs an operation as the user of the peer's association."""

    __slots__ = ("_association", "_reported", "_settings", "fell_silent", "heard_engine", "heard_unfit")

    def __init__(
        self,
        wire: Wire,
        peer: UsmPeer,
        operation: CachedOperation,
        retry_policy: RetryPolicy,
        terms: Terms,
        trace: Trace | None,
    ) -> None:
        super().__init__(wire, peer, operation, retry_policy, terms, trace)
        self._association = peer.association
        self._reported: UsmReport | None = None  # by somebody, in the present attempt
        self._settings = 0
        self.heard_engine = False  # the agent told its engine, which every agent does
        self.heard_unfit = False  # something came that cannot be taken: then no key is to blame for a silence
        self.fell_silent = False

    # --- asking

    def _send(self, now_s: float = 0.0) -> None:
        try:
            super()._send(now_s)
        except MessageTooLargeError:  # what the agent would say of it
            self._operation.take(Response(ErrorStatus.TOO_BIG, 0, (), (), 0))
            self._ask()

    def _ask_again(self, words: Sentence) -> None:
        """The same once more, now that something is set up; what was heard is a sign of life."""
        self._settings += 1
        super().suspect(words)
        self._reported = None
        self._ask()

    @property
    def _may_set_up(self) -> bool:
        return self._settings < MAX_SETTINGS

    # --- listening

    def take_quickly(self, datagram: bytes) -> bool:
        """Whether a datagram from our peer has the number that is waited for; then it is dealt with."""
        if self._take_usual(datagram):
            return True
        try:
            message = decode_message(datagram)
        except MalformedBerError:
            return False
        if message.message_id != self._id:
            return False
        self._take_message(message, datagram)
        return True

    def _take_usual(self, datagram: bytes) -> bool:
        """Whether it is the answer, with the head and of the layout expected; if not, nothing of it was believed."""
        layout = self._operation.expected
        if layout is None or self._sign is not None or self._association.needs_discovery:
            return False
        scoped = self._association.open_usual(datagram, self._id)
        values = layout.read(scoped, self._id) if scoped is not None else None
        if values is None:
            return False
        self._settle(values, len(datagram))
        return True

    def _settle(self, values: list[Cell], octets: int) -> None:
        self._settings = 0
        self._reported = None
        self._take_values(values, octets)

    def take(self, head: MessageHead, data: bytes, source: SocketAddress) -> None:
        if self._is_from_elsewhere(head.version, source):
            return
        try:
            message = decode_message(data)
        except MalformedBerError as error:
            self._note_malformed(error)
            return
        self._take_message(message, data)

    def _take_message(self, message: UsmMessage, data: bytes) -> None:
        """It comes from our peer, under our number, and is not proved; never raises."""
        try:
            if self._association.needs_discovery:
                self._take_discovery(message, data)
            elif message.flags & AUTH_FLAG:
                self._take_proved(message, data)
            else:
                self._take_unproved(message, data)
        except RefusedMessageError as refused:
            self._wire.traffic.dropped_unauthenticated += 1
            self.suspect(refused.words)
        except MalformedBerError as error:
            self._note_malformed(error)
        except ProbeError as error:
            self.fail(error)

    def _take_discovery(self, message: UsmMessage, data: bytes) -> None:
        """Any Report tells the engine that made it; whether it is the agent's the next answer shows."""
        scoped = plain_scoped(message, data)
        if message.flags & AUTH_FLAG or decode_scoped_head(scoped).pdu.pdu != Pdu.REPORT:
            raise RefusedMessageError(_NO_REPORT)
        self._wire.traffic.reports += 1
        self._meet(message)
        self._ask_again(_TOLD_ENGINE)

    def _meet(self, message: UsmMessage) -> None:
        if not MIN_ENGINE_ID_OCTETS <= len(message.engine_id) <= MAX_ENGINE_ID_OCTETS:
            raise RefusedMessageError(_NO_ENGINE_ID)
        self.heard_engine = True
        self._association.meet(message.engine_id, message.boots, message.seconds)

    def _take_proved(self, message: UsmMessage, data: bytes) -> None:
        opened = self._association.open(message, data)
        if message.level == self._association.level and opened.is_timely:
            self._association.learn_head(message, data)
            if self._take_by_layout(opened, len(data)):
                return
        head = decode_scoped_head(opened.scoped)
        if head.pdu.pdu == Pdu.REPORT:
            self._take_proved_report(message, _report(message, opened.scoped, head))
        elif message.level != self._association.level:
            raise RefusedMessageError(_BELOW_LEVEL)
        elif not opened.is_timely:
            self._check_spent(message)
            self._wire.traffic.dropped_untimely += 1
            self.suspect(_UNTIMELY)
        else:
            self._take_scoped(message, opened, head, len(data))

    def _take_unproved(self, message: UsmMessage, data: bytes) -> None:
        scoped = plain_scoped(message, data)
        head = decode_scoped_head(scoped)
        if head.pdu.pdu == Pdu.REPORT:
            self._take_unproved_report(_report(message, scoped, head))
        elif self._association.level:
            raise RefusedMessageError(_BELOW_LEVEL)
        else:
            opened = self._association.open(message, data)
            if not self._take_by_layout(opened, len(data)):
                self._take_scoped(message, opened, head, len(data))

    def _take_by_layout(self, opened: Opened, octets: int) -> bool:
        layout = self._operation.expected if self._sign is None else None
        values = layout.read(opened.scoped, self._id) if layout is not None else None
        if values is None:
            return False
        self._settle(values, octets)
        return True

    def _take_scoped(self, message: UsmMessage, opened: Opened, head: ScopedHead, octets: int) -> None:
        self._association.check_scope(head)
        if head.pdu.pdu != Pdu.RESPONSE or head.pdu.request_id != self._id:
            raise RefusedMessageError(_OTHER_REQUEST)
        response = decode_response(opened.scoped, head.pdu)._replace(octets=octets)
        self._association.note_max_size(message.max_size)
        self._settings = 0
        self._reported = None
        self._take_response(response)

    # --- reports

    def _take_proved_report(self, message: UsmMessage, report: UsmReport) -> None:
        self._wire.traffic.reports += 1
        self.heard_engine = True
        if report.kind is ReportKind.NOT_IN_TIME_WINDOW and self._may_set_up:
            self._check_spent(message)
            self._association.set_clock(message.boots, message.seconds)
            self._ask_again(_TOLD_TIME)
        elif not self._tries_next_cipher(report):
            raise self._refusal_of(report)

    def _take_unproved_report(self, report: UsmReport) -> None:
        """At once only what cannot harm: the engine of an agent that has proved nothing yet, another cipher."""
        self._wire.traffic.reports += 1
        if report.kind is ReportKind.UNKNOWN_ENGINE and not self._association.clock.is_proved and self._may_set_up:
            self._meet(report.message)
            self._ask_again(_TOLD_ENGINE)
        elif not self._tries_next_cipher(report):
            self._reported = report
            super().suspect(str(self._refusal_of(report)))

    def _tries_next_cipher(self, report: UsmReport) -> bool:
        if report.kind is not ReportKind.DECRYPTION_ERROR or not self._may_set_up:
            return False
        if not self._association.try_next_cipher():
            return False
        self._ask_again(_TOLD_ENGINE)
        return True

    def _on_silence(self) -> None:
        report, self._reported = self._reported, None
        if report is None:
            self._association.try_next_cipher()
            super()._on_silence()
            return
        self._tell(self._sign or self._operation.request, None)
        if report.kind is not ReportKind.UNKNOWN_ENGINE or not self._may_set_up:
            raise self._refusal_of(report)
        try:
            self._meet(report.message)
        except RefusedMessageError as refused:
            raise ProbeError(Outcome.PROTOCOL, refused.words) from None
        self._ask_again(_TOLD_ENGINE)

    def _refusal_of(self, report: UsmReport) -> ProbeError:
        user = self._association.user.name.decode(errors="replace")
        return refusal_of(report.kind, report.names, user, self._association.context.decode(errors="replace"))

    def _check_spent(self, message: UsmMessage) -> None:
        if message.boots == MAX_INT:
            raise ProbeError(Outcome.PROTOCOL, _SPENT)

    # --- what a silence is told with

    def _silent(self) -> ProbeError:
        self.fell_silent = True
        return super()._silent()

    def suspect(self, what: str) -> None:
        self.heard_unfit = True
        super().suspect(what)


def _report(message: UsmMessage, scoped: bytes, head: ScopedHead) -> UsmReport:
    names = tuple(decode_response(scoped, head.pdu).names)
    return UsmReport(report_kind(names), names, message)


_TOLD_ENGINE = Sentence("it told its SNMPv3 engine, and nothing else", "设备只报告了 SNMPv3 引擎，没有别的应答")
_TOLD_TIME = Sentence("it told its SNMPv3 time, and nothing else", "设备只报告了 SNMPv3 时间，没有别的应答")
_NO_REPORT = Sentence("it was asked for its engine and answers something else", "询问引擎 ID 时得到的不是报告")
_NO_ENGINE_ID = Sentence("it tells an engine id that cannot be (RFC 3411, 5)", "设备报告的引擎 ID 不合规（RFC 3411）")
_BELOW_LEVEL = Sentence("it answers below the level of security that it was asked with", "应答的安全级别低于请求")
_OTHER_REQUEST = Sentence("it answers another request", "应答的不是这次请求")
_UNTIMELY = Sentence("its answer is outside of the time window of 150 s", "应答超出 150 秒时间窗口")
_SPENT = Sentence(
    "its snmpEngineBoots stands at its last number 2147483647: give the agent a new engine id (RFC 3414, 2.2.2)",
    "设备的 snmpEngineBoots 已到上限 2147483647：请为设备更换引擎 ID（RFC 3414 第 2.2.2 节）",
)
